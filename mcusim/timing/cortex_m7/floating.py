"""FPU arithmetic and moves of the Cortex-M7 as operations.

JNK and LLVM are the sources named in latency.py and pairing.py. Cycles of double precision depend
on the operands: those of JNK's column "different exponents" are taken, of factors, which is what
numbers usually have. Denormals and zeros, that it has slower and faster, are not looked at.
"""

from __future__ import annotations

import re

from mcusim.timing.cortex_m7.latency import (
    ADDED,
    CHAINED,
    DIVIDED,
    DOUBLE,
    FUSED,
    LATE,
    MOVED,
    FloatNeed,
    Latencies,
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
from mcusim.timing.instruction import Instruction

_MULTIPLY_ADD = re.compile(r"^v(n?ml[as]|fn?m[as])$")
_MULTIPLY = re.compile(r"^vn?mul$")
_DIVIDE = re.compile(r"^v(div|sqrt)$")
_BLOCKED = re.compile(r"^v(add|sub)$")
"""JNK names VADD only among the arithmetic that a multiply-add keeps waiting."""

_HOLDS = {"vdiv": 16, "vsqrt": 14}
"""Cycles for which they keep the pipeline. JNK fpu (single precision)."""
_DOUBLE_HOLDS = (
    # Likewise, and right after a multiply-add. JNK fpu (double precision); VSQRT: LLVM.
    (re.compile(r"^v(add|sub)$"), 2, 2),
    (re.compile(r"^vn?mul$"), 5, 4),
    (re.compile(r"^v(div|sqrt)$"), 30, 30),
    (re.compile(r"^vfn?m[as]$"), 8, 7),
    (re.compile(r"^vn?ml[as]$"), 9, 7),
)


def describe_fpu(instruction: Instruction) -> Operation:
    """Anything of the FPU but loads and stores."""
    name, *types = instruction.mnemonic.split(".")
    double = "f64" in types
    if name == "vmov":
        return _describe_move(instruction, double)
    if name in ("vmrs", "vmsr"):
        # LLVM: M7VMRS, single issue; the flags of VMRS a cycle later.
        flags = name == "vmrs"
        return operation(instruction, Trait.ALONE | Trait.FPU, sets_flags=flags)
    if double:
        return _describe_double(instruction, name)
    return _describe_single(instruction, name)


def _describe_move(instruction: Instruction, double: bool) -> Operation:
    reads, writes = registers(instruction.reads), fpu_registers(instruction.fpu_writes)
    sources = fpu_registers(instruction.fpu_reads)
    traits = Trait.FPU | Trait.TRANSFER
    if instruction.count == 2:
        traits |= Trait.ALONE  # JNK: two registers can't be dual-issued with anything
    elif double:
        traits |= Trait.OLDER_ONLY  # LLVM: VMOVD, FCONSTD, M7Slot0Only
    if instruction.count:
        uses: Uses = tuple((register, Need.TO_FPU) for register in reads)
        if instruction.writes:
            uses += tuple((register, FloatNeed.TO_CORE) for register in sources)
    else:
        uses = tuple((register, FloatNeed.MOVE) for register in sources)
        if not sources:
            traits |= Trait.CONSTANT | Trait.AWAITS_MULTIPLY_ADD
    # JNK: to a core register in 1 cycle for the late ALU, 0 for the accumulator.
    results: Results = tuple((register, LATE, 0) for register in registers(instruction.writes))
    results += tuple((register, MOVED, 0) for register in writes)
    return operation(instruction, traits, uses, results)


def _describe_single(instruction: Instruction, name: str) -> Operation:
    traits = Trait.FPU | Trait.ARITHMETIC
    if _DIVIDE.match(name):
        hold = _HOLDS[name]
        uses, results = _uses(instruction, FloatNeed.MULTIPLY), _results(instruction, DIVIDED, hold)
        return operation(instruction, traits, uses, results, cycles=hold)
    if _MULTIPLY_ADD.match(name):
        fused = name.startswith("vf")
        traits |= Trait.MULTIPLY_ADD | (Trait.FUSED if fused else Trait.ANY)
        addend = FloatNeed.FUSED_ADDEND if fused else FloatNeed.CHAINED_ADDEND
        uses = _multiply_add_uses(instruction, addend)
        results = _results(instruction, FUSED if fused else CHAINED, 0)
        return operation(instruction, traits, uses, results)
    if _BLOCKED.match(name):
        traits |= Trait.AWAITS_MULTIPLY_ADD
    select = name.startswith("vsel")
    if select:
        traits |= Trait.OLDER_ONLY
    need = FloatNeed.MULTIPLY if _MULTIPLY.match(name) else FloatNeed.ADD
    return operation(
        instruction, traits, _uses(instruction, need), _results(instruction, ADDED, 0),
        flags_latency=_SELECT_FLAGS_LATENCY if select else 0,
    )  # fmt: skip


_SELECT_FLAGS_LATENCY = 2
"""LLVM: "VSEL cannot bypass in its implied $cpsr operand; model as earlier read"."""


def _describe_double(instruction: Instruction, name: str) -> Operation:
    """JNK: from the older slot, beside integer instructions; LLVM likewise (BeginGroup)."""
    hold, chained = next((row[1:] for row in _DOUBLE_HOLDS if row[0].match(name)), (1, 1))
    traits = Trait.FPU | Trait.ARITHMETIC | Trait.DOUBLE | Trait.OLDER_ONLY
    if _MULTIPLY_ADD.match(name):
        traits |= Trait.DOUBLE_MULTIPLY_ADD
        uses = _multiply_add_uses(instruction, FloatNeed.FUSED_ADDEND)
    else:
        uses = _uses(instruction, FloatNeed.MULTIPLY)
    if _BLOCKED.match(name):
        traits |= Trait.AWAITS_MULTIPLY_ADD
    if _DIVIDE.match(name):
        results = _results(instruction, DIVIDED, hold)
    else:
        results = _results(instruction, DOUBLE, hold - 1)
    select = name.startswith("vsel")
    return operation(
        instruction, traits, uses, results, cycles=hold, chained_cycles=chained,
        flags_latency=_SELECT_FLAGS_LATENCY if select else 0,
    )  # fmt: skip


def _uses(instruction: Instruction, need: FloatNeed) -> Uses:
    return tuple((register, need) for register in fpu_registers(instruction.fpu_reads))


def _multiply_add_uses(instruction: Instruction, addend: FloatNeed) -> Uses:
    accumulator = instruction.fpu_writes
    return tuple((register, addend) for register in fpu_registers(accumulator)) + tuple(
        (register, FloatNeed.FACTOR)
        for register in fpu_registers(instruction.fpu_reads & ~accumulator)
    )


def _results(instruction: Instruction, latencies: Latencies, delay: int) -> Results:
    return tuple((register, latencies, delay) for register in fpu_registers(instruction.fpu_writes))
