"""The functions that stand in for the mask ROM's, called at the ROM's addresses."""

from __future__ import annotations

import binascii
import hashlib
import struct
import tomllib
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import mcusim
from mcusim import _native
from mcusim.timing.esp32_c3 import time_block

ROMS = Path(mcusim.__file__).parent / "roms"
ENTRIES: dict[str, int] = tomllib.loads((ROMS / "esp32c3/entries.toml").read_text())
ROM, RAM, HEAP, STOP = 0x40000000, 0x3FC80000, 0x3FC90000, 0x3FC80000
EBREAK, BREAKPOINT = b"\x02\x90", 3
REGISTERS = _native.RISCV_REGISTERS
FUNCTION_CYCLES = 10_000_000
relaxed = settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
words = st.integers(0, 0xFFFFFFFF)
longs = st.integers(0, (1 << 64) - 1)
singles = st.floats(width=32, allow_nan=False)
doubles = st.floats(allow_nan=False)


class Rom:
    """A hart with the ROM and some RAM; what goes to UART0 is kept."""

    def __init__(self) -> None:
        options = _native.RiscvOptions(
            misa=0x40101104, vendor_id=0, architecture_id=0, implementation_id=0,
            vector_alignment=256, pmp_regions=0, trap_cycles=0, vectored_only=True, counters=False,
            counter_inhibit=False, vendor_interrupts=True, traps_misaligned=False, custom=[],
        )  # fmt: skip
        self.engine = _native.RiscvEngine(_native.CoreKind.RISCV, False, options)
        engine = self.engine
        for base, size, image in ((ROM, 0x60000, "esp32c3/rom.bin"), (RAM, 0x60000, "")):
            engine.map_memory([(base, "ram")], size, not image, True, 0, 0, ())
            if image:
                engine.write(base, (ROMS / image).read_bytes())
        engine.map_devices(0x60000000, 0x100000)
        engine.set_devices(lambda address, size: 0, self._written)
        engine.set_decode(
            lambda address, code, state: _native.Block(**time_block(address, code, 0, False))
        )
        self.text = bytearray()
        self.missing = 0
        engine.write(STOP, EBREAK)
        self._run(ROM, STOP)

    def _written(self, address: int, size: int, value: int) -> None:
        if address == 0x60000000:
            self.text.append(value & 0xFF)
        elif address == 0x600FF000:
            self.missing = value

    def _run(self, pc: int, *arguments: int) -> None:
        for number, argument in enumerate(arguments):
            self.engine.set_reg(REGISTERS[f"a{number}"], argument & 0xFFFFFFFF)
        self.engine.set_reg(REGISTERS["ra"], STOP)
        self.engine.set_limits(self.engine.cycles + FUNCTION_CYCLES, 1 << 60)
        reason, number, at, *_ = self.engine.run(pc)
        assert (reason, number, at) == ("interrupt", BREAKPOINT, STOP), hex(pc)

    def call(self, name: str, *arguments: int) -> int:
        """The function's a0."""
        self._run(ENTRIES[name], *arguments)
        return self.engine.reg(REGISTERS["a0"])

    def call_long(self, name: str, *arguments: int) -> int:
        """The function's a1:a0; the arguments are 64 bits wide."""
        halves = [half for value in arguments for half in (value & 0xFFFFFFFF, value >> 32)]
        low = self.call(name, *halves)
        return low | self.engine.reg(REGISTERS["a1"]) << 32

    def put(self, data: bytes, at: int = HEAP) -> int:
        self.engine.write(at, data)
        return at

    def string(self, at: int) -> bytes:
        return self.engine.read(at, 256).split(b"\0")[0]


@pytest.fixture(scope="module")
def rom() -> Iterator[Rom]:
    made = Rom()
    yield made
    made.engine.drop_callbacks()


def bits32(value: float) -> int:
    return int.from_bytes(struct.pack("<f", value), "little")


def bits64(value: float) -> int:
    return int.from_bytes(struct.pack("<d", value), "little")


def single(value: float) -> int:
    """The bits of a result, rounded to single precision."""
    try:
        return bits32(value)
    except OverflowError:
        return bits32(float("inf") if value > 0 else float("-inf"))


@relaxed
@given(a=doubles, b=doubles)
def test_double_precision_is_that_of_the_host(rom: Rom, a: float, b: float) -> None:
    for name, result in (("__adddf3", a + b), ("__subdf3", a - b), ("__muldf3", a * b)):
        found = rom.call_long(name, bits64(a), bits64(b))
        assert found == bits64(result) or result != result, name
    if b:
        result = a / b
        assert rom.call_long("__divdf3", bits64(a), bits64(b)) == bits64(result) or a / b != a / b
    halves = [x for v in (a, b) for x in (bits64(v) & 0xFFFFFFFF, bits64(v) >> 32)]
    assert (rom.call("__ltdf2", *halves) >> 31 == 1) == (a < b)
    assert (rom.call("__eqdf2", *halves) == 0) == (a == b)


