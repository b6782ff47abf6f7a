"""Untrusted ELF files: every failure is a FirmwareError of one line, soon."""

from __future__ import annotations

import struct
import time
from pathlib import Path

import pytest
from firmware_tools import FLASH, PREBUILT, minimal_elf, require, run
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mcusim.errors import FirmwareError
from mcusim.firmware import flash_sections, largest_symbols, load_firmware, ram_sections

TIME_LIMIT_S = 2.0
SAMPLES = [path.read_bytes() for path in PREBUILT if path.stem.startswith(("hello", "cpp"))]


HEADER_64 = b"\x7fELF\x02\x01\x01" + struct.pack(
    "<9xHHIQQQIHHHHHH56x", 2, 62, 1, 0, 64, 0, 0, 64, 56, 1, 64, 0, 0
)


def check_message(error: FirmwareError) -> None:
    assert str(error).isprintable()


def exercise(path: Path) -> None:
    """Load a file and ask it everything, within the time limit."""
    started = time.process_time()
    try:
        image = load_firmware(path)
        for function in image.symbols.functions[:50]:
            image.line_at(function.address)
            image.symbol_at(function.end)
        image.find_inference_function()
        image.match_functions("*main*")
        image.match_functions("no such function")
        flash_sections(image)
        ram_sections(image)
        largest_symbols(image, 10)
    except FirmwareError as error:
        check_message(error)
    assert time.process_time() - started < TIME_LIMIT_S


def refuse(folder: Path, data: bytes) -> str:
    path = folder / "a.elf"
    path.write_bytes(data)
    with pytest.raises(FirmwareError) as caught:
        load_firmware(path)
    text = str(caught.value)
    assert text.isprintable()
    return text


def patched(offset: int, layout: str, *values: int) -> bytes:
    data = minimal_elf()
    struct.pack_into(layout, data, offset, *values)
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"\x7fELF", "truncated or corrupt ELF: the file ends in the ELF header"),
        (bytes(minimal_elf())[:51], "ends in the ELF header"),
        (bytes(minimal_elf())[:60], "1 program headers at offset 52 don't fit"),
        (bytes(minimal_elf())[:90], "reaches 10 B past the end of the file"),
        (HEADER_64, "a 64-bit ELF for"),
        (patched(5, "B", 2), "a big-endian ELF"),
        (patched(4, "B", 7), "Invalid EI_CLASS"),
        (bytes(minimal_elf(machine=62)), "X86-64"),
        (bytes(minimal_elf(machine=8)), "MIPS"),
        (bytes(minimal_elf(machine=94)), "XTENSA"),
        (bytes(minimal_elf(machine=0xBEEF)), "machine number 48879"),
        (bytes(minimal_elf(kind=1)), "link it first"),
        (bytes(minimal_elf(kind=3)), "link it first"),
        (bytes(minimal_elf(kind=4)), "a core dump"),
        (patched(44, "<H", 0), "no program headers"),
        (patched(44, "<H", 0xFFFF), "65,535 program headers"),
        (patched(42, "<H", 7), "don't fit in the file"),
        (patched(28, "<I", 0xFFFFFFF0), "don't fit in the file"),
        (patched(32, "<I", 0xFFFFFFF0), "no segment"),
        (patched(52, "<I", 2), "no segment has any bytes to load"),
        (patched(64, "<I", 0xFFFFFFFC), "reaches past 4 GiB"),
        (patched(60, "<I", 0xFFFFFFFC), "reaches past 4 GiB in memory"),
        (patched(72, "<I", 0xFFFFFFFF), "reaches past 4 GiB in memory"),
        (patched(72, "<I", 3), "smaller in memory than in the file"),
        (patched(68, "<I", 0x7FFFFFFF), "past the end of the file"),
    ],
)
def test_headers_that_lie(tmp_path: Path, data: bytes, expected: str) -> None:
    if expected == "no segment":
        # Section headers far outside the file, with a number of sections.
        changed = bytearray(data)
        struct.pack_into("<H", changed, 48, 3)
        assert "3 section headers" in refuse(tmp_path, bytes(changed))
        return
    assert expected in refuse(tmp_path, data)


def test_large_memory_size_takes_no_memory(tmp_path: Path) -> None:
    path = tmp_path / "a.elf"
    path.write_bytes(patched(72, "<I", 0xF0000000))
    assert load_firmware(path).segments[0].address == FLASH


def many_segments(count: int, size: int) -> bytes:
    """Return an ELF whose segments all load the same bytes of the file."""
    header = bytearray(minimal_elf()[:52])
    struct.pack_into("<H", header, 44, count)
    start = 52 + 32 * count
    program = struct.pack("<8I", 1, start, FLASH, FLASH, size, size, 5, 4)
    return bytes(header) + program * count + bytes(size)


def test_the_image_is_limited(tmp_path: Path) -> None:
    assert "may load; check the linker script" in refuse(tmp_path, many_segments(100, 1 << 20))
    assert "segments to load" in refuse(tmp_path, many_segments(5000, 16))


