"""mcusim: run TinyML firmware without a board; count every cycle, byte and joule.

import mcusim
result = mcusim.run("model.elf", board="nrf52840")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcusim._version import __version__

if TYPE_CHECKING:
    from mcusim.api import run, start
    from mcusim.result import Result
    from mcusim.simulation import Simulation

__all__ = ["Result", "Simulation", "__version__", "run", "start"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: a command that doesn't run anything stays quick.
    if name in ("run", "start"):
        from mcusim import api

        return getattr(api, name)
    if name == "Simulation":
        from mcusim.simulation import Simulation

        return Simulation
    if name == "Result":
        from mcusim.result import Result

        return Result
    raise AttributeError(f"module 'mcusim' has no attribute {name!r}")
