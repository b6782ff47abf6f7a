"""What an instruction is to the pipeline: its operands, results, slot and cycles."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from mcusim.timing.cortex_m7.latency import Latencies
from mcusim.timing.cortex_m7.pairing import Trait, bars
from mcusim.timing.instruction import Instruction

FPU_BASE = 16
"""Number of S0 among the registers of the scoreboard; core registers are 0 to 15."""
REGISTERS = FPU_BASE + 32

Uses = tuple[tuple[int, int], ...]
"""(register, `Need` or `FloatNeed`) of each operand."""
Results = tuple[tuple[int, Latencies, int], ...]
"""(register, latencies, cycles after the issue from which they count) of each result."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One instruction as the pipeline sees it."""

    instruction: Instruction
    traits: int
    """`Trait`s, as a plain number: the pipeline compares them at every instruction."""
    bars: int
    """Traits that an instruction in the younger slot beside it must not have."""
    uses: Uses = ()
    results: Results = ()
    cycles: int = 1
    """Until the next instruction can issue, but for one beside it."""
    early: tuple[int, ...] | None = None
    """Operands that the early ALU wants, where the instruction can be done there."""
    flags_latency: int = 0
    """Cycles that the flags must be old; 0 where it does not read them."""
    sets_flags: bool = False
    keeps_flags_in_it_block: bool = False
    chained_cycles: int = 1
    """As `cycles`, right after a multiply-add of double precision."""


def operation(
    instruction: Instruction,
    traits: Trait = Trait.ANY,
    uses: Uses = (),
    results: Results = (),
    *,
    cycles: int = 1,
    early: tuple[int, ...] | None = None,
    flags_latency: int = 0,
    sets_flags: bool = False,
    keeps_flags_in_it_block: bool = False,
    chained_cycles: int | None = None,
) -> Operation:
    """An operation with the traits' own rules of pairing."""
    own, barred = _pairing(int(traits))
    return Operation(
        instruction, own, barred, uses, results, cycles, early, flags_latency,
        sets_flags, keeps_flags_in_it_block, cycles if chained_cycles is None else chained_cycles,
    )  # fmt: skip


@cache
def _pairing(traits: int) -> tuple[int, int]:
    """The traits, and those that are barred beside them."""
    own = Trait(traits) | Trait.ANY
    return int(own), int(bars(own))


def registers(mask: int) -> list[int]:
    """Numbers of the registers in a mask of a bit each, in ascending order."""
    return [number for number in range(mask.bit_length()) if mask >> number & 1]


def fpu_registers(mask: int) -> list[int]:
    """Numbers in the scoreboard of single-precision registers in a mask."""
    return [FPU_BASE + number for number in registers(mask)]
