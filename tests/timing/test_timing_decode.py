"""The decoder against binutils, on random code and on the shipped samples."""

from __future__ import annotations

import random
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mcusim.timing.instruction import Instruction, Kind
from mcusim.timing.thumb import decode, is_wide, split

OBJDUMP = "arm-none-eabi-objdump"
SAMPLES = Path(__file__).parents[2] / "firmware_samples/prebuilt"
LINE = re.compile(r"^\s*[0-9a-f]+:\s+([0-9a-f]{4}(?: [0-9a-f]{4})?)\s+(\S+)(?:\s+([^;@]*))?")
NOT_CODE = re.compile(r"undefined|unpredictable|illegal|invalid|overflow", re.IGNORECASE)
USES_PC = re.compile(r"^(mov|add|cmp|ldr|pop|ldm(ia|db)|tb[bh]|blx?|bx)$")
"""Instructions that may name the PC; Armv7-M leaves others that do unpredictable."""
COUNT = 4000

CONDITION = "(?:eq|ne|cs|hs|cc|lo|mi|pl|vs|vc|hi|ls|ge|lt|gt|le)"
KINDS = (
    (r"udiv", {Kind.DIVIDE_UNSIGNED}),
    (r"sdiv", {Kind.DIVIDE_SIGNED}),
    (r"ldrex[bh]?$", {Kind.LOAD_EXCLUSIVE}),
    (r"strex[bh]?$", {Kind.STORE_EXCLUSIVE}),
    (r"(ldrd|ldm|ldmia|ldmdb|pop)$", {Kind.LOAD_MULTIPLE}),
    (r"(strd|stm|stmia|stmdb|push)$", {Kind.STORE_MULTIPLE}),
    (r"ldr(s?[bh])?t?$", {Kind.LOAD}),
    (r"str[bh]?t?$", {Kind.STORE}),
    (r"umull", {Kind.MULTIPLY, Kind.ALU}),  # test_umull_counts_as_a_multiply
    (r"(mul|mla|mls|[us]mlal|umaal|smu|smla|smls|smm)", {Kind.MULTIPLY}),
    (r"tb[bh]$", {Kind.BRANCH_TABLE}),
    (r"(bx|blx)$", {Kind.BRANCH_REGISTER}),
    (rf"(b{CONDITION}?|bl|cbn?z)$", {Kind.BRANCH}),
    (r"it[te]{0,3}$", {Kind.IT}),
    (r"nop$", {Kind.NOP}),
    (r"(dsb|dmb|isb)$", {Kind.BARRIER}),
    (r"v(ldr|ldm|ldmia|ldmdb|pop)$", {Kind.LOAD_MULTIPLE}),
    (r"v(str|stm|stmia|stmdb|push)$", {Kind.STORE_MULTIPLE}),
    (r"v", {Kind.FPU}),
    (r"(mov|add)s?$", {Kind.ALU, Kind.BRANCH_REGISTER}),
    (r"(adc|sbc|sub|subs|rsb|and|orr|orn|eor|bic|mvn|tst|teq|cmp|cmn)s?$", {Kind.ALU}),
    (r"([su]xta?[bh]|[us]bfx|bf[ic]|clz|rev|rbit|movw|movt|addw|subw)", {Kind.ALU}),
    (r"([lr]s[lr]|asr|ror|rrx)s?$", {Kind.ALU}),
)  # fmt: skip