@relaxed
@given(a=singles, b=singles)
def test_single_precision_is_that_of_the_host(rom: Rom, a: float, b: float) -> None:
    assert rom.call("__addsf3", bits32(a), bits32(b)) == single(a + b) or a + b != a + b
    product = a * b  # exact in double precision
    assert rom.call("__mulsf3", bits32(a), bits32(b)) == single(product) or product != product
    assert rom.call_long("__extendsfdf2", bits32(a)) == bits64(a)


@relaxed
@given(a=longs, b=st.integers(1, (1 << 64) - 1))
def test_64_bit_division(rom: Rom, a: int, b: int) -> None:
    assert rom.call_long("__udivdi3", a, b) == a // b
    assert rom.call_long("__umoddi3", a, b) == a % b
    assert rom.call_long("__muldi3", a, b) == a * b % (1 << 64)


@relaxed
@given(data=st.binary(max_size=200), start=words)
def test_checksums_are_the_known_ones(rom: Rom, data: bytes, start: int) -> None:
    at = rom.put(data + b"\0")
    assert rom.call("crc32_le", 0, at, len(data)) == zlib.crc32(data)
    assert rom.call("crc32_le", start, at, len(data)) == zlib.crc32(data, start)
    assert rom.call("mz_adler32", 1, at, len(data)) == zlib.adler32(data)
    inverted = binascii.crc_hqx(data, 0xFFFF) ^ 0xFFFF
    assert rom.call("crc16_be", 0, at, len(data)) == inverted


def test_crc8_and_reflected_crc16_give_their_check_values(rom: Rom) -> None:
    """Of "123456789" (Cook, catalogue of parametrised CRC algorithms): X-25, MAXIM-DOW."""
    at = rom.put(b"123456789")
    assert rom.call("crc16_le", 0, at, 9) == 0x906E
    assert rom.call("esp_crc8", at, 9) == 0xA1


@relaxed
@given(parts=st.lists(st.binary(max_size=150), max_size=4))
def test_md5_is_that_of_the_host(rom: Rom, parts: list[bytes]) -> None:
    context, digest, at = HEAP, HEAP + 0x100, HEAP + 0x200
    rom.call("MD5Init", context)
    for part in parts:
        rom.call("MD5Update", context, rom.put(part + b"\0", at), len(part))
    rom.call("MD5Final", digest, context)
    assert rom.engine.read(digest, 16) == hashlib.md5(b"".join(parts)).digest()


@relaxed
@given(
    data=st.binary(min_size=1, max_size=90), to=st.integers(0, 90), start=st.integers(0, 90),
    size=st.integers(0, 90),
)  # fmt: skip
def test_memory_moves_as_it_should(rom: Rom, data: bytes, to: int, start: int, size: int) -> None:
    area = bytearray((data * 200)[:200])
    rom.put(bytes(area))
    rom.call("memmove", HEAP + to, HEAP + start, size)
    area[to : to + size] = area[start : start + size]
    assert rom.engine.read(HEAP, 200) == area
    rom.call("memcpy", HEAP + 0x400 + to, HEAP + start, size)
    assert rom.engine.read(HEAP + 0x400 + to, size) == area[start : start + size]
    rom.call("memset", HEAP + to, data[0], size)
    area[to : to + size] = data[:1] * size
    assert rom.engine.read(HEAP, 200) == area


texts = st.text(alphabet="abcXYZ ,;", max_size=30).map(str.encode)


@relaxed
@given(a=texts, b=texts)
def test_strings(rom: Rom, a: bytes, b: bytes) -> None:
    first, second = rom.put(a + b"\0"), rom.put(b + b"\0", HEAP + 0x400)
    signed = rom.call("strcmp", first, second)
    assert (signed == 0, signed >> 31 == 1) == (a == b, a < b)
    assert rom.call("strlen", first) == len(a)
    found = rom.call("strstr", first, second)
    assert found == (first + a.find(b) if b in a else 0)
    rom.call("strcat", first, second)
    assert rom.string(first) == a + b
    assert rom.call("strlcpy", HEAP + 0x800, second, 8) == len(b)
    assert rom.string(HEAP + 0x800) == b[:7]


def test_tokens(rom: Rom) -> None:
    rest, at, found = HEAP + 0x800, rom.put(b",,one;two,,;three\0"), []
    separators = rom.put(b",;\0", HEAP + 0x400)
    token = rom.call("strtok_r", at, separators, rest)
    while token:
        found.append(rom.string(token))
        token = rom.call("strtok_r", 0, separators, rest)
    assert found == [b"one", b"two", b"three"]


@relaxed
@given(value=st.integers(-(1 << 31), (1 << 31) - 1), base=st.sampled_from([2, 8, 10, 16, 36]))
def test_numbers_come_back(rom: Rom, value: int, base: int) -> None:
    rom.call("utoa", value, HEAP, base)
    assert int(rom.string(HEAP), base) == value % (1 << 32)
    rom.put(b"  %d rest\0" % value)
    assert rom.call("strtol", HEAP, HEAP + 0x400, 10) == value % (1 << 32)
    end = int.from_bytes(rom.engine.read(HEAP + 0x400, 4), "little")
    assert rom.string(end) == b" rest"


