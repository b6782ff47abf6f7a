"""Thumb-2 decoding with Capstone, remembered by encoding: firmware repeats itself a great deal."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import capstone
from capstone import arm_const as arm

from mcusim.timing.instruction import NO_REGISTER, PC, SP, Instruction, Kind
from mcusim.timing.narrow import narrow
from mcusim.timing.wide import wide

_CAPSTONE = capstone.Cs(capstone.CS_ARCH_ARM, capstone.CS_MODE_THUMB | capstone.CS_MODE_MCLASS)
_CAPSTONE.detail = True

_CORE = {getattr(arm, f"ARM_REG_R{i}"): i for i in range(13)}
_CORE |= {arm.ARM_REG_SP: 13, arm.ARM_REG_LR: 14, arm.ARM_REG_PC: 15}
_SINGLE = {getattr(arm, f"ARM_REG_S{i}"): 1 << i for i in range(32)}
_SINGLE |= {getattr(arm, f"ARM_REG_D{i}"): 3 << (2 * i) for i in range(16)}

_MULTIPLY = re.compile(r"^(mul|mla|mls|[su]mull|[su]ml|umaal|smm|smu|smla|smls)")
_LOAD_STORE = re.compile(r"^(ldr|str|lda|stl)(ex)?(b|h|sb|sh|d)?t?$")
_MULTIPLE = re.compile(r"^v?(ldm|stm|push|pop)")
_BYTES = {"b": 1, "sb": 1, "h": 2, "sh": 2, "": 4}
_CONDITION = re.compile(r"^b(eq|ne|hs|lo|cs|cc|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)$")
_HINTS = {"yield", "wfe", "wfi", "sev", "dbg"}
_STACK_SELECT = {"msp", "psp", "control"}


_FIRST_WIDE = 0b11101 << 3
"""Upper byte of a first halfword from which on the instruction has 32 bits."""


def is_wide(halfword: int) -> bool:
    """Whether a first halfword begins a 32-bit instruction (Armv7-M ARM A5.1)."""
    return halfword >> 11 in (0b11101, 0b11110, 0b11111)


def split(code: bytes) -> list[bytes]:
    """The encodings of a block, in order; a cut-off last one is left out."""
    encodings = []
    at = 0
    while at + 2 <= len(code):
        size = 4 if code[at + 1] >= _FIRST_WIDE else 2
        if at + size > len(code):
            break
        encodings.append(code[at : at + size])
        at += size
    return encodings


@lru_cache(maxsize=65536)
def decode(encoding: bytes) -> Instruction:
    """Decodes one instruction of 2 or 4 bytes.

    What Capstone does not know is a one-cycle SYSTEM instruction: the core will refuse it.
    """
    first = int.from_bytes(encoding[:2], "little")
    if first >> 8 == 0xBF and first & 0xF:
        # Not given to Capstone, whose decoder would carry the IT state into the next call.
        length = 4 - (first & -first).bit_length() + 1
        return Instruction(2, "it", Kind.IT, it_length=length)
    if len(encoding) == 2:
        frequent = narrow(first)
    else:
        frequent = wide(first, int.from_bytes(encoding[2:], "little"))
    return frequent if frequent is not None else disassembled(encoding)


def disassembled(encoding: bytes) -> Instruction:
    """What Capstone says of an instruction that isn't IT."""
    found = next(_CAPSTONE.disasm(encoding, 0, 1), None)
    if found is None:
        return Instruction(len(encoding), "udf", Kind.SYSTEM)
    return _describe(found, len(encoding))


