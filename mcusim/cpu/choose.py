"""The architecture of a chip's cores."""

from __future__ import annotations

from mcusim.boards.riscv_schema import RISCV_CORES
from mcusim.boards.schema import Chip
from mcusim.cpu.architecture import Architecture
from mcusim.cpu.unicorn_arm import Arm
from mcusim.cpu.unicorn_riscv import RiscV

_ARM, _RISCV = Arm(), RiscV()


def architecture_of(chip: Chip) -> Architecture:
    """What executes the chip's cores."""
    return _RISCV if chip.core in RISCV_CORES else _ARM
