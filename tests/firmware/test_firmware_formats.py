"""Intel HEX and raw binaries, and files of no known format."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_tools import FLASH, require, run
from hypothesis import given, settings
from hypothesis import strategies as st

from mcusim.errors import FirmwareError
from mcusim.firmware import FirmwareImage, flash_bytes, load_firmware

END = ":00000001FF\n"


def record(address: int, payload: bytes, kind: int = 0) -> str:
    """Return one Intel HEX record."""
    body = bytes([len(payload), address >> 8, address & 0xFF, kind]) + payload
    return f":{(body + bytes([-sum(body) & 0xFF])).hex().upper()}\n"


def write(folder: Path, name: str, content: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def message(path: Path, base: int | None = None) -> str:
    """Return the error of a file; one line that starts with its name."""
    with pytest.raises(FirmwareError) as caught:
        load_firmware(path, base)
    text = str(caught.value)
    assert "\n" not in text
    assert text.startswith(f"{path}: ")
    return text.removeprefix(f"{path}: ")


def contents(image: FirmwareImage) -> dict[int, int]:
    return {s.address + i: byte for s in image.segments for i, byte in enumerate(s.data)}


def test_hex_and_bin_load_the_bytes_of_the_elf(tiny_elf: Path, tmp_path: Path) -> None:
    objcopy = require("objcopy")
    run(objcopy, "-O", "ihex", tiny_elf, tmp_path / "tiny.hex")
    run(objcopy, "-O", "binary", tiny_elf, tmp_path / "tiny.bin")
    elf = load_firmware(tiny_elf)
    hexed = load_firmware(tmp_path / "tiny.hex")
    flat = load_firmware(tmp_path / "tiny.bin", FLASH)
    assert contents(elf) == contents(hexed) == contents(flat)
    assert (hexed.format, hexed.entry, flat.format, flat.entry) == ("hex", None, "bin", None)
    assert flash_bytes(flat) == flash_bytes(elf)
    assert flat.line_at(FLASH + 0x20) == ""
    assert flat.symbol_at(FLASH + 0x20) is None


def test_hex_is_recognised_by_content(tmp_path: Path) -> None:
    path = write(tmp_path, "firmware", record(0, b"\1\2\3\4") + END)
    assert load_firmware(path).segments[0].data == b"\1\2\3\4"


def test_hex_joins_touching_records_in_any_order(tmp_path: Path) -> None:
    upper = record(0, b"\x08\x00", 4)
    text = upper + record(4, b"efgh") + record(0, b"abcd") + record(16, b"z") + END
    image = load_firmware(write(tmp_path, "a.hex", text.replace("\n", "\r\n")))
    assert [(s.address, s.data) for s in image.segments] == [
        (FLASH, b"abcdefgh"),
        (FLASH + 16, b"z"),
    ]


def test_hex_segment_addresses(tmp_path: Path) -> None:
    text = record(0, b"\x12\x34", 2) + record(5, b"x") + record(0, bytes(4), 3) + END
    image = load_firmware(write(tmp_path, "a.hex", text))
    assert image.segments[0].address == 0x12345


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (record(0, b"ab") + ":02000200ABCD00\n" + END, "at line 2 has invalid checksum"),
        (record(0, b"abcd") + record(2, b"x") + END, "overlap at address 0x2 on line 2"),
        (record(0, b"ab"), "no end-of-file record"),
        (END, "holds no data"),
        (record(0, b"ab") + "hello\n" + END, "invalid record at line 2"),
        (record(0, b"ab") + ":0G\n" + END, "invalid record at line 2"),
        (record(0, b"ab") + ":05000000AA51\n" + END, "at line 2 has invalid length"),
        (record(0, b"ab", 9) + END, "at line 1 has invalid record type"),
        (record(0, b"a", 4) + END, "Invalid Extended Linear Address Record at line 1"),
        (record(0, b"ab") + END + record(2, b"c"), "line 3: data behind the end-of-file record"),
        (record(0, b"ab") + END + record(2, b"c") + END, "line 3: data behind"),
        (record(0, b"\xff\xff", 4) + record(0xFFFF, b"ab") + END, "data reach past 4 GiB"),
    ],
)
def test_wrong_hex_names_the_line(tmp_path: Path, text: str, expected: str) -> None:
    assert expected in message(write(tmp_path, "a.hex", text))


def test_large_hex_files_are_refused(tmp_path: Path) -> None:
    path = write(tmp_path, "a.hex", record(0, bytes(255)) * 33_000)
    assert "give the ELF instead" in message(path)
    scattered = "".join(record(address, b"x") for address in range(0, 1 << 16, 2))
    upper = [record(0, bytes([0, page]), 4) + scattered for page in range(3)]
    path = write(tmp_path, "b.hex", "".join(upper) + END)
    assert "98,304 pieces of data" in message(path)


@settings(deadline=None, max_examples=200)
@given(text=st.lists(st.sampled_from([record(0, b"ab"), record(2, b"c"), END, ":", "0", "\n"])))
def test_any_hex_loads_or_is_refused(tmp_path_factory: pytest.TempPathFactory, text: list[str]):
    path = write(tmp_path_factory.getbasetemp(), "any.hex", "".join(text))
    try:
        load_firmware(path)
    except FirmwareError:
        message(path)


def test_bin_needs_a_base(tmp_path: Path) -> None:
    path = write(tmp_path, "a.bin", b"\0\1\2\3")
    assert message(path).startswith("a raw binary needs --base ADDRESS")
    assert load_firmware(path, 0x100).segments[0].address == 0x100
    assert "past 4 GiB" in message(path, 0xFFFFFFFE)
    assert "not a 32-bit address" in message(path, -4)


def test_base_is_only_for_raw_binaries(tiny_elf: Path, tmp_path: Path) -> None:
    assert "leave out --base" in message(tiny_elf, FLASH)
    assert "leave out --base" in message(write(tmp_path, "a.hex", END), FLASH)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "the file is empty"),
        (b"\x1f\x8b\x08\0", "looks like gzip"),
        (b"PK\x03\x04", "looks like a zip archive"),
        (b"\xcf\xfa\xed\xfe\x07", "looks like Mach-O"),
        (b"MZ\x90\0", "looks like PE"),
        (b"!<arch>\n", "looks like a static library"),
        (b"\x1c\0\0\0TFL3", "looks like a TensorFlow Lite model"),
        (b"UF2\nWQ]\x9e", "looks like UF2"),
        (b"S00600004844521B\n", "looks like Motorola S-records"),
        (b"int main(void) {}\n", "looks like text"),
        ("é".encode() * 1000, "looks like text"),
        (b"\x80\x81\x82\0", "looks like binary data"),
    ],
)
def test_other_files_are_named(tmp_path: Path, content: bytes, expected: str) -> None:
    assert expected in message(write(tmp_path, "firmware", content))


def test_missing_files_and_directories(tmp_path: Path) -> None:
    assert "no such file" in message(tmp_path / "none.elf")
    assert "is a directory" in message(tmp_path)
    assert "not a regular file" in message(Path("/dev/zero"))
    with pytest.raises(FirmwareError, match="can't be read"):
        load_firmware("a\0b")


def test_a_name_can_not_write_to_the_terminal(tmp_path: Path) -> None:
    with pytest.raises(FirmwareError) as caught:
        load_firmware(tmp_path / "a\x1b[31m\nb")
    assert str(caught.value).isprintable()
