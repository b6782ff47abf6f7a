"""Loads and stores of the Cortex-M7 as operations, those of the FPU included.

JNK and LLVM are the sources named in latency.py and pairing.py.
"""

from __future__ import annotations

from mcusim.timing.cortex_m7.latency import (
    LOADED,
    LOADED_DOUBLE,
    LOADED_PART,
    LOADED_WORD,
    NEW_BASE,
    SATURATED,
    FloatNeed,
    Need,
)
from mcusim.timing.cortex_m7.operation import (
    Operation,
    Results,
    Uses,
    fpu_registers,
    operation,
    registers,
)
from mcusim.timing.cortex_m7.pairing import Trait
from mcusim.timing.instruction import NO_REGISTER, PC, Instruction, Kind

TABLE_BRANCH_CYCLES = 2
"""LLVM: TBB and TBH are "single-issue only", and take "two cycles to issue"."""


def address_uses(instruction: Instruction) -> Uses:
    """The registers that make an address: JNK and LLVM have both read in EX1."""
    uses: Uses = ()
    if instruction.base not in (NO_REGISTER, PC):
        uses += ((instruction.base, Need.ADDRESS),)
    if instruction.index != NO_REGISTER:
        uses += ((instruction.index, Need.INDEX),)
    return uses


def describe_load(instruction: Instruction) -> Operation:
    """LDR and its kind."""
    latencies = LOADED_WORD if instruction.access_bytes == 4 else LOADED_PART
    target = instruction.target_register
    results = tuple(
        (register, latencies if register == target else NEW_BASE, 0)
        for register in registers(instruction.writes & ~(1 << PC))
    )
    traits = Trait.LOAD
    if instruction.kind is Kind.LOAD_EXCLUSIVE:
        traits |= Trait.OLDER_ONLY  # LLVM: M7Slot0Only
    if instruction.loads_pc:
        traits |= Trait.BRANCH
    return operation(instruction, traits, address_uses(instruction), results)


def describe_preload(instruction: Instruction) -> Operation:
    """PLD and PLI. JNK loads: they wait for their address as loads do."""
    return operation(instruction, Trait.ANY, address_uses(instruction))


def describe_store(instruction: Instruction) -> Operation:
    """STR and its kind. JNK: "can store any result in same cycle"."""
    uses = (*address_uses(instruction), (instruction.target_register, Need.STORE))
    if instruction.kind is Kind.STORE_EXCLUSIVE:
        status = tuple((register, SATURATED, 0) for register in registers(instruction.writes))
        return operation(instruction, Trait.ALONE, uses, status)  # LLVM: M7SingleIssue, latency 2
    return operation(instruction, Trait.STORE, uses, _new_base(instruction))


def describe_load_multiple(instruction: Instruction) -> Operation:
    """LDM, POP, LDRD. JNK: alone, in half a cycle a register."""
    if instruction.touches_fpu:
        return _describe_fpu_load(instruction)
    loaded = instruction.writes
    results: Results = ()
    if loaded.bit_count() > instruction.count:
        loaded &= ~(1 << instruction.base)
        results = ((instruction.base, NEW_BASE, 0),)
    results += tuple(
        (register, LOADED_WORD, place // 2)
        for place, register in enumerate(registers(loaded & ~(1 << PC)))
    )
    return operation(
        instruction, Trait.ALONE, address_uses(instruction), results,
        cycles=_pair_cycles(instruction),
    )  # fmt: skip


def describe_store_multiple(instruction: Instruction) -> Operation:
    """STM, PUSH, STRD. JNK: as loads of several."""
    if instruction.touches_fpu:
        return _describe_fpu_store(instruction)
    data = registers(instruction.reads & ~(1 << instruction.base))
    uses = address_uses(instruction) + tuple((register, Need.STORE) for register in data)
    return operation(
        instruction, Trait.ALONE, uses, _new_base(instruction), cycles=_pair_cycles(instruction)
    )


def describe_table_branch(instruction: Instruction) -> Operation:
    """TBB, TBH."""
    uses = address_uses(instruction)
    return operation(instruction, Trait.ALONE, uses, cycles=TABLE_BRANCH_CYCLES)


def _describe_fpu_load(instruction: Instruction) -> Operation:
    uses = address_uses(instruction)
    loaded = fpu_registers(instruction.fpu_writes)
    if instruction.mnemonic == "vldr" and instruction.count == 1:
        traits = Trait.LOAD | Trait.FPU | Trait.TRANSFER
        return operation(instruction, traits, uses, ((loaded[0], LOADED, 0),))
    traits = Trait.ALONE | Trait.FPU | Trait.AWAITS_MULTIPLY_ADD
    if instruction.mnemonic == "vldr":
        results: Results = tuple((register, LOADED_DOUBLE, 0) for register in loaded)
        return operation(instruction, traits, uses, results)
    results = tuple((register, LOADED, place // 2) for place, register in enumerate(loaded))
    results += _new_base(instruction)
    return operation(instruction, traits, uses, results, cycles=_pair_cycles(instruction))


def _describe_fpu_store(instruction: Instruction) -> Operation:
    data = tuple((register, FloatNeed.STORE) for register in fpu_registers(instruction.fpu_reads))
    uses = address_uses(instruction) + data
    if instruction.mnemonic == "vstr" and instruction.count == 1:
        return operation(instruction, Trait.STORE | Trait.FPU | Trait.TRANSFER, uses)
    traits = Trait.ALONE | Trait.FPU | Trait.AWAITS_MULTIPLY_ADD
    results = _new_base(instruction)
    return operation(instruction, traits, uses, results, cycles=_pair_cycles(instruction))


def _new_base(instruction: Instruction) -> Results:
    """The base that a store, or a load of FPU registers, moves on."""
    return tuple((register, NEW_BASE, 0) for register in registers(instruction.writes))


def _pair_cycles(instruction: Instruction) -> int:
    """JNK load/store multiple: ceil(registers / 2)."""
    return (instruction.count + 1) // 2