def with_sections(*sections: tuple[int, ...], contents: bytes) -> bytes:
    """Append contents (at byte 100) and section headers to the smallest ELF."""
    data = minimal_elf() + contents
    offset = len(data)
    struct.pack_into("<I", data, 32, offset)
    struct.pack_into("<H", data, 48, len(sections) + 1)
    return bytes(data + bytes(40) + b"".join(struct.pack("<10I", *s) for s in sections))


def test_endless_symbol_names_are_refused(tmp_path: Path) -> None:
    symbols = struct.pack("<IIIBBH", 0, FLASH, 4, 0x12, 0, 1) * 20_000
    strings = b"a" * 16_000 + b"\0"
    data = with_sections(
        (0, 2, 0, 0, 100, len(symbols), 2, 0, 4, 16),
        (0, 3, 0, 0, 100 + len(symbols), len(strings), 0, 0, 1, 0),
        contents=symbols + strings,
    )
    assert "endless symbol names" in refuse(tmp_path, data)


def test_too_many_symbols_are_refused(tmp_path: Path) -> None:
    size = 16 * 200_001
    symbols, strings = (0, 2, 0, 0, 100, size, 2, 0, 4, 16), (0, 3, 0, 0, 100, 1, 0, 0, 1, 0)
    data = with_sections(symbols, strings, contents=bytes(size))
    assert "more than 200,000 symbols" in refuse(tmp_path, data)


def test_section_outside_the_file_is_refused(tmp_path: Path) -> None:
    data = with_sections((0, 1, 2, 0, 100, 1 << 20, 0, 0, 4, 0), contents=b"")
    assert "section 1 reaches past the end" in refuse(tmp_path, data)


def test_relocatable_object_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.c").write_text("int x;\n")
    run(require("gcc"), "-c", "a.c", "-o", "a.o", cwd=tmp_path)
    with pytest.raises(FirmwareError, match="link it first"):
        load_firmware(tmp_path / "a.o")


def test_names_are_made_printable(tmp_path: Path) -> None:
    symbols = bytes(16) + struct.pack("<IIIBBH", 1, FLASH | 1, 4, 0x12, 0, 1)
    strings = b"\0\x1b[2Jmain\n\0"
    data = with_sections(
        (0, 2, 0, 0, 100, len(symbols), 2, 0, 4, 16),
        (0, 3, 0, 0, 100 + len(symbols), len(strings), 0, 0, 1, 0),
        contents=symbols + strings,
    )
    path = tmp_path / "a.elf"
    path.write_bytes(data)
    assert load_firmware(path).symbol_at(FLASH) == ("?[2Jmain?", 0)


needs_samples = pytest.mark.skipif(not SAMPLES, reason="the prebuilt samples are missing")
relaxed = settings(
    deadline=None, max_examples=150, suppress_health_check=list(HealthCheck), derandomize=True
)
edits = st.lists(st.tuples(st.integers(0, 1 << 30), st.integers(1, 255)), min_size=1, max_size=40)


@needs_samples
@relaxed
@given(pick=st.integers(0, 99), changes=edits)
def test_changed_bytes_anywhere(
    tmp_path_factory: pytest.TempPathFactory, pick: int, changes: list[tuple[int, int]]
) -> None:
    data = bytearray(SAMPLES[pick % len(SAMPLES)])
    for position, mask in changes:
        data[position % len(data)] ^= mask
    path = tmp_path_factory.getbasetemp() / "changed.elf"
    path.write_bytes(data)
    exercise(path)


@needs_samples
@relaxed
@given(pick=st.integers(0, 99), where=st.sampled_from(["start", "end", "lines"]), changes=edits)
def test_changed_bytes_where_they_hurt(
    tmp_path_factory: pytest.TempPathFactory,
    pick: int,
    where: str,
    changes: list[tuple[int, int]],
) -> None:
    """ELF and program headers, section headers, or the debug sections in between."""
    data = bytearray(SAMPLES[pick % len(SAMPLES)])
    sections = int.from_bytes(data[32:36], "little")
    first, last = {"start": (16, 150), "end": (sections, len(data)), "lines": (8192, sections)}[
        where
    ]
    for position, mask in changes:
        data[first + position % (last - first)] ^= mask
    path = tmp_path_factory.getbasetemp() / "hurt.elf"
    path.write_bytes(data)
    exercise(path)


@needs_samples
@relaxed
@given(pick=st.integers(0, 99), length=st.integers(0, 1 << 30))
def test_truncated_files(tmp_path_factory: pytest.TempPathFactory, pick: int, length: int) -> None:
    data = SAMPLES[pick % len(SAMPLES)]
    path = tmp_path_factory.getbasetemp() / "short.elf"
    path.write_bytes(data[: length % len(data)])
    exercise(path)


@relaxed
@given(data=st.binary(max_size=300))
def test_random_bytes_behind_the_magic(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "random.elf"
    path.write_bytes(b"\x7fELF\x01\x01\x01" + data)
    exercise(path)
