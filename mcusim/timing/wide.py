"""The most frequent 32-bit instructions, decoded by their fields (Armv7-M ARM, A5.3).

Capstone gives the same, and takes several times as long. What is rare, or does more with SP or PC
than the others do, is left to it.
"""

from __future__ import annotations

from mcusim.timing.instruction import LR, NO_REGISTER, PC, SP, Instruction, Kind
from mcusim.timing.narrow import CONDITIONS, branch, signed, transfer

_OPERATIONS = {
    0: "and", 1: "bic", 2: "orr", 3: "orn", 4: "eor",
    8: "add", 10: "adc", 11: "sbc", 13: "sub", 14: "rsb",
}  # fmt: skip
_MOVES = {2: "mov", 3: "mvn"}
"""Of these, without a first operand."""
_COMPARES = {0: "tst", 4: "teq", 8: "cmn", 13: "cmp"}
"""Without a result."""
_SHIFTS = ("lsl", "lsr", "asr", "ror")
_SIZES = {0: ("b", 1), 1: ("h", 2), 2: ("", 4)}
_LONG = {0xFB8: "smull", 0xFBA: "umull", 0xFBC: "smlal", 0xFBE: "umlal"}
_DIVIDE = {0xFB9: ("sdiv", Kind.DIVIDE_SIGNED), 0xFBB: ("udiv", Kind.DIVIDE_UNSIGNED)}


def wide(first: int, second: int) -> Instruction | None:
    """Decodes two halfwords; None for the groups that are left to Capstone."""
    match first >> 9:
        case 0b1110100:
            return _double(first, second) if first & 0x40 else _multiple(first, second)
        case 0b1110101:
            return _shifted_register(first, second)
        case 0b1111000 | 0b1111001 | 0b1111010 | 0b1111011 if second >> 15:
            return _branch(first, second)
        case 0b1111000 | 0b1111010:
            return _modified_immediate(first, second)
        case 0b1111001 | 0b1111011:
            return _plain_immediate(first, second)
        case 0b1111100:
            return _single(first, second)
        case 0b1111101:
            return _multiply(first, second) if first & 0x100 else _shift(first, second)
    return None


def _odd(*registers: int) -> bool:
    """Whether SP or PC is among them."""
    return SP in registers or PC in registers


def _mask(*registers: int) -> int:
    mask = 0
    for register in registers:
        mask |= 1 << register
    return mask


def _alu(
    name: str, target: int, *sources: int, immediate: int | None = None, shifted: bool = False
) -> Instruction:
    return Instruction(
        4, name, Kind.ALU, reads=_mask(*sources), writes=1 << target,
        operands=(target, *sources), immediate=immediate, shifted=shifted,
    )  # fmt: skip


def _compare(
    name: str, *sources: int, immediate: int | None = None, shifted: bool = False
) -> Instruction:
    return Instruction(
        4, name, Kind.ALU, reads=_mask(*sources), operands=sources,
        immediate=immediate, shifted=shifted,
    )  # fmt: skip


def _shifted_register(first: int, second: int) -> Instruction | None:
    code, sets_flags, source = first >> 5 & 15, first >> 4 & 1, first & 15
    target, other = second >> 8 & 15, second & 15
    kind, amount = second >> 4 & 3, second >> 10 & 0x1C | second >> 6 & 3
    if _odd(other) or second >> 15 or (kind == 3 and not amount):
        return None
    if source == PC:
        return _move(code, sets_flags, target, other, kind, amount)
    shifted = bool(kind or amount)
    if target == PC and sets_flags and code in _COMPARES and not _odd(source):
        return _compare(_COMPARES[code], source, other, shifted=shifted)
    if code not in _OPERATIONS or _odd(source, target):
        return None
    name = _OPERATIONS[code] + "s" * sets_flags
    return _alu(name, target, source, other, shifted=shifted)


def _move(
    code: int, sets_flags: int, target: int, source: int, kind: int, amount: int
) -> Instruction | None:
    if code not in _MOVES or _odd(target):
        return None
    shifted = bool(kind or amount)
    if code == 2 and shifted:
        return _alu(_SHIFTS[kind] + "s" * sets_flags, target, source, immediate=amount or 32)
    return _alu(_MOVES[code] + "s" * sets_flags, target, source, shifted=shifted)


