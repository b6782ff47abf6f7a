"""Images that esptool makes: one application, or a whole flash."""

from __future__ import annotations

import shutil
import struct
import subprocess
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mcusim
from mcusim.errors import FirmwareError
from mcusim.firmware import FirmwareImage, as_flashed, load_firmware
from mcusim.firmware.esp_image import is_esp_image, load_esp_image

FLASH, RAM, ENTRY = 0x42000020, 0x3FC80000, 0x42000020
ESP32_C3 = 5
TABLE, FIRST_APPLICATION = 0x8000, 0x10000


def image(*segments: tuple[int, bytes], chip: int = ESP32_C3, count: int | None = None) -> bytes:
    """As `esptool elf2image` lays it out."""
    number = len(segments) if count is None else count
    head = struct.pack(
        "<BBBBIB3xHBHH4sB", 0xE9, number, 2, 0x20, ENTRY, 0xEE, chip, 0, 0, 0, b"", 0
    )
    return head + b"".join(struct.pack("<II", at, len(data)) + data for at, data in segments)


def whole_flash(application: bytes, *, kind: int = 0) -> bytes:
    """A bootloader, a table with one partition, and its content."""
    row = struct.pack("<2sBBII16sI", b"\xaa\x50", kind, 0, FIRST_APPLICATION, 1 << 20, b"app", 0)
    table = (row + b"\xeb\xeb" + bytes(30)).ljust(FIRST_APPLICATION - TABLE, b"\xff")
    boot = image((0x403CC710, b"boot"))
    return boot.ljust(TABLE, b"\xff") + table + application


def load(folder: Path, data: bytes) -> FirmwareImage:
    path = folder / "firmware.bin"
    path.write_bytes(data)
    return load_firmware(path)


def message(folder: Path, data: bytes) -> str:
    with pytest.raises(FirmwareError) as raised:
        load(folder, data)
    return str(raised.value).removeprefix(f"{folder}/")


def test_segments_and_entry_of_an_application(tmp_path: Path) -> None:
    found = load(tmp_path, image((RAM, b"data"), (0, b"padding!"), (FLASH, b"code")))
    assert (found.format, found.entry) == ("esp", ENTRY)
    assert [(s.address, s.data) for s in found.segments] == [(RAM, b"data"), (FLASH, b"code")]


def test_segments_that_are_for_others_than_the_boot_loader_are_left_out(tmp_path: Path) -> None:
    """Below 0x10000000 (esp-idf, should_load): Zephyr's has such a one for MCUboot."""
    found = load(tmp_path, image((0x20, b"metadata"), (RAM, b"data"), (FLASH, b"code")))
    assert [segment.address for segment in found.segments] == [RAM, FLASH]


LINKED_AS_ZEPHYR = """
ENTRY(_start)
SECTIONS
{
  .metadata 0x20 : AT(0x20) { LONG(1) }
  .iram 0x40390000 : AT(0x40) { *(.text*) }
  .dram 0x3FC80000 : AT(0x1000) { *(.data*) }
}
"""


def test_an_elf_is_taken_as_esptool_takes_it(tmp_path: Path) -> None:
    """Where the firmware uses its sections, whatever their load addresses."""
    gcc = shutil.which("riscv64-unknown-elf-gcc")
    if gcc is None:
        pytest.skip("riscv64-unknown-elf-gcc not found")
    code = ".globl _start\n_start: la t0, word\n lw t1, 0(t0)\n1: j 1b\n.data\nword: .word 7\n"
    (tmp_path / "main.S").write_text(code)
    (tmp_path / "main.ld").write_text(LINKED_AS_ZEPHYR)
    elf = tmp_path / "main.elf"
    flags = ["-march=rv32imc", "-mabi=ilp32", "-nostdlib", "-Wl,--no-warn-rwx-segments"]
    command = [gcc, *flags, "-T", tmp_path / "main.ld", "-o", elf, tmp_path / "main.S"]
    subprocess.run(command, check=True)
    with mcusim.start(elf, board="esp32-c3", max_time_s=0.01) as simulation:
        simulation.run_to_end()
        assert simulation.machine.register("t1") == 7
    assert [s.address for s in as_flashed(load_firmware(elf)).segments] == [RAM, 0x40390000]


def test_the_header_of_an_image_shows_in_front_of_its_constants(tmp_path: Path) -> None:
    """The bootloader maps whole pages, and the application looks for the header there."""
    application = image((0x3C020020, b"constants"), (FLASH, b"code"))
    for whole in (application, whole_flash(application)):
        found = load(tmp_path, whole).segments[0]
        assert (found.address, found.data) == (0x3C020000, application[:32] + b"constants")


def test_the_application_of_a_whole_flash_is_taken_and_not_its_bootloader(tmp_path: Path) -> None:
    found = load(tmp_path, whole_flash(image((FLASH, b"code"))))
    assert [(s.address, s.data) for s in found.segments] == [(FLASH, b"code")]


def test_a_flash_without_an_application(tmp_path: Path) -> None:
    assert "names no application" in message(tmp_path, whole_flash(b"", kind=1))


def test_another_chip_of_the_maker(tmp_path: Path) -> None:
    assert message(tmp_path, image((RAM, b"data"), chip=9)) == (
        "firmware.bin: an image for the ESP32-S3; of this maker's chips, ESP32-C3 can be simulated"
    )


def test_a_file_that_is_cut_off(tmp_path: Path) -> None:
    whole = image((RAM, b"data"), (FLASH, b"code"))
    for size in range(24, len(whole)):
        assert "cut off at" in message(tmp_path, whole[:size])


def test_other_content_is_no_image() -> None:
    assert not is_esp_image(b"")
    assert not is_esp_image(b"\xe9" * 64)
    assert not is_esp_image(image((RAM, b"data"), count=17))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=200), st.integers(1, 16))
def test_whatever_follows_the_header_is_read_or_refused(tail: bytes, count: int) -> None:
    with suppress(FirmwareError):
        load_esp_image("x", image(count=count) + tail, "")
