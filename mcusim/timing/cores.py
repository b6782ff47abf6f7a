"""The timing model of each core, by the name that chip files use."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from mcusim.boards.schema import CoreOptions
from mcusim.errors import BoardError

TimeBlock = Callable[[int, bytes, int, bool], dict[str, Any]]
"""(address, code, ITSTATE, accurate) -> keyword arguments of `mcusim._native.Block`."""

_MODULES = {
    "cortex-m0plus": "mcusim.timing.cortex_m0plus",
    "cortex-m33": "mcusim.timing.cortex_m33",
    "cortex-m4": "mcusim.timing.cortex_m4",
    "cortex-m55": "mcusim.timing.cortex_m55",
    "cortex-m7": "mcusim.timing.cortex_m7",
    "esp32-c3": "mcusim.timing.esp32_c3",
    "rv32": "mcusim.timing.rv32",
    "sifive-e31": "mcusim.timing.sifive_e31",
}


def timing_model(core: str, options: CoreOptions | None = None) -> TimeBlock:
    """The block timer of `core` with what the chip's maker chose for it.

    Raises:
        BoardError: for a core without a timing model.
    """
    if core not in _MODULES:
        raise BoardError(f"core {core!r} has no timing model; there are {', '.join(_MODULES)}")
    module = import_module(_MODULES[core])
    # A module whose cycles depend on the options has `configured` instead.
    configured = getattr(module, "configured", None)
    time_block: TimeBlock = module.time_block if configured is None else configured(options)
    return time_block
