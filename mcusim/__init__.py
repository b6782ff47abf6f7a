"""mcusim: run TinyML firmware without a board; count every cycle, byte and joule.

import mcusim
result = mcusim.run("model.elf", board="nrf52840")
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mcusim._version import __version__

if TYPE_CHECKING:
    from mcusim.api import run, start
    from mcusim.result import Result
    from mcusim.simulation import Simulation

__all__ = ["Result", "Simulation", "__version__", "run", "start"]


def _reach_native_core() -> None:
    """In a checkout, the source tree hides the installed package, which has the native core."""
    if any(_has_native(folder) for folder in __path__):
        return
    for entry in sys.path:
        folder = str(Path(entry) / __name__)
        if folder not in __path__ and _has_native(folder):
            __path__.append(folder)
            return


def _has_native(folder: str) -> bool:
    return next(Path(folder).glob("_native.*.so"), None) is not None


_reach_native_core()


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
