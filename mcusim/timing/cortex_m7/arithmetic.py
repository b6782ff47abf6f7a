"""Arithmetic, DSP, multiplies and divides of the Cortex-M7 as operations.

JNK and LLVM are the sources named in latency.py and pairing.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache, partial
from typing import NamedTuple

from mcusim.timing.cortex_m7.latency import (
    LATE,
    MULTIPLIED,
    REVERSED,
    SATURATED,
    Latencies,
    Need,
)
from mcusim.timing.cortex_m7.operation import Operation, Results, Uses, operation, registers
from mcusim.timing.cortex_m7.pairing import Trait
from mcusim.timing.instruction import PC, Instruction

FAST_DIVIDE_CYCLES = 7
"""Assumed cycles of a divide where operands are not looked at (`--fidelity fast`): LLVM's WriteDIV.

No measurement of SDIV and UDIV on this core was at hand. The native core has the formula for the
operands, in which at least the form is taken over from the Cortex-M4."""

_FLAG_SETTERS = re.compile(
    r"^(cmp|cmn|tst|teq|(add|sub|rsb|adc|sbc|and|orr|orn|eor|bic|mvn|mov|lsl|lsr|asr|ror|rrx)s)$"
)
_COMPARE = re.compile(r"^(cmp|cmn|tst|teq)$")
_FLAG_READERS = re.compile(r"^(adc|sbc|rrx)")

_ADD = re.compile(r"^(add|sub|mov)s?$|^(addw|subw|movw|adr)$")
"""JNK overall: these can be done in the early ALU, from the older slot."""
_SHIFT = re.compile(r"^(lsl|lsr|asr|ror)s?$")
"""JNK overall: the moves with a shift can, from either slot."""
_REVERSE = re.compile(r"^(rev|rev16|revsh|rbit)$")
_EXTRACT = re.compile(r"^[su]bfx$")
_INSERT = re.compile(r"^(bfi|bfc)$")
_EXTEND_ADD = re.compile(r"^[su]xta(b|h|b16)$")
_PACK = re.compile(r"^pkh(bt|tb)$")
_SATURATE = re.compile(r"^([su]sat(16)?|qd(add|sub))$")
_SATURATING_ADD = re.compile(r"^(u?q(add|sub|asx|sax|add8|add16|sub8|sub16)|usad8|usada8)$")
_DSP = re.compile(r"^([su]xt(b|h|b16)|[su]h?(add|sub)(8|16)|[su]h?(asx|sax)|sel|clz)$")
_LONG = re.compile(r"^([su]mlal|umaal|smlsld)")
"""Multiplies whose first two operands are the accumulator."""


def describe_arithmetic(instruction: Instruction) -> Operation:
    """ALU and DSP instructions."""
    return _description(instruction.mnemonic)(instruction)


@cache
def _description(name: str) -> Callable[[Instruction], Operation]:
    if _REVERSE.match(name):
        return partial(_in_early_alu, REVERSED)
    if _EXTRACT.match(name):
        return partial(_in_early_alu, LATE)
    if _SATURATE.match(name):
        return partial(_in_early_alu, SATURATED)
    if _INSERT.match(name) or _EXTEND_ADD.match(name) or _PACK.match(name):
        return _combining
    if _SATURATING_ADD.match(name):
        return _saturating
    return _dsp if _DSP.match(name) else _plain


def _dsp(instruction: Instruction) -> Operation:
    uses = tuple((register, Need.LATE) for register in instruction.operands[1:])
    return operation(instruction, Trait.OLDER_ONLY, uses, _results(instruction, LATE))


def _in_early_alu(latencies: Latencies, instruction: Instruction) -> Operation:
    """JNK bitfield: "execute in early alu and can't source from late ALU of previous cycle"."""
    uses = tuple((register, Need.SHIFT) for register in instruction.operands[1:])
    traits = Trait.OLDER_ONLY | Trait.BIT_FIELD
    return operation(instruction, traits, uses, _results(instruction, latencies))


def _combining(instruction: Instruction) -> Operation:
    """JNK bitfield: the extracted or shifted register is consumed early; of PKHTB, both are."""
    destination, *sources = instruction.operands
    if instruction.mnemonic in ("bfi", "bfc"):
        sources.insert(0, destination)
    first = Need.SHIFT if instruction.mnemonic == "pkhtb" else Need.BESIDE_SHIFT
    needs = (first, Need.SHIFT)
    uses = tuple(zip(sources, needs, strict=False))
    traits = Trait.OLDER_ONLY | Trait.BIT_FIELD
    return operation(instruction, traits, uses, _results(instruction, LATE))


def _saturating(instruction: Instruction) -> Operation:
    """LLVM: QADD and its kind, USAD8; the addend of USADA8 is read a cycle later (M7Read_EX2)."""
    needs = (Need.LATE, Need.LATE, Need.ACCUMULATE)
    uses = tuple(zip(instruction.operands[1:], needs, strict=False))
    return operation(instruction, Trait.OLDER_ONLY, uses, _results(instruction, SATURATED))


def _plain(instruction: Instruction) -> Operation:
    """Data processing with an operand2."""
    says = _nature(instruction.mnemonic)
    sources = registers(instruction.reads & ~(1 << PC))
    if says.rotates_carry:
        uses: Uses = tuple((register, Need.SHIFT) for register in sources)
        traits, early = Trait.SHIFT, None
    elif instruction.shifted:
        uses = _shifted_uses(instruction, sources)
        traits, early = Trait.INLINE_SHIFT, None
    else:
        uses = tuple((register, Need.LATE) for register in sources)
        rotated = is_rotated_constant(instruction)
        traits = Trait.SHIFT if says.shifts else Trait.INLINE_SHIFT if rotated else Trait.ANY
        early = tuple(sources) if says.shifts or (says.adds and not rotated) else None
    return operation(
        instruction, traits, uses, _results(instruction, LATE),
        early=early, flags_latency=int(says.reads_flags), sets_flags=says.sets_flags,
        keeps_flags_in_it_block=instruction.size == 2 and not says.compares,
    )  # fmt: skip


class _Nature(NamedTuple):
    """What a mnemonic of data processing says."""

    sets_flags: bool
    reads_flags: bool
    compares: bool
    adds: bool
    shifts: bool
    rotates_carry: bool


@cache
def _nature(name: str) -> _Nature:
    return _Nature(
        sets_flags=_FLAG_SETTERS.match(name) is not None,
        reads_flags=_FLAG_READERS.match(name) is not None,
        compares=_COMPARE.match(name) is not None,
        adds=_ADD.match(name) is not None,
        shifts=_SHIFT.match(name) is not None,
        rotates_carry=name.startswith("rrx"),
    )


def _shifted_uses(instruction: Instruction, sources: list[int]) -> Uses:
    through_shifter = instruction.operands[-1]
    return tuple(
        (register, Need.SHIFT if register == through_shifter else Need.BESIDE_SHIFT)
        for register in sources
    )


def is_rotated_constant(instruction: Instruction) -> bool:
    """Whether operand2 is a constant of 8 bits shifted to its place ("shifted constant" of JNK).

    The others: 8 bits as they are, a pattern of repeated bytes, and plain 12 or 16 bits.
    """
    value = instruction.immediate
    name = instruction.mnemonic
    if value is None or value < 0x100 or _SHIFT.match(name):
        return False
    if name in ("addw", "subw", "movw", "movt", "adr") or instruction.size == 2:
        return False
    low, high = value & 0xFF, value >> 8 & 0xFF
    return value not in (low * 0x00010001, high * 0x01000100, low * 0x01010101)


def describe_multiply(instruction: Instruction) -> Operation:
    """Multiplies and multiply-accumulates."""
    operands = instruction.operands
    if _LONG.match(instruction.mnemonic):
        addends, factors = operands[:2], operands[2:]
    elif len(operands) == 4 and not instruction.mnemonic.endswith("ull"):
        addends, factors = operands[3:], operands[1:3]
    else:
        addends, factors = (), operands[-2:]
    uses = tuple((register, Need.ACCUMULATE) for register in addends)
    uses += tuple((register, Need.MULTIPLY) for register in factors)
    return operation(
        instruction, Trait.MULTIPLY, uses, _results(instruction, MULTIPLIED),
        sets_flags=instruction.mnemonic == "muls", keeps_flags_in_it_block=True,
    )  # fmt: skip


def describe_divide(instruction: Instruction, accurate: bool) -> Operation:
    """LLVM: not dual-issued, and stall for their latency; a loaded word comes as to a multiply.

    In accurate runs the native core adds what the operands make of it.
    """
    uses = tuple((register, Need.MULTIPLY) for register in registers(instruction.reads))
    cycles = 1 if accurate else FAST_DIVIDE_CYCLES
    results = tuple((r, LATE, cycles - 1) for r in registers(instruction.writes))
    return operation(instruction, Trait.ALONE, uses, results, cycles=cycles)


def _results(instruction: Instruction, latencies: Latencies) -> Results:
    return tuple((register, latencies, 0) for register in registers(instruction.writes))