def disassembled(code: bytes, into: Path) -> list[tuple[bytes, str, str]]:
    """Encoding, mnemonic without width or condition marks, and operands, as binutils sees them."""
    if shutil.which(OBJDUMP) is None:
        pytest.skip(f"{OBJDUMP} of the GNU Arm compiler is not installed")
    file = into / "code.bin"
    file.write_bytes(code)
    command = [OBJDUMP, "-D", "-b", "binary", "-m", "armv7e-m", "-M", "force-thumb", str(file)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = []
    for match in filter(None, map(LINE.match, text.splitlines())):
        encoding = b"".join(int(half, 16).to_bytes(2, "little") for half in match[1].split())
        found.append((encoding, match[2].split(".")[0], (match[3] or "").strip()))
    return found


def expected_kinds(mnemonic: str) -> set[Kind] | None:
    return next((kinds for pattern, kinds in KINDS if re.match(pattern, mnemonic)), None)


def check(encoding: bytes, mnemonic: str, operands: str) -> None:
    instruction = decode(encoding)
    where = f"{encoding.hex()} {mnemonic} {operands} -> {instruction}"
    assert instruction.size == len(encoding), where
    kinds = expected_kinds(mnemonic)
    assert kinds is None or instruction.kind in kinds, where
    check_registers(instruction, mnemonic, operands, where)


def check_registers(instruction: Instruction, mnemonic: str, operands: str, where: str) -> None:
    listed = re.search(r"\{(.*)\}", operands)
    if listed and mnemonic in ("push", "pop", "ldmia", "stmia", "ldmdb", "stmdb"):
        assert instruction.count == len(listed[1].split(",")), where
        assert instruction.loads_pc == ("pc" in listed[1] and mnemonic[0] in "lp" and
                                        mnemonic != "push"), where  # fmt: skip
    if re.match(r"(ldr|str)(s?[bh])?t?$", mnemonic):
        assert instruction.access_bytes == access_bytes(mnemonic), where
        assert instruction.loads_pc == (mnemonic == "ldr" and operands.startswith("pc")), where


def access_bytes(mnemonic: str) -> int:
    size = mnemonic.removeprefix("ldr").removeprefix("str").removeprefix("s").rstrip("t")
    return {"b": 1, "h": 2, "": 4}[size]


def samples() -> list[Path]:
    return sorted(SAMPLES.glob("*-nrf52840.elf"))


@pytest.mark.parametrize("sample", samples(), ids=lambda path: path.stem)
def test_samples_decode_as_binutils_disassembles_them(sample: Path) -> None:
    if shutil.which(OBJDUMP) is None:
        pytest.skip(f"{OBJDUMP} of the GNU Arm compiler is not installed")
    command = [OBJDUMP, "-d", "-j", ".text", str(sample)]
    text = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    seen = 0
    conditional_left = 0
    for match in filter(None, map(LINE.match, text.splitlines())):
        name = match[2].split(".")[0]
        if name.startswith("."):
            continue
        encoding = b"".join(int(half, 16).to_bytes(2, "little") for half in match[1].split())
        if conditional_left:
            name = re.sub(f"{CONDITION}$", "", name)
            conditional_left -= 1
        if re.fullmatch("it[te]{0,3}", name):
            conditional_left = len(name) - 1
        check(encoding, name, (match[3] or "").strip())
        seen += 1
    assert seen > 100


def test_random_encodings_decode_as_binutils_disassembles_them(tmp_path: Path) -> None:
    checked = 0
    for encoding, mnemonic, operands in disassembled(random_code(), tmp_path):
        if is_of_the_core(encoding, mnemonic, operands):
            check(encoding, mnemonic, operands)
            checked += 1
    assert checked > COUNT / 4


def is_of_the_core(encoding: bytes, mnemonic: str, operands: str) -> bool:
    """Whether both tools take it for an instruction, and one of the Cortex-M4's."""
    if mnemonic.startswith(".") or NOT_CODE.search(operands):
        return False
    if re.search(r"\bpc\b", operands) and not USES_PC.match(mnemonic):
        return False
    if len(encoding) == 2 and mnemonic in ("bx", "blx") and encoding[0] & 7:
        return False  # Armv8-M gives these bits a meaning, Armv7-M has them zero
    if mnemonic == "nop" and encoding not in (b"\x00\xbf", b"\xaf\xf3\x00\x80"):
        return False  # a hint without a name
    ours = decode(encoding).mnemonic
    return ours != "udf" and (mnemonic[0] == "v") == (ours[0] == "v")


def random_code() -> bytes:
    """16- and 32-bit encodings, the same in every run; IT is left out: it colours what follows."""
    source = random.Random(4)
    code = bytearray()
    for _ in range(COUNT):
        first = source.choice((source.randrange(0xE800), source.randrange(0xE800, 0x10000)))
        if first >> 8 == 0xBF and first & 0xF:
            continue
        code += first.to_bytes(2, "little")
        if is_wide(first):
            code += source.randrange(0x10000).to_bytes(2, "little")
    return bytes(code)


def test_umull_counts_as_a_multiply() -> None:
    assert decode(bytes.fromhex("a3fb0423")).kind is Kind.MULTIPLY


@given(st.binary(max_size=200))
def test_split_covers_all_bytes_but_a_cut_off_end(code: bytes) -> None:
    encodings = split(code)
    joined = b"".join(encodings)
    rest = code[len(joined) :]
    assert code.startswith(joined)
    assert len(rest) < 2 or (len(rest) < 4 and is_wide(int.from_bytes(rest[:2], "little")))
    assert all(
        len(each) == (4 if is_wide(int.from_bytes(each[:2], "little")) else 2) for each in encodings
    )


@settings(max_examples=300)
@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_any_encoding_decodes_to_something_of_its_size(first: int, second: int) -> None:
    encoding = first.to_bytes(2, "little")
    if is_wide(first):
        encoding += second.to_bytes(2, "little")
    instruction = decode(encoding)
    assert instruction.size == len(encoding)
    assert 0 <= instruction.it_length <= 4
    assert 0 <= instruction.count <= 32


@pytest.mark.parametrize(
    ("code", "offset"),
    [
        ("fee7", 0),  # b .
        ("f7d1", -14),  # bne
        ("08b1", 6),  # cbz
        ("7ff4fdaf", -2),  # bne.w
        ("fff7feff", 0),  # bl .
        ("7047", None),  # bx lr
        ("0818", None),  # adds r0, r1, r0
    ],
)
def test_a_branch_knows_how_far_its_label_is(code: str, offset: int | None) -> None:
    assert decode(bytes.fromhex(code)).branch_offset == offset


@pytest.mark.parametrize(
    ("code", "operands", "shifted", "immediate"),
    [
        ("01ebc200", (0, 1, 2), True, None),  # add.w r0, r1, r2, lsl #3
        ("01eb0200", (0, 1, 2), False, None),  # add.w r0, r1, r2
        ("01f5fe50", (0, 1), False, 0x1FC0),  # add.w r0, r1, #0x1fc0
        ("c1ea0240", (0, 1, 2), True, None),  # pkhbt r0, r1, r2, lsl #16
        ("c2fb0301", (0, 1, 2, 3), False, None),  # smlal r0, r1, r2, r3
    ],
)
def test_arithmetic_keeps_the_order_of_its_operands(
    code: str, operands: tuple[int, ...], shifted: bool, immediate: int | None
) -> None:
    instruction = decode(bytes.fromhex(code))
    assert instruction.operands == operands
    assert instruction.shifted == shifted
    assert instruction.immediate == immediate


@pytest.mark.parametrize(
    ("code", "base", "index"),
    [("90f810f0", 0, 255), ("10f821f0", 0, 1), ("90f900f0", 0, 255)],
    ids=["pld [r0, #16]", "pld [r0, r1, lsl #2]", "pli [r0]"],
)
def test_a_preload_has_an_address_and_no_access(code: str, base: int, index: int) -> None:
    instruction = decode(bytes.fromhex(code))
    assert (instruction.kind, instruction.base, instruction.index) == (Kind.PRELOAD, base, index)
    assert instruction.count == 0


@pytest.mark.parametrize(
    ("code", "name", "reads", "writes"),
    [
        ("31ee020b", "vadd.f64", 0b111100, 0b11),
        ("a1ee020b", "vfma.f64", 0b111111, 0b11),
        ("31fe020b", "vselgt.f64", 0b111100, 0b11),
        ("80fe810a", "vmaxnm.f32", 0b110, 0b1),
        ("b8fe410b", "vrinta.f64", 0b1100, 0b11),
        ("befe410b", "vcvtp.u32.f64", 0b1100, 0b1),
    ],
)
def test_double_precision_and_armv8_instructions_of_the_fpu(
    code: str, name: str, reads: int, writes: int
) -> None:
    instruction = decode(bytes.fromhex(code))
    assert (instruction.kind, instruction.mnemonic) == (Kind.FPU, name)
    assert (instruction.fpu_reads, instruction.fpu_writes) == (reads, writes)


@pytest.mark.parametrize(
    ("encoding", "reads"),
    [("00f30700", 1 << 0), ("80f30701", 1 << 0), ("c0ea0101", 1 << 0 | 1 << 1)],
    ids=["ssat r0, #8, r0", "usat r1, #7, r0", "pkhbt r1, r0, r1"],
)
def test_operands_that_capstone_is_silent_on_are_read(encoding: str, reads: int) -> None:
    assert decode(bytes.fromhex(encoding)).reads & reads == reads


def test_lists_of_floating_point_registers_are_read_or_written() -> None:
    load, store = decode(bytes.fromhex("90ec021a")), decode(bytes.fromhex("80ec021a"))
    assert (load.fpu_reads, load.fpu_writes) == (0, 0b1100)
    assert (store.fpu_reads, store.fpu_writes) == (0b1100, 0)
