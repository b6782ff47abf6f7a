"""Timing of the Cortex-M33 and its FPU: cycles of a basic block at zero wait states.

Arm publishes no table of cycles for this core (the TRM, 100230, has none). Sources, by the name
used in the comments below:

- JNK: measurements on an RP2350 (r1p0) published in jnk0le/random, "pipeline cycle
  test/doc/cortex_m33.md" (commit 3dfc2abd);
- KA: Arm knowledge article KA001260, a narrow MULS takes two cycles;
- M4: the Cortex-M4's number (mcusim/timing/cortex_m4.py), assumed where both are silent. LLVM and
  GCC schedule for the Cortex-M33 with their Cortex-M4 model.

Instructions issue in order, one a cycle; some pairs of 16-bit ones issue together. A block starts
with all results ready. Wait states, data addresses, operand values and conditions are the native
core's part. Not modelled: what one block leaves over for the next; the out-of-order completion of
FPU instructions; the late flags of a shifted operand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from mcusim.timing.block_facts import block_record, conditional_instructions_left
from mcusim.timing.instruction import NO_REGISTER, PC, Instruction, Kind
from mcusim.timing.record import pack
from mcusim.timing.thumb import decode, split

CPU = "cortex-m33"

TAKEN = 2
"""JNK: cycles of a taken branch; one where it issues with the instruction before."""
LOADED_TARGET = 3
"""Cycles of a jump to a loaded address beyond the loads. JNK: `pop {lr}; bx lr` around two other
instructions is a cycle faster than `pop {pc}`."""
FAST_DIVIDE_CYCLES = 6
"""M4: assumed where operands are not looked at (`--fidelity fast`)."""

_LATE = re.compile(r"^([su]xta|[su]?q?h?(add|sub)(8|16)|[su]h?(asx|sax)|q(d)?(add|sub)|q(asx|sax)"
                   r"|uq|sh|uh|ssat|usat|sel|pkh|usad)")  # fmt: skip
"""JNK: extend-and-add, DSP and SIMD have their result a cycle late."""
_ACCUMULATES = re.compile(r"^(mla|mls|[su]mlal|umaal|sm(la|ls|mla|mls)|usada8|[su]xta)")
_SYSTEM_CYCLES = {"mrs": 2, "msr": 2, "cpsid": 2, "cpsie": 2}  # M4
_NOT_SHIFTED = ("movw", "movt", "addw", "subw")
_LONG_FPU = re.compile(r"^v(div|sqrt)")
_FUSED = re.compile(r"^v(n?ml[as]|fn?m[as])")
LONG_FPU_CYCLES = 14
"""M4: VDIV and VSQRT."""


@dataclass(slots=True)
class _Pipeline:
    """What the next instruction has to know of the ones before it."""

    cycles: int = 0
    ready: dict[int, int] = field(default_factory=dict)
    """Cycle from which a core register can be read."""
    ready_late: dict[int, int] = field(default_factory=dict)
    """The same for an addend or stored data, which are needed a cycle later."""
    fpu_ready: list[tuple[int, int, int]] = field(default_factory=list)
    """(registers, cycle, cycle as the addend of a multiply-accumulate) of FPU results."""
    fpu_free: int = 0
    previous: Instruction | None = None
    previous_conditional: bool = False
    previous_paired: bool = False
    conditional_left: int = 0
    packed: list[bytes] = field(default_factory=list)


def time_block(address: int, code: bytes, it_state: int, accurate: bool) -> dict[str, Any]:
    """Times the basic block `code` at `address`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        it_state: ITSTATE on entry (a block may begin inside an IT block), 0 outside.
        accurate: whether the run will report conditions and operands.

    Returns:
        The keyword arguments of `mcusim._native.Block`.
    """
    pipeline = _Pipeline(conditional_left=conditional_instructions_left(it_state))
    instructions = [decode(encoding) for encoding in split(code)]
    offset = 0
    for instruction in instructions:
        taken = _issue(pipeline, instruction, address + offset, offset, accurate)
        offset += instruction.size
    skippable = pipeline.previous_conditional or instructions[-1].conditional
    return block_record(
        address, code, instructions, cycles=pipeline.cycles, packed=pipeline.packed,
        taken_cycles=taken if skippable else 0,
    )  # fmt: skip


def _issue(
    pipeline: _Pipeline, instruction: Instruction, address: int, offset: int, accurate: bool
) -> int:
    """Times one instruction; returns what it takes more when it changes the PC."""
    conditional = pipeline.conditional_left > 0
    pairs = _pairs(pipeline, instruction)
    wait = _wait(pipeline, instruction)
    cycles = _cycles(pipeline, instruction)
    if not accurate and instruction.kind in (Kind.DIVIDE_UNSIGNED, Kind.DIVIDE_SIGNED):
        cycles = FAST_DIVIDE_CYCLES
    taken = _taken(pipeline, instruction, pairs)
    if pairs and wait == 0:
        cycles -= 1
    if not conditional and not instruction.conditional:
        cycles += taken
    cycles += wait
    # An instruction whose condition fails takes one cycle; the rest is added when it executes.
    extra = cycles - 1 if conditional and cycles > 1 else 0
    pipeline.packed.append(pack(instruction, address, offset, pipeline.cycles, extra))
    started = pipeline.cycles + wait
    pipeline.cycles += cycles - extra
    _write_results(pipeline, instruction, started, started + cycles - wait)
    pipeline.previous, pipeline.previous_conditional = instruction, conditional
    pipeline.previous_paired = pairs
    pipeline.conditional_left = max(0, pipeline.conditional_left - 1) + instruction.it_length
    return taken


def _pairs(pipeline: _Pipeline, instruction: Instruction) -> bool:
    """JNK: a narrow NOP, IT or branch issues with the narrow instruction before it."""
    previous = pipeline.previous
    if previous is None or previous.size != 2 or instruction.size != 2 or pipeline.previous_paired:
        return False
    if previous.kind in (Kind.NOP, Kind.IT, Kind.BRANCH, Kind.SYSTEM, Kind.BARRIER):
        return False
    if instruction.kind is Kind.BRANCH_REGISTER:
        return instruction.mnemonic == "bx" and not _sets_flags(previous)
    if instruction.kind is Kind.BRANCH:
        return instruction.conditional or not _sets_flags(previous)
    return instruction.kind in (Kind.NOP, Kind.IT)


def _taken(pipeline: _Pipeline, instruction: Instruction, pairs: bool) -> int:
    """Cycles that a taken branch adds to those of an instruction that isn't one."""
    if instruction.loads_pc or instruction.kind is Kind.BRANCH_TABLE:
        return LOADED_TARGET
    if instruction.kind not in (Kind.BRANCH, Kind.BRANCH_REGISTER):
        return 0
    # JNK: together with an instruction that makes no flags, a taken branch takes a cycle less.
    previous = pipeline.previous
    slow = pairs and previous is not None and _sets_flags(previous)
    return TAKEN if slow else TAKEN - 1


