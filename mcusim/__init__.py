"""mcusim: run TinyML firmware without a board; count every cycle, byte and joule.

import mcusim
result = mcusim.run("model.elf", board="nrf52840")
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcusim._version import __version__

if TYPE_CHECKING:
    from mcusim.api import run
    from mcusim.result import Result

__all__ = ["Result", "__version__", "run"]


def __getattr__(name: str) -> Any:
    # Loaded on first use: a command that doesn't run anything stays quick.
    if name == "run":
        from mcusim.api import run

        return run
    if name == "Result":
        from mcusim.result import Result

        return Result
    raise AttributeError(f"module 'mcusim' has no attribute {name!r}")
