"""From an encoding to the operation that the pipeline runs."""

from __future__ import annotations

from functools import lru_cache

from mcusim.timing.cortex_m7.arithmetic import (
    describe_arithmetic,
    describe_divide,
    describe_multiply,
)
from mcusim.timing.cortex_m7.floating import describe_fpu
from mcusim.timing.cortex_m7.latency import EARLY, SYSTEM
from mcusim.timing.cortex_m7.memory import (
    describe_load,
    describe_load_multiple,
    describe_preload,
    describe_store,
    describe_store_multiple,
    describe_table_branch,
)
from mcusim.timing.cortex_m7.operation import Operation, operation, registers
from mcusim.timing.cortex_m7.pairing import Trait
from mcusim.timing.instruction import PC, Instruction, Kind
from mcusim.timing.thumb import decode

FLUSH_CYCLES = 9
"""Of ISB: its own cycle, and a refill like that of a wrongly predicted branch; assumed."""

_BY_KIND = {
    Kind.ALU: describe_arithmetic,
    Kind.MULTIPLY: describe_multiply,
    Kind.LOAD: describe_load,
    Kind.LOAD_EXCLUSIVE: describe_load,
    Kind.PRELOAD: describe_preload,
    Kind.STORE: describe_store,
    Kind.STORE_EXCLUSIVE: describe_store,
    Kind.LOAD_MULTIPLE: describe_load_multiple,
    Kind.STORE_MULTIPLE: describe_store_multiple,
    Kind.BRANCH_TABLE: describe_table_branch,
    Kind.FPU: describe_fpu,
}


@lru_cache(maxsize=65536)
def describe(encoding: bytes, accurate: bool) -> Operation:
    """The operation that an encoding of 2 or 4 bytes is; `accurate` as for `time_block`."""
    instruction = decode(encoding)
    kind = instruction.kind
    if kind in _BY_KIND:
        return _BY_KIND[kind](instruction)
    if kind in (Kind.DIVIDE_UNSIGNED, Kind.DIVIDE_SIGNED):
        return describe_divide(instruction, accurate)
    if kind in (Kind.BRANCH, Kind.BRANCH_REGISTER):
        return _describe_branch(instruction)
    if kind in (Kind.BARRIER, Kind.SYSTEM):
        return _describe_system(instruction)
    return operation(instruction)  # IT, NOP: a slot, and nothing else (JNK overall, predication)


def _describe_branch(instruction: Instruction) -> Operation:
    """A predicted branch waits for nothing; the return address is known early."""
    written = registers(instruction.writes & ~(1 << PC))
    return operation(instruction, Trait.BRANCH, (), tuple((r, EARLY, 0) for r in written))


def _describe_system(instruction: Instruction) -> Operation:
    """LLVM: M7NonGeneralPurpose, single issue, latency 3."""
    cycles = FLUSH_CYCLES if instruction.mnemonic == "isb" else 1
    results = tuple((register, SYSTEM, 0) for register in registers(instruction.writes))
    return operation(instruction, Trait.ALONE, (), results, cycles=cycles)
