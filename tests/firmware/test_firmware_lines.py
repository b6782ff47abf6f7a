"""Source lines against arm-none-eabi-addr2line."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from firmware_tools import compile_tiny, require, run

from mcusim.firmware import FirmwareImage, LineTable, load_firmware


def oracle_lines(path: Path, addresses: list[int]) -> list[str]:
    """Return `file:line` as the oracle says, "" where it knows none."""
    output = run(require("addr2line"), "-s", "-e", path, *map(hex, addresses))
    # A discriminator is a number behind the line that tells apart blocks of one line.
    lines = [line.split(" (")[0] for line in output.splitlines()]
    return ["" if line.endswith((":?", ":0")) else line for line in lines]


def code_addresses(image: FirmwareImage) -> list[int]:
    return [a for f in image.symbols.functions for a in range(f.address, f.end, 2)]


def compare(path: Path) -> int:
    """Compare every instruction address of the firmware; return how many have a line."""
    image = load_firmware(path)
    addresses = code_addresses(image)
    ours = [image.line_at(address) for address in addresses]
    expected = oracle_lines(path, addresses)
    for address, line, oracle in zip(addresses, ours, expected, strict=True):
        # Asked for several addresses, the oracle misses a unit that starts where the last ended.
        assert line == oracle or [line] == oracle_lines(path, [address]), hex(address)
    return sum(1 for line in ours if line)


def test_sample_lines_match_addr2line(sample: Path) -> None:
    assert compare(sample) > 0


@pytest.mark.parametrize("version", [2, 3, 4, 5])
def test_each_dwarf_version(version: int, tmp_path: Path) -> None:
    elf = compile_tiny(tmp_path, f"-gdwarf-{version}", "-Wa,-gdwarf-4", cxx=True)
    assert compare(elf) > 20


def test_gc_sections_leave_no_lines_at_address_zero(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    assert image.match_functions("dropped").functions == []
    assert [image.line_at(address) for address in range(0, 16, 2)] == [""] * 8


def test_compressed_debug_sections(tmp_path: Path) -> None:
    elf = compile_tiny(tmp_path, "-g", "-Wl,--compress-debug-sections=zlib")
    assert compare(elf) > 20


def test_source_path_is_the_compilers(tiny_elf: Path) -> None:
    image = load_firmware(tiny_elf)
    source = image.lines.source_at(image.match_functions("weigh").functions[0].address)
    assert source is not None
    assert source[0].endswith("tiny.c")
    assert source[1] > 0


def test_no_debug_information(tmp_path: Path) -> None:
    image = load_firmware(compile_tiny(tmp_path))
    assert {image.line_at(address) for address in code_addresses(image)} == {""}


@pytest.mark.parametrize(
    "section",
    [
        b"",
        b"\xff" * 64,
        bytes(64),
        b"\x10\0\0\0\x05\0\x04\0" + b"\xff" * 12,
        # Version 5 with no entry format and 2^62 directories.
        b"\x30\0\0\0\x05\0\x04\0\x20\0\0\0\2\1\1\xfb\x0e\x01\0" + b"\xff" * 8 + b"\x3f" + bytes(22),
        # line_range 0.
        b"\x20\0\0\0\x03\0\x10\0\0\0\2\1\xfb\0\x01" + bytes(21),
        # A number of many bytes.
        b"\x40\0\0\0\x03\0\x07\0\0\0\2\1\xfb\x0e\x0a" + bytes(9) + b"\0\0" + b"\2" + b"\xff" * 40,
    ],
)
def test_broken_line_programs_have_no_lines(section: bytes) -> None:
    table = LineTable.decode({".debug_line": section}, lambda address: True)
    assert [table.line_at(address) for address in (0, 2, 0xFFFFFFFF, -1, 1 << 70)] == [""] * 5


def line_unit(program: bytes) -> bytes:
    """Return a line program of version 3 without files."""
    header = b"\2\1\xfb\x0e\x0a\0\1\1\1\1\0\0\0\1" + b"\0\0"
    body = b"\3\0" + struct.pack("<I", len(header)) + header + program
    return struct.pack("<I", len(body)) + body


SET_ADDRESS, END_SEQUENCE = b"\0\5\2" + struct.pack("<I", 0x1000), b"\0\1\1"


@pytest.mark.parametrize(
    "section",
    [
        line_unit(b"\x1f" * (4 << 20)),
        line_unit((SET_ADDRESS + b"\x1f" * 500_000 + END_SEQUENCE) * 8),
        line_unit(b"\2\1" * (2 << 20)),
        line_unit(b"") * (4 << 15),
        b"\1\0\0\0\0" * (1 << 20),
    ],
    ids=["one sequence", "sequences", "no rows", "empty units", "units of one byte"],
)
def test_work_on_large_line_programs_is_bounded(section: bytes) -> None:
    started = time.monotonic()
    LineTable.decode({".debug_line": section}, lambda address: False).line_at(0x1000)
    assert time.monotonic() - started < 10