def _describe(insn: Any, size: int) -> Instruction:
    name = insn.mnemonic.split(".")[0]
    facts = _register_facts(insn)
    if name.startswith("v"):
        return _describe_fpu(insn, name, size, facts)
    if _MULTIPLE.match(name):
        return _describe_multiple(insn, name, size, facts)
    if match := _LOAD_STORE.match(name):
        return _describe_access(insn, match, size, facts)
    if name in ("tbb", "tbh"):
        memory = insn.operands[0].mem
        return Instruction(
            size, name, Kind.BRANCH_TABLE, **facts,
            base=_core(memory.base), index=_core(memory.index),
            shift=int(name == "tbh"), access_bytes=1 + int(name == "tbh"), count=1,
        )  # fmt: skip
    if name in ("sdiv", "udiv"):
        dividend, divisor = (_core(operand.reg) for operand in insn.operands[-2:])
        kind = Kind.DIVIDE_SIGNED if name == "sdiv" else Kind.DIVIDE_UNSIGNED
        return Instruction(size, name, kind, **facts, dividend=dividend, divisor=divisor)
    if name in ("pld", "pli"):
        memory = insn.operands[0].mem
        base, index = _core(memory.base), _core(memory.index)
        return Instruction(size, name, Kind.PRELOAD, **facts, base=base, index=index)
    facts |= _operand_facts(insn)
    return Instruction(size, name, _plain_kind(insn, name, facts), **facts, **_flow(insn, name))


def _register_facts(insn: Any) -> dict[str, Any]:
    read, written = insn.regs_access()
    # Capstone is silent on how SSAT, PKHBT and the lists of VLDM and VSTM use these.
    silent = [op.reg for op in insn.operands if op.type == arm.ARM_OP_REG and not op.access]
    if insn.mnemonic.startswith("vld"):
        written = [*written, *silent]
    else:
        read = [*read, *silent]
    facts: dict[str, Any] = {"reads": _mask(read), "writes": _mask(written)}
    facts["fpu_reads"] = _fpu_mask(read)
    facts["fpu_writes"] = _fpu_mask(written)
    return facts


def _operand_facts(insn: Any) -> dict[str, Any]:
    operands = insn.operands
    registers = [op for op in operands if op.type == arm.ARM_OP_REG]
    constant = bool(operands) and operands[-1].type == arm.ARM_OP_IMM
    return {
        "operands": tuple(_core(op.reg) for op in registers),
        "shifted": bool(registers) and registers[-1].shift.type != arm.ARM_SFT_INVALID,
        "immediate": operands[-1].imm & 0xFFFFFFFF if constant else None,
    }


def _plain_kind(insn: Any, name: str, facts: dict[str, Any]) -> Kind:
    if name in ("b", "bl", "cbz", "cbnz") or _CONDITION.match(name):
        return Kind.BRANCH
    if name in ("bx", "blx", "bxns", "blxns") or facts["writes"] >> PC & 1:
        return Kind.BRANCH_REGISTER
    if name == "nop":
        return Kind.NOP
    if name in ("dsb", "dmb", "isb"):
        return Kind.BARRIER
    if name in ("msr", "mrs", "svc", "bkpt", "udf", "setend") or name.startswith("cps"):
        return Kind.SYSTEM
    if name in _HINTS:
        return Kind.SYSTEM
    return Kind.MULTIPLY if _MULTIPLY.match(name) else Kind.ALU


def _flow(insn: Any, name: str) -> dict[str, Any]:
    facts: dict[str, Any] = {"call": name in ("bl", "blx", "blxns")}
    facts["conditional"] = name in ("cbz", "cbnz") or bool(_CONDITION.match(name))
    if facts["conditional"] or name in ("b", "bl"):
        facts["branch_offset"] = _signed(insn.operands[-1].imm)  # disassembled at address 0
    if name in ("add", "sub", "addw", "subw", "adds", "subs"):
        operands = insn.operands
        if _core(operands[0].reg) == SP and operands[-1].type == arm.ARM_OP_IMM:
            facts["sp_change"] = operands[-1].imm * (1 if name.startswith("add") else -1)
    if name == "msr":
        target = insn.op_str.split(",")[0].strip().lower()
        facts["writes_stack_select"] = target in _STACK_SELECT
    return facts


