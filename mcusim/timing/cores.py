"""The timing model of each core, by the name that chip files use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from mcusim.errors import BoardError

TimeBlock = Callable[[int, bytes, int, bool], dict[str, Any]]
"""(address, code, ITSTATE, accurate) -> keyword arguments of `mcusim._native.Block`."""

_MODULES = {
    "cortex-m4": "mcusim.timing.cortex_m4",
    "cortex-m7": "mcusim.timing.cortex_m7",
}


def timing_model(core: str) -> TimeBlock:
    """The block timer of `core`.

    Raises:
        BoardError: for a core without a timing model.
    """
    if core not in _MODULES:
        raise BoardError(f"core {core!r} has no timing model; there are {', '.join(_MODULES)}")
    time_block: TimeBlock = import_module(_MODULES[core]).time_block
    return time_block
