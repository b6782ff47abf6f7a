"""Timing of a plain RV32 core: a cycle an instruction, and one more for a taken branch.

No chip has it. It is for firmware whose counts of instructions matter and not their time, and for
tests of what all RISC-V cores share.
"""

from __future__ import annotations

from typing import Any

from mcusim.timing.riscv.block import block_record
from mcusim.timing.riscv.decode import decode, split

CPU = "rv32"
TAKEN = 1
"""Cycles that refilling the pipeline is taken to need."""


def time_block(address: int, code: bytes, state: int, accurate: bool) -> dict[str, Any]:
    """Times the basic block `code` at `address`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        state: always 0, as nothing but the code decides what RISC-V code means.
        accurate: makes no difference, as no cycle depends on an operand.

    Returns:
        The keyword arguments of `mcusim._native.Block`.
    """
    instructions = [decode(encoding) for encoding in split(code)]
    cycles = [1] * len(instructions)
    return block_record(address, code, instructions, cycles, taken_cycles=TAKEN)