@pytest.mark.parametrize(
    ("text", "base", "value"),
    [
        ("0x1F", 0, 31), ("0x1F", 16, 31), ("077", 0, 63), ("0x", 16, 0), ("", 10, 0),
        ("99999999999", 10, 0x7FFFFFFF), ("-99999999999", 10, 0x80000000), ("zz", 36, 1295),
    ],
)  # fmt: skip
def test_strtol_at_its_edges(rom: Rom, text: str, base: int, value: int) -> None:
    rom.put(text.encode() + b"\0")
    assert rom.call("strtol", HEAP, 0, base) == value


@pytest.mark.parametrize(
    ("text", "arguments", "shown"),
    [
        ("plain\n", (), "plain\r\n"),
        ("%d|%5d|%-5d|%05d", (-7, 42, 42, -42), "-7|   42|42   |-0042"),
        ("%u %x %X %08x", (4000000000, 255, 255, 48879), "4000000000 ff FF 0000beef"),
        ("%c%c%%", (65, 66), "AB%"),
        ("%p", (0x3FC80000,), "0x3fc80000"),
    ],
)
def test_printing(rom: Rom, text: str, arguments: tuple[int, ...], shown: str) -> None:
    rom.text.clear()
    rom.put(text.encode() + b"\0")
    rom.call("ets_printf", HEAP, *arguments)
    assert rom.text.decode() == shown


def test_printing_strings(rom: Rom) -> None:
    rom.text.clear()
    name = rom.put(b"name\0", HEAP + 0x400)
    rom.put(b"[%s] [%6s] [%-6s] [%.2s]\0")
    rom.call("ets_printf", HEAP, name, name, name, name)
    assert rom.text.decode() == "[name] [  name] [name  ] [na]"


def test_a_delay_takes_its_time(rom: Rom) -> None:
    rom.call("ets_update_cpu_frequency", 160)
    before = rom.engine.cycles
    rom.call("ets_delay_us", 1000)
    assert rom.engine.cycles - before == pytest.approx(160_000, rel=0.001)


SYSCALL_TABLE, MALLOC_R, FSTAT_R, SYSCALLS = 0x3FCDFFE0, 1, 14, 39
"""esp-idf, rom/libc_stubs.h: the pointer to the table, and places in it."""
CHARACTERS, REGULAR = 0x2000, 0x8000
"""S_IFCHR and S_IFREG."""


def give_syscalls(rom: Rom, table: int, memory: int, mode: int) -> None:
    """A table whose malloc returns `memory`, and whose fstat finds `mode`."""
    code, ret = table + 4 * SYSCALLS, 0x8082
    programs = {
        0: struct.pack("<HH", 0x4501, ret),  # li a0, 0
        MALLOC_R: struct.pack("<IH", memory | 0x537, ret),  # lui a0
        # lui a3; sw a3, 4(a2); li a0, 0
        FSTAT_R: struct.pack("<IIHH", mode | 0x6B7, 0x00D62223, 0x4501, ret),
    }
    for number, program in programs.items():
        rom.put(program, code + 16 * number)
    rom.put(struct.pack(f"<{SYSCALLS}I", *(code + 16 * n for n in range(SYSCALLS))), table)
    rom.put(struct.pack("<I", table), SYSCALL_TABLE)


def test_what_needs_the_application_takes_it_from_its_table(rom: Rom) -> None:
    memory = HEAP + 0x1000
    give_syscalls(rom, HEAP + 0x2000, memory, CHARACTERS)
    assert rom.call("strdup", rom.put(b"copied\0")) == memory
    assert rom.string(memory) == b"copied"
    assert rom.call("strndup", HEAP, 3) == memory
    assert rom.string(memory) == b"cop"
    assert rom.call("_isatty_r", 0, 1) == 1
    give_syscalls(rom, HEAP + 0x3000, 0, REGULAR)
    assert rom.call("strdup", HEAP) == 0
    assert rom.call("_isatty_r", 0, 1) == 0


def test_the_calibration_of_the_bandgap_is_done(rom: Rom) -> None:
    """esp-idf, regi2c_lp_bias.h: I2C_ULP_O_DONE_FLAG, I2C_ULP_BG_O_DONE_FLAG."""
    assert rom.call("rom_i2c_readReg_Mask", 0x61, 0, 3, 0, 0) == 1
    assert rom.call("rom_i2c_readReg_Mask", 0x61, 0, 3, 3, 3) == 1


def test_a_jump_comes_back(rom: Rom) -> None:
    rom.engine.set_reg(REGISTERS["s3"], 0x1234)
    assert rom.call("setjmp", HEAP) == 0
    rom.engine.set_reg(REGISTERS["s3"], 0)
    assert rom.call("longjmp", HEAP, 5) == 5
    assert rom.engine.reg(REGISTERS["s3"]) == 0x1234


def test_what_is_missing_tells_its_address(rom: Rom) -> None:
    rom.engine.set_reg(REGISTERS["ra"], STOP)
    rom.engine.set_limits(rom.engine.cycles + 100, 1 << 60)
    rom.engine.run(ENTRIES["ets_rsa_pss_verify"])
    assert rom.missing == ENTRIES["ets_rsa_pss_verify"]
