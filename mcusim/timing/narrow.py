"""The most frequent 16-bit instructions, decoded by their fields (Armv7-M ARM, A5.2).

Capstone gives the same, and takes several times as long: most of what a new block costs.
"""

from __future__ import annotations

from mcusim.timing.instruction import NO_REGISTER, PC, SP, Instruction, Kind

_SHIFTS = ("lsls", "lsrs", "asrs")
_IMMEDIATE = ("movs", "cmp", "adds", "subs")
_REGISTER = (
    *("ands", "eors", "lsls", "lsrs", "asrs", "adcs", "sbcs", "rors"),
    *("tst", "rsbs", "cmp", "cmn", "orrs", "muls", "bics", "mvns"),
)
_INDEXED = ("str", "strh", "strb", "ldrsb", "ldr", "ldrh", "ldrb", "ldrsh")
_SIZES = {"strh": 2, "strb": 1, "ldrsb": 1, "ldrh": 2, "ldrb": 1, "ldrsh": 2}
_CONDITIONS = (
    *("eq", "ne", "hs", "lo", "mi", "pl", "vs", "vc"),
    *("hi", "ls", "ge", "lt", "gt", "le"),
)


def narrow(half: int) -> Instruction | None:
    """Decodes a halfword; None for the groups that are left to Capstone."""
    match half >> 12:
        case 0 | 1:
            return _shift(half) if half >> 11 != 0b00011 else _add_or_subtract(half)
        case 2 | 3:
            return _immediate(half)
        case 4 if half >> 11 == 0b01001:
            return _access("ldr", half >> 8 & 7, PC, displacement=(half & 0xFF) * 4)
        case 4 if half >> 10 == 0b010000:
            return _register(half)
        case 4:
            return _high_register(half)
        case 5:
            name = _INDEXED[half >> 9 & 7]
            return _access(name, half & 7, half >> 3 & 7, index=half >> 6 & 7)
        case 6 | 7 | 8:
            return _offset_access(half)
        case 9:
            name = "ldr" if half >> 11 & 1 else "str"
            return _access(name, half >> 8 & 7, SP, displacement=(half & 0xFF) * 4)
        case 13 if half >> 8 & 0xF < 14:
            offset = 4 + 2 * _signed(half, 8)
            name = "b" + _CONDITIONS[half >> 8 & 0xF]
            return _branch(name, offset, writes=1 << PC, conditional=True)
        case 14 if half >> 11 == 0b11100:
            return _branch("b", 4 + 2 * _signed(half, 11), writes=0, conditional=False)
    return None


def _shift(half: int) -> Instruction:
    amount, source, target = half >> 6 & 31, half >> 3 & 7, half & 7
    operation = half >> 11 & 3
    plain = operation == 0 and amount == 0  # MOVS
    return Instruction(
        2, "movs" if plain else _SHIFTS[operation], Kind.ALU,
        reads=1 << source, writes=1 << target, operands=(target, source),
        immediate=None if plain else amount or 32,
    )  # fmt: skip


def _add_or_subtract(half: int) -> Instruction:
    third, source, target = half >> 6 & 7, half >> 3 & 7, half & 7
    constant = bool(half >> 10 & 1)
    return Instruction(
        2, "subs" if half >> 9 & 1 else "adds", Kind.ALU,
        reads=1 << source if constant else 1 << source | 1 << third, writes=1 << target,
        operands=(target, source) if constant else (target, source, third),
        immediate=third if constant else None,
    )  # fmt: skip


def _immediate(half: int) -> Instruction:
    name, register = _IMMEDIATE[half >> 11 & 3], half >> 8 & 7
    bit = 1 << register
    return Instruction(
        2, name, Kind.ALU,
        reads=0 if name == "movs" else bit, writes=0 if name == "cmp" else bit,
        operands=(register,), immediate=half & 0xFF,
    )  # fmt: skip


def _register(half: int) -> Instruction:
    name, source, target = _REGISTER[half >> 6 & 15], half >> 3 & 7, half & 7
    multiply = name == "muls"
    return Instruction(
        2, name, Kind.MULTIPLY if multiply else Kind.ALU,
        reads=1 << source if name in ("mvns", "rsbs") else 1 << source | 1 << target,
        writes=0 if name in ("tst", "cmp", "cmn") else 1 << target,
        operands=(target, source, target) if multiply else (target, source),
        immediate=0 if name == "rsbs" else None,
    )  # fmt: skip


def _high_register(half: int) -> Instruction | None:
    """ADD, CMP and MOV of any register; those of SP and PC do more."""
    operation = half >> 8 & 3
    source, target = half >> 3 & 15, half >> 4 & 8 | half & 7
    if operation == 3 or {source, target} & {SP, PC}:
        return None
    name = ("add", "cmp", "mov")[operation]
    both = 1 << source | 1 << target
    return Instruction(
        2, name, Kind.ALU,
        reads=1 << source if name == "mov" else both, writes=0 if name == "cmp" else 1 << target,
        operands=(target, source),
    )  # fmt: skip


def _offset_access(half: int) -> Instruction:
    load, amount = half >> 11 & 1, half >> 6 & 31
    match half >> 12:
        case 6:
            name, scale = "", 4
        case 7:
            name, scale = "b", 1
        case _:
            name, scale = "h", 2
    name = ("ldr" if load else "str") + name
    return _access(name, half & 7, half >> 3 & 7, displacement=amount * scale)


def _access(
    name: str, data: int, base: int, *, index: int = NO_REGISTER, displacement: int = 0
) -> Instruction:
    load = name.startswith("ldr")
    address = 1 << base if index == NO_REGISTER else 1 << base | 1 << index
    return Instruction(
        2, name, Kind.LOAD if load else Kind.STORE,
        reads=address if load else address | 1 << data, writes=1 << data if load else 0,
        base=base, index=index, displacement=displacement,
        access_bytes=_SIZES.get(name, 4), count=1, target_register=data,
    )  # fmt: skip


def _branch(name: str, offset: int, *, writes: int, conditional: bool) -> Instruction:
    return Instruction(
        2, name, Kind.BRANCH, writes=writes, immediate=offset & 0xFFFFFFFF,
        conditional=conditional, branch_offset=offset,
    )  # fmt: skip


def _signed(half: int, bits: int) -> int:
    return (half & (1 << bits) - 1 ^ 1 << bits - 1) - (1 << bits - 1)
