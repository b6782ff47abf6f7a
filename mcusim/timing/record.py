"""The packed form in which the native core takes an instruction (mcusim/native/block.hpp)."""

from __future__ import annotations

import struct
from enum import IntEnum, IntFlag

from mcusim.machine.activity import INDEX
from mcusim.timing.instruction import NO_REGISTER, PC, Instruction, Kind

PACK = struct.Struct("<HHBBBBBBBBi").pack

_CLASS = {
    Kind.ALU: "alu",
    Kind.PRELOAD: "alu",
    Kind.MULTIPLY: "multiply",
    Kind.DIVIDE_UNSIGNED: "divide",
    Kind.DIVIDE_SIGNED: "divide",
    Kind.LOAD: "load",
    Kind.LOAD_MULTIPLE: "load",
    Kind.LOAD_EXCLUSIVE: "load",
    Kind.STORE: "store",
    Kind.STORE_MULTIPLE: "store",
    Kind.STORE_EXCLUSIVE: "store",
    Kind.BRANCH: "branch",
    Kind.BRANCH_REGISTER: "branch",
    Kind.BRANCH_TABLE: "branch",
    Kind.FPU: "fpu",
    Kind.VECTOR_LOAD: "load",
    Kind.VECTOR_STORE: "store",
}
COLUMN = {kind: INDEX[_CLASS.get(kind, "other")] for kind in Kind}
"""Activity column of each kind of instruction."""


class BlockFlag(IntFlag):
    """What makes a block more than straight work."""

    CALLS = 1
    RETURNS = 2
    STACK_SELECT = 4
    OPEN_END = 8
    MOVES_STACK = 16
    USES_FPU = 64


class BranchKind(IntEnum):
    """The branch that a block ends in, for a core whose predictor tells them apart."""

    NONE = 0
    CONDITIONAL = 1
    JUMP = 2
    CALL = 3
    RETURN = 4
    INDIRECT = 5
    INDIRECT_CALL = 6


class Effect(IntEnum):
    """What only the run can tell of an instruction."""

    NONE = 0
    READ = 1
    WRITE = 2
    DIVIDE_UNSIGNED = 3
    DIVIDE_SIGNED = 4
    EXTRA = 5


_EFFECT = {
    Kind.LOAD: Effect.READ,
    Kind.LOAD_MULTIPLE: Effect.READ,
    Kind.LOAD_EXCLUSIVE: Effect.READ,
    Kind.BRANCH_TABLE: Effect.READ,
    Kind.STORE: Effect.WRITE,
    Kind.STORE_MULTIPLE: Effect.WRITE,
    Kind.STORE_EXCLUSIVE: Effect.WRITE,
    Kind.DIVIDE_UNSIGNED: Effect.DIVIDE_UNSIGNED,
    Kind.DIVIDE_SIGNED: Effect.DIVIDE_SIGNED,
}


NEEDS_ALIGNMENT = 0x80
PIPELINED = 0x40
ALSO_READS = 0x20
_ALIGNED_KINDS = (
    Kind.LOAD_MULTIPLE,
    Kind.STORE_MULTIPLE,
    Kind.LOAD_EXCLUSIVE,
    Kind.STORE_EXCLUSIVE,
)


def _alignment(instruction: Instruction) -> int:
    """ARM DDI0403E A3.2.1: these fault at an unaligned address whatever CCR says."""
    aligned = instruction.kind in _ALIGNED_KINDS and instruction.access_bytes == 4
    return NEEDS_ALIGNMENT if aligned else 0


def pack(
    instruction: Instruction,
    address: int,
    offset: int,
    cycles_before: int,
    extra: int,
    pipelined: bool = False,
) -> bytes:
    """Packs an instruction at `address`, `offset` bytes into its block.

    `cycles_before` are the block's static cycles up to it; `extra` are cycles added when it is
    reached with its condition true; `pipelined`: its access overlaps with the one before.
    """
    effect = _EFFECT.get(instruction.kind, Effect.EXTRA if extra else Effect.NONE)
    base, index = instruction.base, instruction.index
    displacement = instruction.displacement
    if effect in (Effect.DIVIDE_UNSIGNED, Effect.DIVIDE_SIGNED):
        base, index = instruction.dividend, instruction.divisor
    elif base == PC:
        # A literal: its address is known. TBB counts from PC itself, a load from Align(PC, 4).
        pc = address + 4
        displacement += pc if instruction.kind is Kind.BRANCH_TABLE else pc & ~3
        base = NO_REGISTER
    return PACK(
        offset,
        min(cycles_before, 0xFFFF),
        COLUMN[instruction.kind],
        effect,
        base,
        index,
        instruction.shift | _alignment(instruction) | (PIPELINED if pipelined else 0),
        instruction.access_bytes,
        instruction.count,
        min(extra, 0xFF),
        displacement - (1 << 32) if displacement >= 1 << 31 else displacement,
    )