def _modified_immediate(first: int, second: int) -> Instruction | None:
    code, sets_flags, source = first >> 5 & 15, first >> 4 & 1, first & 15
    target, constant = second >> 8 & 15, _expand(_immediate(first, second))
    if source == PC:
        if code not in _MOVES or _odd(target):
            return None
        return _alu(_MOVES[code] + "s" * sets_flags, target, immediate=constant)
    if target == PC and sets_flags and code in _COMPARES and source != SP:
        return _compare(_COMPARES[code], source, immediate=constant)
    moves_stack = source == SP and code not in (8, 13)
    if code not in _OPERATIONS or _odd(target) or moves_stack:
        return None
    return _alu(_OPERATIONS[code] + "s" * sets_flags, target, source, immediate=constant)


def _immediate(first: int, second: int) -> int:
    """The twelve bits i:imm3:imm8."""
    return first << 1 & 0x800 | second >> 4 & 0x700 | second & 0xFF


def _expand(constant: int) -> int:
    """ThumbExpandImm (A5.3.2)."""
    byte = constant & 0xFF
    match constant >> 8:
        case 0:
            return byte
        case 1:
            return byte << 16 | byte
        case 2:
            return byte << 24 | byte << 8
        case 3:
            return byte << 24 | byte << 16 | byte << 8 | byte
    rotation = constant >> 7
    return (0x80 | constant & 0x7F) << 32 - rotation


def _plain_immediate(first: int, second: int) -> Instruction | None:
    source, target, constant = first & 15, second >> 8 & 15, _immediate(first, second)
    if _odd(target):
        return None
    low, top = second >> 10 & 0x1C | second >> 6 & 3, second & 31
    match first >> 4 & 31:
        case 0x00 | 0x0A if source != PC:
            name = "subw" if first & 0xA0 else "addw"
            return _alu(name, target, source, immediate=constant)
        case 0x04:
            return _alu("movw", target, immediate=source << 12 | constant)
        case 0x14 | 0x1C if not _odd(source) and low + top < 32 and not second & 0x20:
            name = "ubfx" if first & 0x80 else "sbfx"
            return _alu(name, target, source, immediate=top + 1)
    return None


def _branch(first: int, second: int) -> Instruction | None:
    sign, bit13, bit11 = first >> 10 & 1, second >> 13 & 1, second >> 11 & 1
    if not second & 0x1000:
        condition = first >> 6 & 15
        if second & 0x4000 or condition > 13:
            return None
        offset = sign << 19 | bit11 << 18 | bit13 << 17 | (first & 0x3F) << 11 | second & 0x7FF
        name = "b" + CONDITIONS[condition]
        return branch(name, 4 + 2 * signed(offset, 20), size=4, conditional=True)
    high = (1 ^ bit13 ^ sign) << 22 | (1 ^ bit11 ^ sign) << 21
    offset = 4 + 2 * signed(sign << 23 | high | (first & 0x3FF) << 11 | second & 0x7FF, 24)
    if second & 0x4000:
        return branch("bl", offset, size=4, reads=1 << PC, writes=1 << PC | 1 << LR, call=True)
    return branch("b", offset, size=4)


def _single(first: int, second: int) -> Instruction | None:
    load, base, data = first >> 4 & 1, first & 15, second >> 12
    size, is_signed, positive = first >> 5 & 3, first >> 8 & 1, first >> 7 & 1
    if size not in _SIZES or _odd(data) or (is_signed and (not load or size == 2)):
        return None
    suffix, access_bytes = _SIZES[size]
    name = ("ldr" if load else "str") + "s" * is_signed + suffix
    if base == PC:
        offset = second & 0xFFF
        if not load or not (offset or positive):
            return None
        offset = offset if positive else -offset
        return _access(name, data, base, access_bytes, displacement=offset)
    if positive:
        return _access(name, data, base, access_bytes, displacement=second & 0xFFF)
    if second & 0x800:
        return _indexed(name, data, base, access_bytes, second)
    if second & 0x7C0 or _odd(second & 15):
        return None
    return _access(name, data, base, access_bytes, index=second & 15, shift=second >> 4 & 3)


