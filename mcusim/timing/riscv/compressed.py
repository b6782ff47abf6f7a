"""Compressed instructions as the 32-bit ones that they stand for (ISA manual, "C" extension)."""

from __future__ import annotations

RA, SP = 1, 2
_OP, _OP_IMM, _LUI, _LOAD, _STORE = 0x33, 0x13, 0x37, 0x03, 0x23
_LOAD_FP, _STORE_FP, _BRANCH, _JAL, _JALR = 0x07, 0x27, 0x63, 0x6F, 0x67
_EBREAK = 0x00100073
_ADD, _SLL, _XOR, _SR, _OR, _AND = 0, 1, 4, 5, 6, 7  # funct3
_WORD, _DOUBLE = 2, 3
_ALTERNATE = 0x20  # funct7 of SUB and SRA


def expand(half: int) -> int | None:
    """The 32-bit encoding that a 16-bit one of RV32FDC stands for; None for a reserved one."""
    return (_quadrant0, _quadrant1, _quadrant2)[half & 3](half, half >> 13)


def _quadrant0(half: int, funct3: int) -> int | None:
    short = 8 + (half >> 2 & 7)  # rd' or rs2'
    base = 8 + (half >> 7 & 7)
    word = _pick(half, (5, 6), (6, 2), (10, 3), (11, 4), (12, 5))
    double = _pick(half, (5, 6), (6, 7), (10, 3), (11, 4), (12, 5))
    match funct3:
        case 0b000:
            immediate = _pick(
                half, (5, 3), (6, 2), (7, 6), (8, 7), (9, 8), (10, 9), (11, 4), (12, 5)
            )
            return _i(immediate, SP, _ADD, short, _OP_IMM) if immediate else None
        case 0b001:
            return _i(double, base, _DOUBLE, short, _LOAD_FP)
        case 0b010:
            return _i(word, base, _WORD, short, _LOAD)
        case 0b011:
            return _i(word, base, _WORD, short, _LOAD_FP)
        case 0b101:
            return _s(double, short, base, _DOUBLE, _STORE_FP)
        case 0b110:
            return _s(word, short, base, _WORD, _STORE)
        case 0b111:
            return _s(word, short, base, _WORD, _STORE_FP)
    return None


def _quadrant1(half: int, funct3: int) -> int | None:
    rd = half >> 7 & 31
    base = 8 + (half >> 7 & 7)
    immediate = _signed(half >> 2 & 31 | half >> 7 & 32, 6)
    match funct3:
        case 0b000:
            return _i(immediate, rd, _ADD, rd, _OP_IMM)
        case 0b001:
            return _j(_jump_offset(half), RA)
        case 0b010:
            return _i(immediate, 0, _ADD, rd, _OP_IMM)
        case 0b011 if rd == SP:
            step = _signed(_pick(half, (2, 5), (3, 7), (4, 8), (5, 6), (6, 4), (12, 9)), 10)
            return _i(step, SP, _ADD, SP, _OP_IMM) if step else None
        case 0b011:
            return (immediate & 0xFFFFF) << 12 | rd << 7 | _LUI if immediate else None
        case 0b100:
            return _arithmetic(half, base, immediate)
        case 0b101:
            return _j(_jump_offset(half), 0)
    offset = _signed(
        _pick(half, (2, 5), (3, 1), (4, 2), (5, 6), (6, 7), (10, 3), (11, 4), (12, 8)), 9
    )
    return _b(offset, base, int(funct3 == 0b111))


def _arithmetic(half: int, rd: int, immediate: int) -> int | None:
    match half >> 10 & 3:
        case 0b00 | 0b01 if half >> 12 & 1:
            return None  # a shift by 32 and more
        case 0b00:
            return _i(immediate & 31, rd, _SR, rd, _OP_IMM)
        case 0b01:
            return _i(immediate & 31 | _ALTERNATE << 5, rd, _SR, rd, _OP_IMM)
        case 0b10:
            return _i(immediate, rd, _AND, rd, _OP_IMM)
    if half >> 12 & 1:
        return None
    funct3 = (_ADD, _XOR, _OR, _AND)[half >> 5 & 3]
    return _r(0 if funct3 else _ALTERNATE, 8 + (half >> 2 & 7), rd, funct3, rd)


