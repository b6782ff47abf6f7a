"""Decoding of RV32IMAFDC with Zicsr and Zifencei, remembered by encoding."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from mcusim.timing.instruction import NO_REGISTER, Kind
from mcusim.timing.riscv.compressed import expand
from mcusim.timing.riscv.instruction import Instruction

_LOADS = {0: ("lb", 1), 1: ("lh", 2), 2: ("lw", 4), 4: ("lbu", 1), 5: ("lhu", 2)}
_STORES = {0: ("sb", 1), 1: ("sh", 2), 2: ("sw", 4)}
_BRANCHES = {0: "beq", 1: "bne", 4: "blt", 5: "bge", 6: "bltu", 7: "bgeu"}
_IMMEDIATES = {0: "addi", 2: "slti", 3: "sltiu", 4: "xori", 6: "ori", 7: "andi"}
_SHIFTS = {(1, 0x00): "slli", (5, 0x00): "srli", (5, 0x20): "srai"}
_OPERATIONS = {
    (0, 0x00): "add", (0, 0x20): "sub", (1, 0x00): "sll", (2, 0x00): "slt", (3, 0x00): "sltu",
    (4, 0x00): "xor", (5, 0x00): "srl", (5, 0x20): "sra", (6, 0x00): "or", (7, 0x00): "and",
}  # fmt: skip
_MULTIPLY = {0: "mul", 1: "mulh", 2: "mulhsu", 3: "mulhu"}
_DIVIDE = {4: "div", 5: "divu", 6: "rem", 7: "remu"}
_ATOMICS = {
    0x00: "amoadd.w", 0x01: "amoswap.w", 0x02: "lr.w", 0x03: "sc.w", 0x04: "amoxor.w",
    0x08: "amoor.w", 0x0C: "amoand.w", 0x10: "amomin.w", 0x14: "amomax.w", 0x18: "amominu.w",
    0x1C: "amomaxu.w",
}  # fmt: skip
_CSR = {1: "csrrw", 2: "csrrs", 3: "csrrc", 5: "csrrwi", 6: "csrrsi", 7: "csrrci"}
_SYSTEM = {0x000: "ecall", 0x001: "ebreak", 0x302: "mret", 0x105: "wfi"}
_FUSED = {0x43: "fmadd", 0x47: "fmsub", 0x4B: "fnmsub", 0x4F: "fnmadd"}
_FPU = {0x00: "fadd", 0x01: "fsub", 0x02: "fmul", 0x03: "fdiv"}
_SIGNS = {0: "fsgnj", 1: "fsgnjn", 2: "fsgnjx"}
_EXTREMES = {0: "fmin", 1: "fmax"}
_COMPARES = {0: "fle", 1: "flt", 2: "feq"}
_PRECISION = {0: "s", 1: "d"}
_INTEGERS = {0: "w", 1: "wu"}


def split(code: bytes) -> list[bytes]:
    """The encodings of a block, in order; a cut-off last one is left out."""
    encodings = []
    at = 0
    while at + 2 <= len(code):
        size = 4 if code[at] & 3 == 3 else 2
        if at + size > len(code):
            break
        encodings.append(code[at : at + size])
        at += size
    return encodings


@lru_cache(maxsize=65536)
def decode(encoding: bytes) -> Instruction:
    """Decodes one instruction of 2 or 4 bytes; what does not exist is a SYSTEM one, "illegal"."""
    size = len(encoding)
    raw = int.from_bytes(encoding, "little")
    word = raw if size == 4 else expand(raw)
    found = None if word is None else _DECODERS.get(word & 0x7F, _none)(size, word)
    return found or Instruction(size, "illegal", Kind.SYSTEM)


def _none(_size: int, _word: int) -> None:
    return None


def _rd(word: int) -> int:
    return word >> 7 & 31


def _rs1(word: int) -> int:
    return word >> 15 & 31


def _rs2(word: int) -> int:
    return word >> 20 & 31


def _funct3(word: int) -> int:
    return word >> 12 & 7


def _mask(*registers: int) -> int:
    """A bit each, but for x0."""
    mask = 0
    for register in registers:
        mask |= 1 << register
    return mask & ~1


def _immediate(word: int) -> int:
    value = word >> 20
    return value - 0x1000 if value & 0x800 else value


def _lui(size: int, word: int) -> Instruction:
    rd = _rd(word)
    value = word & 0xFFFFF000
    return Instruction(
        size, "lui" if word & 0x20 else "auipc", Kind.ALU, rd=rd, writes=_mask(rd),
        immediate=value - (1 << 32) if value >> 31 else value,
    )  # fmt: skip


def _arithmetic_immediate(size: int, word: int) -> Instruction | None:
    rd, rs1, funct3 = _rd(word), _rs1(word), _funct3(word)
    name = _IMMEDIATES.get(funct3) or _SHIFTS.get((funct3, word >> 25))
    if name is None:
        return None
    value = _rs2(word) if funct3 in (1, 5) else _immediate(word)
    kind = Kind.NOP if name == "addi" and not rd else Kind.ALU
    return Instruction(
        size, name, kind, rd=rd, rs1=rs1, reads=_mask(rs1), writes=_mask(rd), immediate=value
    )


def _arithmetic(size: int, word: int) -> Instruction | None:
    rd, rs1, rs2, funct3 = _rd(word), _rs1(word), _rs2(word), _funct3(word)
    kind = Kind.ALU
    name = _OPERATIONS.get((funct3, word >> 25))
    if word >> 25 == 1:
        name = _MULTIPLY.get(funct3) or _DIVIDE[funct3]
        kind = Kind.MULTIPLY
        if funct3 in _DIVIDE:
            kind = Kind.DIVIDE_UNSIGNED if funct3 & 1 else Kind.DIVIDE_SIGNED
    if name is None:
        return None
    return Instruction(
        size, name, kind, rd=rd, rs1=rs1, rs2=rs2, reads=_mask(rs1, rs2), writes=_mask(rd)
    )


def _load(size: int, word: int) -> Instruction | None:
    if _funct3(word) not in _LOADS:
        return None
    name, count = _LOADS[_funct3(word)]
    rd, rs1 = _rd(word), _rs1(word)
    return Instruction(
        size, name, Kind.LOAD, rd=rd, rs1=rs1, reads=_mask(rs1), writes=_mask(rd),
        base=rs1, displacement=_immediate(word), access_bytes=count,
    )  # fmt: skip


def _store_offset(word: int) -> int:
    return (_immediate(word) & ~31) | _rd(word)


def _store(size: int, word: int) -> Instruction | None:
    if _funct3(word) not in _STORES:
        return None
    name, count = _STORES[_funct3(word)]
    rs1, rs2 = _rs1(word), _rs2(word)
    return Instruction(
        size, name, Kind.STORE, rs1=rs1, rs2=rs2, reads=_mask(rs1, rs2),
        base=rs1, displacement=_store_offset(word), access_bytes=count,
    )  # fmt: skip


def _branch(size: int, word: int) -> Instruction | None:
    name = _BRANCHES.get(_funct3(word))
    if name is None:
        return None
    rs1, rs2 = _rs1(word), _rs2(word)
    offset = word >> 7 & 0x1E | word >> 20 & 0x7E0 | (word >> 7 & 1) << 11
    return Instruction(
        size, name, Kind.BRANCH, rs1=rs1, rs2=rs2, reads=_mask(rs1, rs2), conditional=True,
        branch_offset=offset - 0x1000 if word >> 31 else offset,
    )  # fmt: skip


def _jal(size: int, word: int) -> Instruction:
    offset = word >> 20 & 0x7FE | (word >> 20 & 1) << 11 | word & 0xFF000
    rd = _rd(word)
    return Instruction(
        size, "jal", Kind.BRANCH, rd=rd, writes=_mask(rd),
        branch_offset=offset - 0x100000 if word >> 31 else offset,
    )  # fmt: skip


def _jalr(size: int, word: int) -> Instruction | None:
    if _funct3(word):
        return None
    rd, rs1 = _rd(word), _rs1(word)
    return Instruction(
        size, "jalr", Kind.BRANCH_REGISTER, rd=rd, rs1=rs1, reads=_mask(rs1), writes=_mask(rd),
        immediate=_immediate(word),
    )  # fmt: skip


def _fence(size: int, word: int) -> Instruction | None:
    name = {0: "fence", 1: "fence.i"}.get(_funct3(word))
    return None if name is None else Instruction(size, name, Kind.BARRIER)


def _system(size: int, word: int) -> Instruction | None:
    rd, source, funct3 = _rd(word), _rs1(word), _funct3(word)
    if funct3 in _CSR:
        register = source if funct3 < 4 else 0  # else a constant
        return Instruction(
            size, _CSR[funct3], Kind.SYSTEM, rd=rd, rs1=register, csr=word >> 20,
            reads=_mask(register), writes=_mask(rd),
        )  # fmt: skip
    name = _SYSTEM.get(word >> 20)
    if name is None or rd or source or funct3:
        return None
    return Instruction(size, name, Kind.SYSTEM)


def _atomic(size: int, word: int) -> Instruction | None:
    name = _ATOMICS.get(word >> 27)
    rd, rs1, rs2 = _rd(word), _rs1(word), _rs2(word)
    if name is None or _funct3(word) != 2 or (name == "lr.w" and rs2):
        return None
    # An AMO loads and stores; it is of the class of its store.
    kind = Kind.LOAD_EXCLUSIVE if name == "lr.w" else Kind.STORE_EXCLUSIVE
    return Instruction(
        size, name, kind, rd=rd, rs1=rs1, rs2=rs2, reads=_mask(rs1, rs2), writes=_mask(rd),
        base=rs1, access_bytes=4,
    )  # fmt: skip


def _load_fpu(size: int, word: int) -> Instruction | None:
    names = {2: ("flw", 4), 3: ("fld", 8)}
    if _funct3(word) not in names:
        return None
    name, count = names[_funct3(word)]
    rs1 = _rs1(word)
    return Instruction(
        size, name, Kind.LOAD, rs1=rs1, reads=_mask(rs1), fpu_writes=1 << _rd(word),
        base=rs1, displacement=_immediate(word), access_bytes=count,
    )  # fmt: skip


def _store_fpu(size: int, word: int) -> Instruction | None:
    names = {2: ("fsw", 4), 3: ("fsd", 8)}
    if _funct3(word) not in names:
        return None
    name, count = names[_funct3(word)]
    rs1 = _rs1(word)
    return Instruction(
        size, name, Kind.STORE, rs1=rs1, reads=_mask(rs1), fpu_reads=1 << _rs2(word),
        base=rs1, displacement=_store_offset(word), access_bytes=count,
    )  # fmt: skip


def _fused(size: int, word: int) -> Instruction | None:
    precision = _PRECISION.get(word >> 25 & 3)
    if precision is None:
        return None
    reads = 1 << _rs1(word) | 1 << _rs2(word) | 1 << (word >> 27)
    name = f"{_FUSED[word & 0x7F]}.{precision}"
    return Instruction(size, name, Kind.FPU, fpu_reads=reads, fpu_writes=1 << _rd(word))


def _fpu(size: int, word: int) -> Instruction | None:
    precision = _PRECISION.get(word >> 25 & 3)
    name = None if precision is None else _fpu_name(word, precision)
    if name is None:
        return None
    rd, rs1, rs2 = _rd(word), _rs1(word), _rs2(word)
    group = word >> 27
    from_integer = group in (0x1A, 0x1E)
    to_integer = group in (0x14, 0x18, 0x1C)
    two_sources = group in (0x00, 0x01, 0x02, 0x03, 0x04, 0x05, 0x14)
    return Instruction(
        size, name, Kind.FPU,
        rd=rd if to_integer else NO_REGISTER, reads=_mask(rs1) if from_integer else 0,
        writes=_mask(rd) if to_integer else 0,
        fpu_reads=(0 if from_integer else 1 << rs1) | (1 << rs2 if two_sources else 0),
        fpu_writes=0 if to_integer else 1 << rd,
    )  # fmt: skip


def _fpu_name(word: int, precision: str) -> str | None:
    group, rs2, funct3 = word >> 27, _rs2(word), _funct3(word)
    chosen: str | None = None
    match group:
        case 0x00 | 0x01 | 0x02 | 0x03:
            chosen = _FPU[group]
        case 0x04:
            chosen = _SIGNS.get(funct3)
        case 0x05:
            chosen = _EXTREMES.get(funct3)
        case 0x14:
            chosen = _COMPARES.get(funct3)
        case 0x0B if not rs2:
            chosen = "fsqrt"
        case 0x08 if rs2 in _PRECISION and _PRECISION[rs2] != precision:
            return f"fcvt.{precision}.{_PRECISION[rs2]}"
        case 0x18 if rs2 in _INTEGERS:
            return f"fcvt.{_INTEGERS[rs2]}.{precision}"
        case 0x1A if rs2 in _INTEGERS:
            return f"fcvt.{precision}.{_INTEGERS[rs2]}"
        case 0x1C if not rs2 and funct3 == 1:
            chosen = "fclass"
        case 0x1C if not rs2 and not funct3 and precision == "s":
            return "fmv.x.w"
        case 0x1E if not rs2 and not funct3 and precision == "s":
            return "fmv.w.x"
    return None if chosen is None else f"{chosen}.{precision}"


_DECODERS: dict[int, Callable[[int, int], Instruction | None]] = {
    0x03: _load,
    0x07: _load_fpu,
    0x0F: _fence,
    0x13: _arithmetic_immediate,
    0x17: _lui,
    0x23: _store,
    0x27: _store_fpu,
    0x2F: _atomic,
    0x33: _arithmetic,
    0x37: _lui,
    0x43: _fused,
    0x47: _fused,
    0x4B: _fused,
    0x4F: _fused,
    0x53: _fpu,
    0x63: _branch,
    0x67: _jalr,
    0x6F: _jal,
    0x73: _system,
}