def _sets_flags(instruction: Instruction) -> bool:
    name = instruction.mnemonic
    return instruction.kind in (Kind.ALU, Kind.MULTIPLY) and (
        name.endswith("s") or name in ("cmp", "cmn", "tst", "teq")
    )


def _wait(pipeline: _Pipeline, instruction: Instruction) -> int:
    """Cycles until all that the instruction reads is there."""
    late = _late_registers(instruction)
    reads = _reads(instruction)
    start = pipeline.cycles
    for register, cycle in pipeline.ready.items():
        if reads >> register & 1 and not late >> register & 1:
            start = max(start, cycle)
    for register, cycle in pipeline.ready_late.items():
        if late >> register & 1:
            start = max(start, cycle)
    if instruction.touches_fpu:
        start = max(start, _fpu_start(pipeline, instruction))
    return start - pipeline.cycles


def _reads(instruction: Instruction) -> int:
    """Registers read: Capstone leaves out the last of extend-and-add and addends of 64 bits."""
    reads = instruction.reads
    if _accumulates(instruction.mnemonic):
        for register in instruction.operands[0 if _is_long(instruction) else 1 :]:
            reads |= 1 << register if register != NO_REGISTER else 0
    return reads


@cache
def _accumulates(name: str) -> bool:
    return _ACCUMULATES.match(name) is not None


def _is_long(instruction: Instruction) -> bool:
    """Whether the addend has 64 bits, in the two registers that are written."""
    return instruction.writes.bit_count() == 2


