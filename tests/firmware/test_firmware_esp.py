"""Images that esptool makes: one application, or a whole flash."""

from __future__ import annotations

import binascii
import hashlib
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
from mcusim.firmware import Arch, FirmwareImage, Segment, as_flashed, load_firmware
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
    return flash_of({(kind, 0, FIRST_APPLICATION): application})


def flash_of(partitions: dict[tuple[int, int, int], bytes]) -> bytes:
    """A bootloader, a table, and what the partitions hold, by type, subtype and offset."""
    rows = b"".join(
        struct.pack("<2sBBII16sI", b"\xaa\x50", kind, subtype, offset, 1 << 16, b"", 0)
        for kind, subtype, offset in partitions
    )
    rows += b"\xeb\xeb" + b"\xff" * 14 + hashlib.md5(rows).digest()
    flash = image((0x403CC710, b"boot")).ljust(TABLE, b"\xff") + rows
    for (_, _, offset), content in partitions.items():
        flash = flash.ljust(offset, b"\xff") + content
    return flash


def selection(number: int, state: int = 2) -> bytes:
    """A sector of otadata, as esp-idf's otatool writes it."""
    crc = binascii.crc32(struct.pack("<I", number), 0xFFFFFFFF)
    return struct.pack("<I20sII", number, b"", state, crc).ljust(0x1000, b"\xff")


BLANK = b"\xff" * 0x1000
FACTORY, OTA_0, OTA_1 = b"fact", b"ota0", b"ota1"


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


@pytest.mark.parametrize("own", [b"\0" * 32, b"\1" * 32])
def test_the_description_of_an_application_gets_the_hash_of_its_elf(own: bytes) -> None:
    """As esptool's elf2image puts it there, where nothing is."""
    described = (0xABCD5432).to_bytes(4, "little").ljust(144, b"\0") + own + bytes(80)
    sha256 = hashlib.sha256(b"an ELF").hexdigest()
    elf = FirmwareImage(
        path="a.elf",
        sha256=sha256,
        format="elf",
        arch=Arch.RISCV,
        entry=ENTRY,
        segments=(Segment(0x3C000020, described), Segment(FLASH, bytes(256))),
    )
    first, second = as_flashed(elf).segments
    assert first.data[144:176].hex() == (own.hex() if any(own) else sha256)
    assert (first.data[:144], first.data[176:]) == (described[:144], described[176:])
    assert not any(second.data)


def test_the_header_of_an_image_shows_in_front_of_its_constants(tmp_path: Path) -> None:
    """The bootloader maps whole pages, and the application looks for the header there."""
    application = image((0x3C020020, b"constants"), (FLASH, b"code"))
    for whole in (application, whole_flash(application)):
        found = load(tmp_path, whole).segments[0]
        assert (found.address, found.data) == (0x3C020000, application[:32] + b"constants")


def test_the_application_of_a_whole_flash_is_taken_and_not_its_bootloader(tmp_path: Path) -> None:
    found = load(tmp_path, whole_flash(image((FLASH, b"code"))))
    assert [(s.address, s.data) for s in found.segments] == [(FLASH, b"code")]


@pytest.mark.parametrize(
    ("otadata", "started"),
    [
        (BLANK + BLANK, FACTORY),
        (selection(1) + BLANK, OTA_0),
        (selection(1) + selection(2), OTA_1),
        (selection(3) + selection(2), OTA_0),
        (selection(3) + selection(4, state=3), OTA_0),  # marked invalid
        (selection(3) + selection(4, state=4), OTA_0),  # aborted
        (selection(1) + selection(2)[:28] + bytes(4), OTA_0),  # a wrong sum
    ],
)
def test_an_update_is_started_as_otadata_selects_it(
    otadata: bytes, started: bytes, tmp_path: Path
) -> None:
    applications = {
        (0, subtype, 0x10000 * place): image((FLASH, name)).ljust(0x1000, b"\xff")
        for place, (subtype, name) in enumerate(
            [(0x00, FACTORY), (0x10, OTA_0), (0x11, OTA_1)], start=1
        )
    }
    flash = flash_of({(1, 0, 0x9000): otadata, **applications})
    assert load(tmp_path, flash).segments[0].data == started


def test_the_next_application_is_started_where_the_selected_one_is_not_there(
    tmp_path: Path,
) -> None:
    """From the selected one down to the factory's (bootloader_utility_load_boot_image)."""
    partitions = {
        (1, 0, 0x9000): selection(2) + BLANK,
        (0, 0x00, 0x10000): image((FLASH, FACTORY)),
        (0, 0x10, 0x20000): image((FLASH, OTA_0)),
        (0, 0x11, 0x30000): b"",
    }
    assert load(tmp_path, flash_of(partitions)).segments[0].data == OTA_0
    partitions[0, 0x10, 0x20000] = b""
    assert load(tmp_path, flash_of(partitions)).segments[0].data == FACTORY


def test_without_a_factory_application_the_first_update_is_started(tmp_path: Path) -> None:
    partitions = {
        (1, 0, 0x9000): BLANK + BLANK,
        (0, 0x10, 0x20000): image((FLASH, OTA_0)),
        (0, 0x11, 0x30000): image((FLASH, OTA_1)),
    }
    assert load(tmp_path, flash_of(partitions)).segments[0].data == OTA_0


def test_a_partition_table_that_is_broken(tmp_path: Path) -> None:
    flash = bytearray(whole_flash(image((FLASH, b"code"))))
    flash[TABLE + 16] ^= 1
    assert message(tmp_path, bytes(flash)) == (
        "firmware.bin: the MD5 sum of the partition table is wrong, and the bootloader would refuse"
        " it; write the table again"
    )


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
