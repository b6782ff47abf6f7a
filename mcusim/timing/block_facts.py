"""What a basic block is, whatever the pipeline that runs it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Protocol

from mcusim.timing.instruction import NO_REGISTER, SP, Instruction, Kind
from mcusim.timing.record import BlockFlag

NO_FPU = 0xFFFF

# As plain numbers, which are combined at every instruction.
_CALLS, _RETURNS = int(BlockFlag.CALLS), int(BlockFlag.RETURNS)
_STACK_SELECT, _MOVES_STACK = int(BlockFlag.STACK_SELECT), int(BlockFlag.MOVES_STACK)
_USES_FPU = int(BlockFlag.USES_FPU)


class Decoded(Protocol):
    """What instructions of all architectures tell."""

    @property
    def size(self) -> int:
        """Bytes."""

    @property
    def touches_fpu(self) -> bool:
        """Whether it needs the FPU."""


def straight_record(
    address: int,
    code: bytes,
    *,
    cycles: int,
    packed: Iterable[bytes],
    flags: BlockFlag,
    first_fpu: int,
    stack_drop: int,
) -> dict[str, Any]:
    """The keyword arguments of `mcusim._native.Block` for straight work on any architecture."""
    return {
        "cycles": cycles,
        "fetch_words": fetch_words(address, len(code)),
        "taken_cycles": 0,
        "target_penalty": 0,
        "feels_target_penalty": False,
        "flags": flags,
        "first_fpu": first_fpu,
        "stack_drop": stack_drop,
        "head_address_registers": 0,
        "tail_load": NO_REGISTER,
        "code": b"".join(packed),
    }


def block_record(
    address: int,
    code: bytes,
    instructions: Sequence[Instruction],
    *,
    cycles: int,
    packed: Iterable[bytes],
    flags: BlockFlag | None = None,
    **particular: Any,
) -> dict[str, Any]:
    """The keyword arguments of `mcusim._native.Block`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        instructions: the same, decoded.
        cycles: of the block at zero wait states.
        packed: each instruction as `record.pack` makes it.
        flags: what makes the block more than straight work, where `block_flags` is not all.
        particular: what the core does beyond straight work, instead of the values here.
    """
    record = straight_record(
        address, code, cycles=cycles, packed=packed,
        flags=block_flags(instructions) if flags is None else flags,
        first_fpu=first_fpu_offset(instructions), stack_drop=stack_drop(instructions),
    )  # fmt: skip
    return record | particular


def block_flags(instructions: Sequence[Instruction]) -> BlockFlag:
    """What makes the block more than straight work."""
    last = instructions[-1]
    flags = _CALLS if last.call else 0
    if last.kind is Kind.BRANCH_REGISTER or last.loads_pc:
        flags |= _RETURNS
    for instruction in instructions:
        if instruction.writes_stack_select:
            flags |= _STACK_SELECT
        if instruction.writes >> SP & 1:
            flags |= _MOVES_STACK
        if instruction.touches_fpu:
            flags |= _USES_FPU
    return BlockFlag(flags)


def first_fpu_offset(instructions: Iterable[Decoded]) -> int:
    """Bytes from the start of the block to its first FPU instruction; `NO_FPU` without one."""
    offset = 0
    for instruction in instructions:
        if instruction.touches_fpu:
            return offset
        offset += instruction.size
    return NO_FPU


def stack_drop(instructions: Iterable[Instruction]) -> int:
    """Bytes that SP falls at most below its value on entry."""
    sp = lowest = 0
    for instruction in instructions:
        sp += instruction.sp_change
        lowest = min(lowest, sp)
    return -lowest


def fetch_words(address: int, size: int) -> int:
    """32-bit words that hold the code."""
    return ((address + size - 1) >> 2) - (address >> 2) + 1


def conditional_instructions_left(it_state: int) -> int:
    """Instructions of an IT block still to come, from ITSTATE (ARM DDI0403E A7.3.2)."""
    mask = it_state & 0xF
    return 4 - ((mask & -mask).bit_length() - 1) if mask else 0
