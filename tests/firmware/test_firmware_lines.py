"""Source lines against addr2line of the binutils."""

from __future__ import annotations

import struct
import time
import zlib
from pathlib import Path

import pytest
from firmware_tools import (
    ABBREVIATIONS,
    compile_tiny,
    compile_unit,
    elf_with_lines,
    require,
    run,
)

from mcusim.firmware import FirmwareImage, load_firmware


def oracle_lines(path: Path, addresses: list[int]) -> list[str]:
    """Return `file:line` as the oracle says, "" where it knows none."""
    output = run(require("addr2line", path), "-s", "-e", path, *map(hex, addresses))
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
def test_broken_line_programs_have_no_lines(section: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.elf").write_bytes(elf_with_lines(section))
    image = load_firmware(tmp_path / "a.elf")
    addresses = (0, 2, 0x1000, 0x2000, 0xFFFFFFFF, -1, 1 << 70)
    assert [image.line_at(address) for address in addresses] == [""] * 7


def line_unit(program: bytes) -> bytes:
    """Return a line program of version 3 with the file a.c."""
    header = b"\2\1\xfb\x0e\x0a\0\1\1\1\1\0\0\0\1" + b"\0a.c\0\0\0\0\0"
    body = b"\3\0" + struct.pack("<I", len(header)) + header + program
    return struct.pack("<I", len(body)) + body


SET_ADDRESS, END_SEQUENCE = b"\0\5\2" + struct.pack("<I", 0x1000), b"\0\1\1"
ONE_LINE = line_unit(SET_ADDRESS + b"\x1f\2\4" + END_SEQUENCE)
"""Line 3 from 0x1002 to 0x1009."""
ARANGES = struct.pack("<IHIBB4x4I", 36, 2, 0, 4, 0, 0x1000, 16, 0, 0)


@pytest.mark.parametrize(
    "sections",
    [
        {},
        {"debug_aranges": ARANGES},
        # One that can't be read, and one that does not list the unit.
        {"debug_aranges": b"\xff" * 16},
        {
            "debug_info": compile_unit(1 << 20, 0x2000, 16) + compile_unit(),
            "debug_aranges": struct.pack("<IHIBB4x4I", 36, 2, 0, 4, 0, 0x2000, 16, 0, 0),
        },
        # A list of ranges in place of first address and size.
        {
            "debug_abbrev": b"\1\x11\0\x10\x17\x55\x17\0\0" + b"\0",
            "debug_info": struct.pack("<IHIBBII", 16, 4, 0, 4, 1, 0, 0),
            "debug_ranges": struct.pack("<4I", 0x1000, 0x1010, 0, 0),
        },
        # DWARF 3 gives the last address.
        {
            "debug_abbrev": ABBREVIATIONS.replace(b"\x12\6", b"\x12\1"),
            "debug_info": compile_unit(0, 0x1000, 0x100A),
        },
        # Dropped code, which the linker leaves at 0, reaches over the unit.
        {"debug_info": compile_unit(1 << 20, 0, 0x8000) + compile_unit()},
    ],
    ids=["low and high", "aranges", "broken", "unlisted", "ranges", "dwarf 3", "dropped"],
)
def test_units_are_found(sections: dict[str, bytes], tmp_path: Path) -> None:
    (tmp_path / "a.elf").write_bytes(elf_with_lines(ONE_LINE, **sections))
    image = load_firmware(tmp_path / "a.elf")
    assert [image.line_at(a) for a in (0x1001, 0x1002, 0x1009, 0x100A)] == ["", *["a.c:3"] * 2, ""]


def time_lookups(path: Path, *addresses: int) -> float:
    """Return the processor's seconds for loading a file and looking up lines."""
    started = time.process_time()
    image = load_firmware(path)
    for address in addresses:
        image.line_at(address)
    return time.process_time() - started


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
def test_work_on_large_line_programs_is_bounded(section: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.elf").write_bytes(elf_with_lines(section))
    assert time_lookups(tmp_path / "a.elf", 0x1000, 0x1002) < 5


HEADER_5 = b"\x30\0\0\0\5\0\4\0\x20\0\0\0\2\1\1\xfb\x0e\x01"
MANY = b"\xff" * 8 + b"\x3f"


@pytest.mark.parametrize(
    "sections",
    [
        # 2^62 directories, or files, of no fields, and of a field without bytes (flag_present).
        {"debug_line": HEADER_5 + b"\0" + MANY + bytes(64)},
        {"debug_line": HEADER_5 + b"\0\0\0" + MANY + bytes(64)},
        {"debug_line": HEADER_5 + b"\1\1\x19" + MANY + bytes(64)},
        {"debug_line": HEADER_5 + b"\1\1\x08" + MANY + bytes(1 << 20)},
        {"debug_line": line_unit(SET_ADDRESS + b"\2" + b"\xff" * (8 << 20) + b"\1")},
        {"debug_line": bytes(17 << 20)},
        # Units that each start over, and an abbreviation without an end.
        {"debug_info": compile_unit() * 200_000},
        {"debug_abbrev": b"\1\x11\0" + b"\x10\x17" * (4 << 20)},
        {"debug_abbrev": b"\xff" * (8 << 20)},
        {"debug_aranges": ARANGES[:24] * 200_000},
        {"debug_aranges": struct.pack("<IHIBB4x", 0, 2, 0, 4, 0) + b"\1" * (8 << 20)},
        {"debug_aranges": b"".join(
            struct.pack("<IHIBB4x4I", 36, 2, i, 4, 0, 0x1000 + i, 1, 0, 0) for i in range(1000)
        )},
    ],
    ids=str.split(
        "directories files flags strings number section units abbreviation abbreviations"
        " aranges set offsets"
    ),
)  # fmt: skip
def test_work_on_hostile_debug_information_is_bounded(
    sections: dict[str, bytes], tmp_path: Path
) -> None:
    (tmp_path / "a.elf").write_bytes(elf_with_lines(ONE_LINE, **sections))
    assert time_lookups(tmp_path / "a.elf", *range(0xFFF, 0x1800)) < 10


def test_unpacking_is_bounded(tmp_path: Path) -> None:
    packed = struct.pack("<3I", 1, 1 << 31, 1) + zlib.compress(bytes(1 << 20))
    data = bytearray(elf_with_lines(ONE_LINE, debug_str=packed))
    table, count = struct.unpack_from("<I", data, 32)[0], struct.unpack_from("<H", data, 48)[0]
    for header in range(table, table + 40 * count, 40):
        if struct.unpack_from("<I", data, header + 20)[0] == len(packed):
            struct.pack_into("<I", data, header + 8, 0x800)
    (tmp_path / "a.elf").write_bytes(data)
    assert load_firmware(tmp_path / "a.elf").line_at(0x1004) == ""
