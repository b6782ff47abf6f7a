"""The record of a basic block on the Cortex-M7."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from mcusim.timing.block_facts import (
    block_flags,
    block_record,
    conditional_instructions_left,
)
from mcusim.timing.cortex_m7.describe import describe
from mcusim.timing.cortex_m7.operation import Operation
from mcusim.timing.cortex_m7.pairing import Trait
from mcusim.timing.cortex_m7.pipeline import Pipeline
from mcusim.timing.instruction import Instruction, Kind
from mcusim.timing.record import BlockFlag, pack
from mcusim.timing.thumb import split

MISPREDICT_CYCLES = 8
"""JNK branching: the penalty of a wrongly predicted branch."""
MISPREDICT_EARLY_CYCLES = 6
"""JNK branching: the same, when the flags were set `EARLY_FLAGS` cycles before."""
EARLY_FLAGS = 3

FETCH_BYTES = 8
"""The core fetches 64 bits at a time (Arm Cortex-M7 TRM, DDI0489, 2.1.2)."""
WARM_UP = 2
"""Repetitions of a loop before it is measured."""

_LOAD = int(Trait.LOAD)


@dataclass(slots=True)
class _Pass:
    """One time through a block."""

    issued: list[int]
    """Cycle of each operation."""
    overlaps: list[bool]
    """Whether it is a load beside a load."""


def time_block(address: int, code: bytes, it_state: int, accurate: bool) -> dict[str, Any]:
    """Times the basic block `code` at `address`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        it_state: ITSTATE on entry (a block may begin inside an IT block), 0 outside.
        accurate: whether the run will report operands.

    Returns:
        The keyword arguments of `mcusim._native.Block`. `cycles` holds one cycle of a divide, to
        which the native core adds the rest, and predicted branches; `mispredict_cycles` is what a
        wrong prediction of the last one adds. What the Cortex-M4 alone has is 0.
    """
    operations = [describe(encoding, accurate) for encoding in split(code)]
    instructions = [operation.instruction for operation in operations]
    conditional = _conditional(instructions, conditional_instructions_left(it_state))
    pipeline = Pipeline()
    if _repeats_itself(instructions):
        cycles, time = _repeated(pipeline, operations, conditional)
        cycles = max(cycles, _fetches(address, len(code)))
    else:
        time = _once(pipeline, operations, conditional)
        cycles = pipeline.free
    mispredict_cycles = _mispredict_cycles(pipeline, instructions[-1], conditional[-1])
    open_end = BlockFlag.OPEN_END if mispredict_cycles else 0
    return block_record(
        address, code, instructions, cycles=cycles, packed=_packed(address, instructions, time),
        flags=block_flags(instructions) | open_end, mispredict_cycles=mispredict_cycles,
    )  # fmt: skip


def _conditional(instructions: list[Instruction], left: int) -> list[bool]:
    """Whether each instruction is in an IT block."""
    found = []
    for instruction in instructions:
        found.append(left > 0)
        left = max(left - 1, 0) + instruction.it_length
    return found


def _repeats_itself(instructions: list[Instruction]) -> bool:
    """Whether the block ends in a branch to its own start."""
    last = instructions[-1]
    if last.branch_offset is None or last.call:
        return False
    return sum(i.size for i in instructions[:-1]) + last.branch_offset == 0


def _once(pipeline: Pipeline, operations: list[Operation], conditional: list[bool]) -> _Pass:
    issued, overlaps = [], []
    for operation, in_it_block in zip(operations, conditional, strict=True):
        issued.append(pipeline.issue(operation, in_it_block))
        beside = pipeline.beside
        overlaps.append(beside is not None and bool(beside.traits & operation.traits & _LOAD))
    return _Pass(issued, overlaps)


def _repeated(
    pipeline: Pipeline, operations: list[Operation], conditional: list[bool]
) -> tuple[int, _Pass]:
    """A repetition of a loop that has got into its stride, and its cycles.

    JNK branching: the branch and the first instruction at its target can issue together. An odd
    number of slots makes a shorter and a longer repetition in turn; the longer one is taken.
    """
    for _ in range(WARM_UP):
        _once(pipeline, operations, conditional)
    passes = [_once(pipeline, operations, conditional) for _ in range(3)]
    starts = [each.issued[0] for each in passes]
    cycles = [later - start for start, later in pairwise(starts)]
    longer = cycles.index(max(cycles))
    start = starts[longer]
    issued = [at - start for at in passes[longer].issued]
    return cycles[longer], _Pass(issued, passes[longer].overlaps)


def _fetches(address: int, size: int) -> int:
    """Fetches of a loop: its branch discards what it fetched beside itself.

    JNK branching: a taken branch costs nothing only with the code around it compressed and
    aligned; that is, where as many fetches as cycles bring the instructions.
    """
    return (address + size - 1) // FETCH_BYTES - address // FETCH_BYTES + 1


def _mispredict_cycles(pipeline: Pipeline, last: Instruction, conditional: bool) -> int:
    """Cycles that a wrong prediction of the last branch adds; 0 where none can be wrong.

    JNK measured Bcc alone. CBZ and CBNZ are taken to feel the age of their register as Bcc that of
    the flags; a branch to an address from a register or memory has the whole penalty.
    """
    if last.kind in (Kind.BRANCH_REGISTER, Kind.BRANCH_TABLE) or last.loads_pc:
        return MISPREDICT_CYCLES
    if last.kind is not Kind.BRANCH or not (last.conditional or conditional):
        return 0
    known = pipeline.flags_at
    if last.mnemonic in ("cbz", "cbnz"):
        known = pipeline.made_at(last.operands[0])
    return MISPREDICT_EARLY_CYCLES if pipeline.at - known >= EARLY_FLAGS else MISPREDICT_CYCLES


def _packed(address: int, instructions: list[Instruction], time: _Pass) -> Iterator[bytes]:
    offset = 0
    for instruction, at, overlaps in zip(instructions, time.issued, time.overlaps, strict=True):
        yield pack(instruction, address + offset, offset, at, 0, overlaps)
        offset += instruction.size