def _quadrant2(half: int, funct3: int) -> int | None:
    rd, rs2 = half >> 7 & 31, half >> 2 & 31
    match funct3:
        case 0b000:
            return None if half >> 12 & 1 else _i(rs2, rd, _SLL, rd, _OP_IMM)
        case 0b001:
            double = _pick(half, (2, 6), (3, 7), (4, 8), (5, 3), (6, 4), (12, 5))
            return _i(double, SP, _DOUBLE, rd, _LOAD_FP)
        case 0b010 | 0b011:
            word = _pick(half, (2, 6), (3, 7), (4, 2), (5, 3), (6, 4), (12, 5))
            if funct3 == 0b011:
                return _i(word, SP, _WORD, rd, _LOAD_FP)
            return _i(word, SP, _WORD, rd, _LOAD) if rd else None
        case 0b100:
            return _jump_or_move(half, rd, rs2)
        case 0b101:
            double = _pick(half, (7, 6), (8, 7), (9, 8), (10, 3), (11, 4), (12, 5))
            return _s(double, rs2, SP, _DOUBLE, _STORE_FP)
    word = _pick(half, (7, 6), (8, 7), (9, 2), (10, 3), (11, 4), (12, 5))
    return _s(word, rs2, SP, _WORD, _STORE if funct3 == 0b110 else _STORE_FP)


def _jump_or_move(half: int, rd: int, rs2: int) -> int | None:
    links = half >> 12 & 1
    if rs2:
        return _r(0, rs2, rd if links else 0, _ADD, rd)
    if rd:
        return _i(0, rd, 0, RA if links else 0, _JALR)
    return _EBREAK if links else None


def _pick(half: int, *places: tuple[int, int]) -> int:
    """Puts bits of `half` at other places: (from, to) each."""
    value = 0
    for source, target in places:
        value |= (half >> source & 1) << target
    return value


def _jump_offset(half: int) -> int:
    places = (
        (2, 5),
        (3, 1),
        (4, 2),
        (5, 3),
        (6, 7),
        (7, 6),
        (8, 10),
        (9, 8),
        (10, 9),
        (11, 4),
        (12, 11),
    )
    return _signed(_pick(half, *places), 12)


def _signed(value: int, bits: int) -> int:
    return value - (1 << bits) if value >> (bits - 1) & 1 else value


def _r(funct7: int, rs2: int, rs1: int, funct3: int, rd: int) -> int:
    return funct7 << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | _OP


def _i(immediate: int, rs1: int, funct3: int, rd: int, opcode: int) -> int:
    return (immediate & 0xFFF) << 20 | rs1 << 15 | funct3 << 12 | rd << 7 | opcode


def _s(offset: int, rs2: int, rs1: int, funct3: int, opcode: int) -> int:
    high, low = offset >> 5 & 0x7F, offset & 0x1F
    return high << 25 | rs2 << 20 | rs1 << 15 | funct3 << 12 | low << 7 | opcode


def _b(offset: int, rs1: int, funct3: int) -> int:
    high = (offset >> 12 & 1) << 6 | offset >> 5 & 0x3F
    low = offset & 0x1E | offset >> 11 & 1
    return high << 25 | rs1 << 15 | funct3 << 12 | low << 7 | _BRANCH


def _j(offset: int, rd: int) -> int:
    parts = (offset >> 20 & 1) << 19 | (offset >> 1 & 0x3FF) << 9
    parts |= (offset >> 11 & 1) << 8 | offset >> 12 & 0xFF
    return parts << 12 | rd << 7 | _JAL