def _indexed(name: str, data: int, base: int, access_bytes: int, second: int) -> Instruction | None:
    before, up, writeback, amount = second >> 10 & 1, second >> 9 & 1, second >> 8 & 1, second & 255
    unprivileged = before and up and not writeback
    if unprivileged or not (before or writeback) or not (up or amount):
        return None
    if writeback and base == data:
        return None
    offset = amount if up else -amount
    return _access(
        name, data, base, access_bytes,
        displacement=offset if before else 0, change=offset if writeback else None,
    )  # fmt: skip


def _access(
    name: str, data: int, base: int, access_bytes: int, *, index: int = NO_REGISTER,
    shift: int = 0, displacement: int = 0, change: int | None = None,
) -> Instruction:  # fmt: skip
    load = name.startswith("ldr")
    address = _mask(base) if index == NO_REGISTER else _mask(base, index)
    moved = 0 if change is None else 1 << base
    return Instruction(
        4, name, Kind.LOAD if load else Kind.STORE,
        reads=address if load else address | 1 << data, writes=(1 << data if load else 0) | moved,
        base=base, index=index, shift=shift, displacement=displacement,
        access_bytes=access_bytes, count=1, writeback=change is not None, target_register=data,
        sp_change=change or 0 if base == SP else 0,
    )  # fmt: skip


def _double(first: int, second: int) -> Instruction | None:
    before, up, writeback, load = first >> 8 & 1, first >> 7 & 1, first >> 5 & 1, first >> 4 & 1
    base, data, other = first & 15, second >> 12, second >> 8 & 15
    amount = (second & 0xFF) * 4
    if not (before or writeback) or not (up or amount) or base == PC or _odd(data, other):
        return None
    if (load and data == other) or (writeback and base in (data, other)):
        return None
    offset = amount if up else -amount
    pair = _mask(data, other)
    moved = 1 << base if writeback else 0
    return Instruction(
        4, "ldrd" if load else "strd", Kind.LOAD_MULTIPLE if load else Kind.STORE_MULTIPLE,
        reads=1 << base | (0 if load else pair), writes=moved | (pair if load else 0),
        base=base, displacement=offset if before else 0, access_bytes=4, count=2,
        writeback=bool(writeback), target_register=data,
        sp_change=offset if writeback and base == SP else 0,
    )  # fmt: skip


def _multiple(first: int, second: int) -> Instruction | None:
    base, listed, load, writeback = first & 15, second, first >> 4 & 1, first >> 5 & 1
    stack = first in (0xE8BD, 0xE92D)
    upwards = first >> 7 & 3 == 1
    if listed.bit_count() < 2 or listed >> SP & 1 or (listed >> PC & 1 and not (stack and load)):
        return None
    if stack:
        return transfer(4, "pop" if load else "push", SP, listed)
    if _odd(base) or not upwards or (writeback and listed >> base & 1):
        return None
    return transfer(4, "ldm" if load else "stm", base, listed, moves=bool(writeback))


def _shift(first: int, second: int) -> Instruction | None:
    source, target, other = first & 15, second >> 8 & 15, second & 15
    if first & 0x80 or second & 0xF0F0 != 0xF000 or _odd(source, target, other):
        return None
    return _alu(_SHIFTS[first >> 5 & 3] + "s" * (first >> 4 & 1), target, source, other)


def _multiply(first: int, second: int) -> Instruction | None:
    source, other, target, third = first & 15, second & 15, second >> 8 & 15, second >> 12
    group, variant = first >> 4, second >> 4 & 15
    if _odd(source, other, target):
        return None
    if group in _DIVIDE and variant == third == 15:
        name, kind = _DIVIDE[group]
        return Instruction(
            4, name, kind, reads=_mask(source, other), writes=1 << target,
            dividend=source, divisor=other,
        )  # fmt: skip
    if group in _LONG and not variant and third != target and not _odd(third):
        return _product(_LONG[group], (third, target), (source, other))
    if group != 0xFB0 or variant > 1 or third == SP or (variant and third == PC):
        return None
    if third == PC:
        return _product("mul", (target,), (source, other))
    return _product("mls" if variant else "mla", (target,), (source, other, third))


def _product(name: str, targets: tuple[int, ...], sources: tuple[int, ...]) -> Instruction:
    return Instruction(
        4, name, Kind.MULTIPLY, reads=_mask(*sources), writes=_mask(*targets),
        operands=(*targets, *sources),
    )  # fmt: skip
