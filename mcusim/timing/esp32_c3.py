"""Timing of the ESP32-C3's core: four stages, in order, one instruction at a time.

Espressif publishes no cycles. What is known was measured on the chip:

- niccle: timonvo/niccle, `cycle_counting` (and ctrlsrc.io, "Counting CPU cycles on ESP32-C3 and
  ESP32-C6", 2023): loops from RAM, with the core's performance counter. It knows load hazards and
  jump hazards (TRM v1.3, 1.4.2, MPCER), and nothing else that stalls.
- WLED: WLED issue 4206, operations a second at 160 MHz in loops whose own cost its additions show.
  An addition takes 1.259 cycles with its part of the loop, a multiplication 1.325, a division
  34.56: 33.3 more than an addition.

What neither says is taken to be as in OpenHW's CV32E40P, whose four stages have the same costs
where both are known (user manual, "Pipeline": jump 2, taken branch 3, load 1 and one more before a
use).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcusim.timing.instruction import Kind
from mcusim.timing.riscv.block import block_record
from mcusim.timing.riscv.decode import decode, split
from mcusim.timing.riscv.instruction import Instruction

CPU = "esp32-c3"
TAKEN = 2
"""A taken branch takes 3 cycles, forwards and backwards, at each alignment (niccle)."""
JUMP = 2
"""JAL: niccle; JALR: assumed, as on CV32E40P."""
LOAD_USE = 1
"""Added when the next instruction reads what a load brought (niccle)."""
DIVIDE = 34
"""Derived from WLED, whatever the operands: that the time depends on them is not known."""


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
    taken = TAKEN if instructions[-1].conditional else 0
    return block_record(
        address,
        code,
        instructions,
        _cycles(instructions),
        taken_cycles=taken,
        divides_by_operands=False,
    )


def _cycles(instructions: Sequence[Instruction]) -> list[int]:
    cycles = []
    loaded = 0
    for instruction in instructions:
        stall = LOAD_USE if instruction.reads & loaded else 0
        cycles.append(_alone(instruction) + stall)
        loaded = instruction.writes if instruction.kind is Kind.LOAD else 0
    return cycles


def _alone(instruction: Instruction) -> int:
    """Cycles of an instruction that nothing holds up."""
    match instruction.kind:
        case Kind.DIVIDE_SIGNED | Kind.DIVIDE_UNSIGNED:
            return DIVIDE
        case Kind.BRANCH | Kind.BRANCH_REGISTER:
            return 1 if instruction.conditional else JUMP
    return 1