def _late_registers(instruction: Instruction) -> int:
    """Registers that are read a cycle later: the addend of a MAC, and the data of a store."""
    if instruction.kind is Kind.STORE and instruction.target_register != NO_REGISTER:
        register = 1 << instruction.target_register
        return 0 if register & instruction.address_registers else register
    operands = instruction.operands
    if not _accumulates(instruction.mnemonic) or len(operands) < 3:
        return 0
    if _is_long(instruction):
        addends, factors = operands[:2], operands[2:]
    elif len(operands) == 3:  # extend and add
        addends, factors = operands[1:2], operands[2:]
    else:
        addends, factors = operands[3:], operands[1:3]
    mask = sum(1 << r for r in set(addends) if r != NO_REGISTER)
    return mask & ~sum(1 << r for r in set(factors) if r != NO_REGISTER)


def _cycles(pipeline: _Pipeline, instruction: Instruction) -> int:
    match instruction.kind:
        case Kind.LOAD_MULTIPLE | Kind.STORE_MULTIPLE:
            return max(1, instruction.count)  # JNK: exactly as many as there are words
        case Kind.MULTIPLY:
            return 2 if instruction.size == 2 else 1  # KA
        case Kind.BARRIER:
            return 2 if instruction.mnemonic == "isb" else 1  # M4
        case Kind.SYSTEM:
            return _SYSTEM_CYCLES.get(instruction.mnemonic, 1)
        case Kind.FPU if instruction.count == 2 and instruction.writes != 0:
            return 2  # JNK: VMOV to two core registers
        case Kind.ALU if _has_shifted_constant(instruction) and _sets_flags(instruction):
            return 2  # JNK
        case _:
            return 1


def _has_shifted_constant(instruction: Instruction) -> bool:
    value = instruction.immediate
    if value is None or instruction.size == 2 or instruction.mnemonic in _NOT_SHIFTED:
        return False
    value &= 0xFFFFFFFF
    byte, second = value & 0xFF, value >> 8 & 0xFF
    patterns = (byte, byte * 0x00010001, second * 0x01000100, byte * 0x01010101)
    return value not in patterns


def _write_results(pipeline: _Pipeline, instruction: Instruction, start: int, end: int) -> None:
    early, late = _latencies(instruction)
    base = end if instruction.kind is Kind.LOAD_MULTIPLE else start + 1
    written = instruction.writes & ~(1 << PC)
    while written:
        register = (written & -written).bit_length() - 1
        written &= written - 1
        updated = instruction.writeback and register == instruction.base
        pipeline.ready[register] = start + 1 if updated else base - 1 + early
        pipeline.ready_late[register] = start + 1 if updated else base - 1 + late
    if instruction.touches_fpu:
        _write_fpu_results(pipeline, instruction, start, end)


def _latencies(instruction: Instruction) -> tuple[int, int]:
    """Cycles until a result can be read, and until it can be read as an addend or stored."""
    name = instruction.mnemonic
    match instruction.kind:
        case Kind.LOAD | Kind.LOAD_MULTIPLE | Kind.LOAD_EXCLUSIVE:
            return 2, 1
        case Kind.MULTIPLY:
            return 2, 1
        case Kind.FPU:
            # JNK: VMOV of one register 2, of two 1 behind its two cycles.
            return 2, 2
        case Kind.ALU if instruction.shifted or _has_shifted_constant(instruction):
            return 2, 1
        case Kind.ALU if _LATE.match(name):
            return 2, 1 if "xta" in name else 2
        case _:
            return 1, 1


def _fpu_start(pipeline: _Pipeline, instruction: Instruction) -> int:
    start = pipeline.fpu_free
    fused = _FUSED.match(instruction.mnemonic) is not None
    for registers, cycle, as_addend in pipeline.fpu_ready:
        if instruction.fpu_reads & registers:
            addend = fused and instruction.fpu_writes & registers
            start = max(start, as_addend if addend else cycle)
    return start


def _write_fpu_results(pipeline: _Pipeline, instruction: Instruction, start: int, end: int) -> None:
    name = instruction.mnemonic
    if _FUSED.match(name):
        # JNK: no other FPU instruction in the next two cycles; 3 into an addend, 4 elsewhere.
        pipeline.fpu_free = start + 3
        ready, addend = start + 4, start + 3
    elif _LONG_FPU.match(name):
        pipeline.fpu_free = ready = addend = start + LONG_FPU_CYCLES
    elif instruction.kind is Kind.FPU and instruction.count == 0:
        ready = addend = start + 2
    else:
        ready = addend = end + int(instruction.count == 2 and instruction.kind is Kind.FPU)
    written = instruction.fpu_writes
    kept = [(r & ~written, c, a) for r, c, a in pipeline.fpu_ready if r & ~written]
    pipeline.fpu_ready = [*kept, (written, ready, addend)] if written else kept
