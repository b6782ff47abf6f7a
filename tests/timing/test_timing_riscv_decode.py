"""RISC-V decoding against GNU objdump, and the records of blocks."""

from __future__ import annotations

import random
import re
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from mcusim.timing import rv32
from mcusim.timing.instruction import NO_REGISTER
from mcusim.timing.record import BlockFlag
from mcusim.timing.riscv.compressed import expand
from mcusim.timing.riscv.decode import decode, split

OBJDUMP = "riscv64-unknown-elf-objdump"
NAMES = ["zero", "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1"]
NAMES += [*(f"a{n}" for n in range(8)), *(f"s{n}" for n in range(2, 12))]
NAMES += ["t3", "t4", "t5", "t6"]
MAJOR = (0x03, 0x07, 0x13, 0x17, 0x23, 0x27, 0x2F, 0x33, 0x37, 0x43, 0x53, 0x63, 0x67, 0x6F, 0x73)

needs_objdump = pytest.mark.skipif(shutil.which(OBJDUMP) is None, reason=f"{OBJDUMP} is missing")


def disassemble(encodings: list[bytes], folder: Path, *, aliases: bool) -> list[tuple[str, str]]:
    """Mnemonic and operands of each, as GNU binutils sees them at addresses that count in fours."""
    image = folder / "code.bin"
    image.write_bytes(b"".join((e + b"\x01\x00")[:4] for e in encodings))
    options = [] if aliases else ["-M", "no-aliases"]
    command = [OBJDUMP, "-D", "-b", "binary", "-m", "riscv:rv32", *options, str(image)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.findall(r"^ *([0-9a-f]+):\t[0-9a-f]+ +\t(\S+)\t?(.*?)(?: *[<#].*)?$", text, re.M)
    by_address = {int(at, 16): (name, operands) for at, name, operands in found}
    return [by_address.get(4 * n, ("?", "")) for n in range(len(encodings))]


@needs_objdump
def test_each_compressed_instruction_expands_to_what_binutils_shows(tmp_path: Path) -> None:
    halves = [half for half in range(1 << 16) if half & 3 != 3 and expand(half) is not None]
    compressed = [struct.pack("<H", half) for half in halves]
    expanded = [struct.pack("<I", expand(half) or 0) for half in halves]
    ours = disassemble(expanded, tmp_path, aliases=True)
    theirs = disassemble(compressed, tmp_path, aliases=True)
    different = [
        (f"{half:04x}", mine, other)
        for half, mine, other in zip(halves, ours, theirs, strict=True)
        # C.NOP and other hints are shown by names of their own.
        if mine != other
        and mine[0] != "mv"
        and not other[0].endswith("64")
        and "zero" not in mine[1] + other[1]
        and "nop" not in (mine[0], other[0])
    ]
    assert len(halves) > 45_000
    assert different == []


def test_reserved_compressed_encodings_are_illegal() -> None:
    reserved = {0x0000, 0x6101, 0x8000, 0x8002, 0x9C41, 0x4002, 0x9001, 0x1002}
    assert {decode(struct.pack("<H", half)).mnemonic for half in reserved} == {"illegal"}


@needs_objdump
def test_names_and_operands_of_random_encodings(tmp_path: Path) -> None:
    source = random.Random(4)
    words = [source.getrandbits(32) & ~0x7F | source.choice(MAJOR) for _ in range(40_000)]
    encodings = [struct.pack("<I", word) for word in words]
    compared = 0
    for encoding, (name, operands) in zip(
        encodings, disassemble(encodings, tmp_path, aliases=False), strict=True
    ):
        ours = decode(encoding)
        if name.startswith(".") or ours.mnemonic == "illegal":
            # Binutils shows what RV64 has and RV32 has not, and knows CSRs by privilege.
            assert name.startswith((".", "slli", "srli", "srai")) or ours.mnemonic != "illegal", (
                name
            )
            continue
        compared += 1
        assert re.sub(r"\.(aq|rl|aqrl)$", "", name) == ours.mnemonic
        if ours.access_bytes and ours.csr is None:
            base = re.search(r"(-?\d+)?\((\w+)\)", operands)
            assert base is not None
            assert ours.base == NAMES.index(base[2])
            assert ours.displacement == int(base[1] or 0)
        elif ours.mnemonic in ("add", "mul", "divu", "sub"):
            rd, rs1, rs2 = (NAMES.index(each) for each in operands.split(","))
            assert (ours.rd, ours.rs1, ours.rs2) == (rd, rs1, rs2)
        elif ours.mnemonic == "addi":
            assert ours.immediate == int(operands.split(",")[2])
    assert compared > 10_000


@needs_objdump
def test_branches_go_where_binutils_says(tmp_path: Path) -> None:
    source = random.Random(5)
    words = [source.getrandbits(32) & ~0x7F | source.choice((0x63, 0x6F)) for _ in range(5_000)]
    encodings = [struct.pack("<I", word) for word in words]
    for place, (encoding, (name, operands)) in enumerate(
        zip(encodings, disassemble(encodings, tmp_path, aliases=False), strict=True)
    ):
        offset = decode(encoding).branch_offset
        if not name.startswith(".") and offset is not None:
            assert 4 * place + offset & 0xFFFFFFFF == int(operands.split(",")[-1], 16)


def words(*codes: int) -> bytes:
    return b"".join(struct.pack("<I" if code & 3 == 3 else "<H", code) for code in codes)


def test_a_block_ends_in_a_call_or_a_return() -> None:
    call = rv32.time_block(0, words(0x1141, 0x008000EF), 0, True)  # c.addi sp,-16; jal ra,8
    back = rv32.time_block(0, words(0x0141, 0x8082), 0, True)  # c.addi sp,16; c.jr ra
    millicode = rv32.time_block(0, words(0x008002EF), 0, True)  # jal t0,8
    assert call["flags"] == BlockFlag.CALLS | BlockFlag.MOVES_STACK
    assert call["stack_drop"] == 16
    assert back["flags"] == BlockFlag.RETURNS | BlockFlag.MOVES_STACK
    assert millicode["flags"] == BlockFlag(0)


def test_the_stack_is_not_thought_lower_by_a_pointer_set_anew() -> None:
    # auipc sp,0x80000; addi sp,sp,-1024; c.addi sp,-16
    block = rv32.time_block(0, words(0x80000117, 0xC0010113, 0x1141), 0, True)
    assert block["stack_drop"] == 0


def test_cycles_of_a_plain_core_are_its_instructions() -> None:
    block = rv32.time_block(2, words(0x0001, 0x00000013, 0x0001), 0, True)
    assert (block["cycles"], block["taken_cycles"], block["fetch_words"]) == (3, 1, 3)


def test_csr_instructions_name_the_register_and_a_constant_reads_none() -> None:
    by_register = decode(words(0x30529073))  # csrrw zero,mtvec,t0
    by_constant = decode(words(0x30046073))  # csrrsi zero,mstatus,8
    assert (by_register.csr, by_register.reads) == (0x305, 1 << 5)
    assert (by_constant.csr, by_constant.reads, by_constant.rd) == (0x300, 0, 0)


def test_a_cut_off_encoding_is_left_out() -> None:
    assert split(b"\x01\x00\x13\x00") == [b"\x01\x00"]
    assert decode(b"\xff\xff\xff\xff").base == NO_REGISTER
