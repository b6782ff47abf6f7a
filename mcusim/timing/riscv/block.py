"""The record of a block of RISC-V code, from its decoded instructions and the cycles of each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mcusim.timing.block_facts import first_fpu_offset, straight_record
from mcusim.timing.instruction import NO_REGISTER, Kind
from mcusim.timing.record import ALSO_READS, COLUMN, NEEDS_ALIGNMENT, PACK, BlockFlag, Effect
from mcusim.timing.riscv.instruction import SP, Instruction

_ATOMIC = (Kind.LOAD_EXCLUSIVE, Kind.STORE_EXCLUSIVE)
_EFFECT = {
    Kind.LOAD: Effect.READ,
    Kind.LOAD_EXCLUSIVE: Effect.READ,
    Kind.STORE: Effect.WRITE,
    Kind.STORE_EXCLUSIVE: Effect.WRITE,
    Kind.DIVIDE_UNSIGNED: Effect.DIVIDE_UNSIGNED,
    Kind.DIVIDE_SIGNED: Effect.DIVIDE_SIGNED,
}
_DIVIDES = (Effect.DIVIDE_UNSIGNED, Effect.DIVIDE_SIGNED)


def block_record(
    address: int,
    code: bytes,
    instructions: Sequence[Instruction],
    cycles: Sequence[int],
    *,
    extra: Sequence[int] = (),
    divides_by_operands: bool = True,
    flags: BlockFlag | None = None,
    **particular: Any,
) -> dict[str, Any]:
    """The keyword arguments of `mcusim._native.Block`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        instructions: the same, decoded.
        cycles: of each instruction at zero wait states, as the ones before it let it begin: their
            sum is the block's.
        extra: cycles of each that only its execution adds (`Effect.EXTRA`, or with its access).
        divides_by_operands: whether the native core finds a division's time from its operands,
            instead of all in `cycles`.
        flags: what makes the block more than straight work, where `block_flags` is not all.
        particular: what the core does beyond straight work: `taken_cycles`, `mispredict_cycles`,
            ... instead of the values here.
    """
    packed = []
    before = offset = 0
    for place, instruction in enumerate(instructions):
        more = extra[place] if extra else 0
        effect = _effect(instruction, more, divides_by_operands)
        packed.append(_pack(instruction, effect, offset, before, more))
        before += cycles[place]
        offset += instruction.size
    record = straight_record(
        address, code, cycles=before, packed=packed,
        flags=block_flags(instructions) if flags is None else flags,
        first_fpu=first_fpu_offset(instructions), stack_drop=stack_drop(instructions),
    )  # fmt: skip
    return record | particular


def _effect(instruction: Instruction, extra: int, divides_by_operands: bool) -> Effect:
    effect = _EFFECT.get(instruction.kind, Effect.EXTRA if extra else Effect.NONE)
    return Effect.NONE if effect in _DIVIDES and not divides_by_operands else effect


def _pack(
    instruction: Instruction, effect: Effect, offset: int, cycles_before: int, extra: int
) -> bytes:
    kind = instruction.kind
    divides = effect in _DIVIDES
    return PACK(
        offset,
        min(cycles_before, 0xFFFF),
        COLUMN[kind],
        effect,
        instruction.rs1 if divides else instruction.base,
        instruction.rs2 if divides else NO_REGISTER,
        (NEEDS_ALIGNMENT if kind in _ATOMIC else 0) | (ALSO_READS if instruction.is_amo else 0),
        instruction.access_bytes,
        1 if instruction.access_bytes else 0,
        min(extra, 0xFF),
        instruction.displacement,
    )


def block_flags(instructions: Sequence[Instruction]) -> BlockFlag:
    """What makes the block more than straight work."""
    last = instructions[-1]
    flags = BlockFlag.CALLS if last.call else BlockFlag(0)
    if last.kind is Kind.BRANCH_REGISTER:
        flags |= BlockFlag.RETURNS
    if any(i.rd == SP for i in instructions):
        flags |= BlockFlag.MOVES_STACK
    if any(i.touches_fpu for i in instructions):
        flags |= BlockFlag.USES_FPU
    return flags


def stack_drop(instructions: Sequence[Instruction]) -> int:
    """Bytes that SP falls at most below its value on entry, before it is given another value."""
    sp = lowest = 0
    for instruction in instructions:
        if instruction.sets_sp:
            break
        if instruction.moves_sp:
            sp += instruction.immediate or 0
            lowest = min(lowest, sp)
    return -lowest
