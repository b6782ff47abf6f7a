"""The most frequent 16-bit instructions, decoded by their fields (Armv7-M ARM, A5.2).

Capstone gives the same, and takes several times as long: most of what a new block costs.
"""

from __future__ import annotations

from mcusim.timing.instruction import LR, NO_REGISTER, PC, SP, Instruction, Kind

_SHIFTS = ("lsls", "lsrs", "asrs")
_IMMEDIATE = ("movs", "cmp", "adds", "subs")
_REGISTER = (
    *("ands", "eors", "lsls", "lsrs", "asrs", "adcs", "sbcs", "rors"),
    *("tst", "rsbs", "cmp", "cmn", "orrs", "muls", "bics", "mvns"),
)
_INDEXED = ("str", "strh", "strb", "ldrsb", "ldr", "ldrh", "ldrb", "ldrsh")
_SIZES = {"strh": 2, "strb": 1, "ldrsb": 1, "ldrh": 2, "ldrb": 1, "ldrsh": 2}
_EXTENDS = ("sxth", "sxtb", "uxth", "uxtb")
_REVERSES = ("rev", "rev16", "", "revsh")
CONDITIONS = (
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
        case 10:
            return _address(half)
        case 11:
            return _miscellaneous(half)
        case 12 if half & 0xFF:
            return _multiple(half)
        case 13 if half >> 8 & 0xF < 14:
            offset = 4 + 2 * signed(half, 8)
            name = "b" + CONDITIONS[half >> 8 & 0xF]
            return branch(name, offset, writes=1 << PC, conditional=True)
        case 14 if half >> 11 == 0b11100:
            return branch("b", 4 + 2 * signed(half, 11))
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
    """ADD, CMP and MOV of any register, but those of SP and PC do more; BX and BLX."""
    operation = half >> 8 & 3
    source, target = half >> 3 & 15, half >> 4 & 8 | half & 7
    if operation == 3:
        return _jump(half)
    if {source, target} & {SP, PC}:
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


def _jump(half: int) -> Instruction | None:
    target, call = half >> 3 & 15, bool(half & 0x80)
    if target in (SP, PC) or half & 7:
        return None
    links = 1 << LR if call else 0
    return Instruction(
        2, "blx" if call else "bx", Kind.BRANCH_REGISTER,
        reads=1 << target | (1 << PC if call else 0), writes=1 << PC | links,
        operands=(target,), call=call,
    )  # fmt: skip


def _address(half: int) -> Instruction:
    target, from_stack = half >> 8 & 7, bool(half & 0x800)
    return Instruction(
        2, "add" if from_stack else "adr", Kind.ALU,
        reads=1 << SP if from_stack else 0, writes=1 << target,
        operands=(target, SP) if from_stack else (target,), immediate=(half & 0xFF) * 4,
    )  # fmt: skip


def _miscellaneous(half: int) -> Instruction | None:
    match half >> 8 & 15:
        case 0:
            return _move_stack(half)
        case 1 | 3 | 9 | 11:
            offset = 4 + (half >> 3 & 0x40 | half >> 2 & 0x3E)
            name, tested = "cbnz" if half & 0x800 else "cbz", half & 7
            return branch(name, offset, reads=1 << tested, operands=(tested,), conditional=True)
        case 2:
            return _extend(_EXTENDS[half >> 6 & 3], half)
        case 4 | 5 if half & 0x1FF:
            return transfer(2, "push", SP, half & 0xFF | (half & 0x100) << 6)
        case 10 if half >> 6 & 3 != 2:
            return _extend(_REVERSES[half >> 6 & 3], half)
        case 12 | 13 if half & 0x1FF:
            return transfer(2, "pop", SP, half & 0xFF | (half & 0x100) << 7)
    return None


def _move_stack(half: int) -> Instruction:
    down, amount = bool(half & 0x80), (half & 0x7F) * 4
    return Instruction(
        2, "sub" if down else "add", Kind.ALU, reads=1 << SP, writes=1 << SP,
        operands=(SP,), immediate=amount, sp_change=-amount if down else amount,
    )  # fmt: skip


def _extend(name: str, half: int) -> Instruction:
    source, target = half >> 3 & 7, half & 7
    return Instruction(
        2, name, Kind.ALU, reads=1 << source, writes=1 << target, operands=(target, source)
    )


def _multiple(half: int) -> Instruction | None:
    load, base, listed = bool(half & 0x800), half >> 8 & 7, half & 0xFF
    in_list = bool(listed >> base & 1)
    if in_list and not load:
        return None
    return transfer(2, "ldm" if load else "stm", base, listed, moves=not in_list)


def transfer(size: int, name: str, base: int, listed: int, *, moves: bool = True) -> Instruction:
    """Loads or stores a list of registers: LDM and STM upwards, PUSH and POP.

    Args:
        size: bytes of the encoding.
        name: "ldm", "stm", "push" or "pop".
        base: register.
        listed: registers, a bit each.
        moves: whether the base is written back.
    """
    load, count = name in ("ldm", "pop"), listed.bit_count()
    moved = 1 << base if moves else 0
    down = name == "push"
    change = 4 * count if base == SP and moves else 0
    return Instruction(
        size, name, Kind.LOAD_MULTIPLE if load else Kind.STORE_MULTIPLE,
        reads=1 << base if load else 1 << base | listed, writes=moved | (listed if load else 0),
        base=base, displacement=-4 * count if down else 0, access_bytes=4, count=count,
        writeback=True, loads_pc=load and bool(listed >> PC & 1),
        sp_change=-change if down else change,
    )  # fmt: skip


def branch(
    name: str, offset: int, *, size: int = 2, reads: int = 0, writes: int = 0,
    operands: tuple[int, ...] = (), conditional: bool = False, call: bool = False,
) -> Instruction:  # fmt: skip
    """A branch to the label `offset` bytes behind its own address."""
    return Instruction(
        size, name, Kind.BRANCH, reads=reads, writes=writes, operands=operands,
        immediate=offset & 0xFFFFFFFF, conditional=conditional, branch_offset=offset, call=call,
    )  # fmt: skip


def signed(value: int, bits: int) -> int:
    """The lowest `bits` as a two's complement number."""
    return (value & (1 << bits) - 1 ^ 1 << bits - 1) - (1 << bits - 1)