def _describe_access(
    insn: Any, match: re.Match[str], size: int, facts: dict[str, Any]
) -> Instruction:
    load = match[1] in ("ldr", "lda")
    suffix = match[3] or ""
    operand = next(op for op in insn.operands if op.type == arm.ARM_OP_MEM)
    memory = operand.mem
    double = suffix == "d"
    data = insn.operands[1 if match[2] and not load else 0]
    # LDA and STL are as strict on alignment as exclusive accesses (DDI0553, LDA).
    kind = _access_kind(load, double, bool(match[2]) or match[1] in ("lda", "stl"))
    post = bool(insn.post_index)
    base = _core(memory.base)
    sp_change = 0
    if insn.writeback and base == SP:
        amount = _post_amount(insn) if post else memory.disp
        sp_change = amount
    return Instruction(
        size, match[0], kind, **facts,
        base=base, index=_core(memory.index), shift=operand.shift.value or memory.lshift,
        displacement=0 if post else memory.disp,
        access_bytes=4 if double else _BYTES[suffix], count=2 if double else 1,
        writeback=bool(insn.writeback), target_register=_core(data.reg),
        loads_pc=load and _core(data.reg) == PC, sp_change=sp_change,
    )  # fmt: skip


def _access_kind(load: bool, double: bool, exclusive: bool) -> Kind:
    if double:
        return Kind.LOAD_MULTIPLE if load else Kind.STORE_MULTIPLE
    if exclusive:
        return Kind.LOAD_EXCLUSIVE if load else Kind.STORE_EXCLUSIVE
    return Kind.LOAD if load else Kind.STORE


def _post_amount(insn: Any) -> int:
    last = insn.operands[-1]
    if last.type == arm.ARM_OP_IMM:
        return int(last.imm)
    return int(last.mem.disp) if last.type == arm.ARM_OP_MEM else 0


def _describe_multiple(insn: Any, name: str, size: int, facts: dict[str, Any]) -> Instruction:
    load = "ldm" in name or "pop" in name
    stack = name in ("push", "pop")
    registers = [_core(op.reg) for op in insn.operands[0 if stack else 1 :]]
    base = SP if stack else _core(insn.operands[0].reg)
    count = len(registers)
    down = name == "push" or name.endswith("db")
    moved = -4 * count if down else 4 * count
    moves_sp = base == SP and (stack or insn.writeback)
    return Instruction(
        size, name, Kind.LOAD_MULTIPLE if load else Kind.STORE_MULTIPLE, **facts,
        base=base, displacement=-4 * count if down else 0, access_bytes=4, count=count,
        writeback=True, loads_pc=load and PC in registers, sp_change=moved if moves_sp else 0,
    )  # fmt: skip


def _describe_fpu(insn: Any, name: str, size: int, facts: dict[str, Any]) -> Instruction:
    facts["touches_fpu"] = True
    if name in ("vldr", "vstr"):
        memory = insn.operands[1].mem
        double = bin(_fpu_mask([insn.operands[0].reg])).count("1") == 2
        return Instruction(
            size, name, Kind.LOAD_MULTIPLE if name == "vldr" else Kind.STORE_MULTIPLE, **facts,
            base=_core(memory.base), displacement=memory.disp, access_bytes=4, count=1 + double,
        )  # fmt: skip
    if not _MULTIPLE.match(name):
        core = sum(op.type == arm.ARM_OP_REG and op.reg in _CORE for op in insn.operands)
        return Instruction(size, insn.mnemonic, Kind.FPU, **facts, count=core)
    stack = name in ("vpush", "vpop")
    load = name in ("vpop",) or name.startswith("vldm")
    words = sum(bin(_fpu_mask([op.reg])).count("1") for op in insn.operands[0 if stack else 1 :])
    base = SP if stack else _core(insn.operands[0].reg)
    down = name == "vpush" or name.endswith("db")
    moves_sp = base == SP and (stack or insn.writeback)
    return Instruction(
        size, name, Kind.LOAD_MULTIPLE if load else Kind.STORE_MULTIPLE, **facts,
        base=base, displacement=-4 * words if down else 0, access_bytes=4, count=words,
        writeback=True, sp_change=(-4 if down else 4) * words if moves_sp else 0,
    )  # fmt: skip


def _signed(word: int) -> int:
    return ((word & 0xFFFFFFFF) ^ 1 << 31) - (1 << 31)


def _core(register: int) -> int:
    return _CORE.get(register, NO_REGISTER)


def _mask(registers: list[int]) -> int:
    mask = 0
    for register in registers:
        if register in _CORE:
            mask |= 1 << _CORE[register]
    return mask


def _fpu_mask(registers: list[int]) -> int:
    mask = 0
    for register in registers:
        mask |= _SINGLE.get(register, 0)
    return mask
