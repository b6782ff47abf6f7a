"""Whether a firmware fits a board, and what is said when it does not."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest
from firmware_tools import FLASH, RAM, memory

from mcusim.boards import board_names, load_board
from mcusim.boards.schema import Device
from mcusim.errors import FirmwareError
from mcusim.firmware import (
    Arch,
    FirmwareImage,
    Section,
    Segment,
    check_hart_start,
    check_placement,
    flash_bytes,
    load_firmware,
    static_ram_bytes,
    vectors_behind_bootloader,
)

BOARD = [memory("flash", FLASH, 1 << 20, 0), memory("ram", RAM, 256 << 10)]


def image(*segments: tuple[int, bytes], sections: tuple[Section, ...] = ()) -> FirmwareImage:
    return FirmwareImage(
        path="a.elf",
        sha256="",
        format="elf",
        arch=Arch.ARM,
        entry=None,
        segments=tuple(Segment(address, data) for address, data in segments),
        sections=sections,
    )


def vectors(stack: int = RAM + (256 << 10), reset: int = FLASH + 9) -> bytes:
    return struct.pack("<IIHH", stack, reset, 0xBF00, 0xE7FE)


def message(firmware: FirmwareImage, table: int | None = FLASH) -> str:
    with pytest.raises(FirmwareError) as caught:
        check_placement(firmware, BOARD, table)
    text = str(caught.value)
    assert text.isprintable()
    return text


def section(name: str, address: int, size: int) -> Section:
    return Section(name=name, vma=address, lma=address, size=size, kind="bss", loaded=False)


def test_a_fitting_firmware_passes(tiny_elf: Path) -> None:
    check_placement(load_firmware(tiny_elf), BOARD, FLASH)
    check_placement(image((FLASH, vectors())), BOARD, FLASH)


def test_a_section_may_lie_in_a_device_that_start_up_code_fills() -> None:
    """Backup SRAM at 0x40024000 of an STM32F4 or STM32F7, which RIOT's linker scripts use."""
    backup = Device(
        name="bkpsram",
        type="stm32-backup-sram",
        base=0x40024000,
        size_bytes=0x1000,
        source="test",
        grade="assumed",
    )
    code = (FLASH, vectors())
    inside = image(code, sections=(section(".backup", 0x40024FFC, 4),))
    check_placement(inside, BOARD, FLASH, devices=[backup])
    beyond = image(code, sections=(section(".backup", 0x40024FFC, 8),))
    with pytest.raises(FirmwareError, match="outside the board's memory"):
        check_placement(beyond, BOARD, FLASH, devices=[backup])


@pytest.mark.parametrize("skipped", [0, 0x200])
def test_a_bootloader_finds_the_table_of_a_firmware_behind_it(skipped: int) -> None:
    start = FLASH + 0x8000
    header = b"\x3d\xb8\xf3\x96".ljust(skipped, b"\0") if skipped else b""
    table = vectors(reset=start + skipped + 9)
    behind = image((start, header + table), (RAM, bytes(4)))
    assert vectors_behind_bootloader(behind, BOARD, FLASH) == start + skipped


@pytest.mark.parametrize(
    "firmware",
    [
        image((FLASH, vectors())),
        image((FLASH + 0x8000, vectors(reset=FLASH + 0x8008))),
        image((FLASH + 0x8000, vectors(stack=FLASH, reset=FLASH + 0x8009))),
        image((FLASH + 0x8000, vectors(reset=FLASH + 0x9001))),
        image((FLASH + 0x8040, vectors(reset=FLASH + 0x8049))),
        image((FLASH + 0x8000, b"none")),
        image((RAM, vectors(reset=RAM + 9))),
        image(),
    ],
    ids=["at its place", "no Thumb", "stack in flash", "no code", "odd place", "short", "RAM", "-"],
)
def test_there_is_no_table_behind_a_bootloader(firmware: FirmwareImage) -> None:
    assert vectors_behind_bootloader(firmware, BOARD, FLASH) is None


def test_samples_fit_their_own_board_only(sample: Path) -> None:
    if sample.stem.startswith("trustzone"):
        pytest.skip("one of a pair, which test_machine_trustzone.py has")
    name = max((n for n in board_names() if sample.stem.endswith(n)), key=len)
    chip = load_board(name).chip
    firmware = load_firmware(sample)
    check_placement(firmware, chip.memory, chip.first_vectors)
    stored = flash_bytes(firmware)
    first = firmware.segments[0].address
    if any(m.kind == "ram" and 0 <= first - m.base < m.size_bytes for m in chip.memory):
        # Loaded into RAM, all of it: constants and code take room there.
        assert flash_bytes(firmware, chip.memory) == 0
        assert static_ram_bytes(firmware, chip.memory) >= stored
    else:
        assert flash_bytes(firmware, chip.memory) == stored
        assert static_ram_bytes(firmware, chip.memory) == static_ram_bytes(firmware)
    elsewhere = [memory("flash", 0x60000000, 2 << 20), memory("ram", 0x70000000, 2 << 20)]
    with pytest.raises(FirmwareError, match="outside the board's memory"):
        check_placement(firmware, elsewhere, elsewhere[0].base)


def test_aliases_are_the_same_memory() -> None:
    check_placement(image((0, vectors())), BOARD, FLASH)
    check_placement(image((FLASH, vectors(reset=9))), BOARD, 0)
    assert "overlap" in message(image((0, vectors()), (FLASH, vectors())))


def test_too_large_says_how_much() -> None:
    text = message(image((FLASH, bytes(1_200_000))))
    assert "flash 1,048,576 B, needs 1,200,000 B: 151,424 B too many" in text
    assert "flash 0x08000000..0x080FFFFF, ram 0x20000000..0x2003FFFF" in text
    assert "check --board" in text


def test_static_data_beyond_the_ram() -> None:
    text = message(image((FLASH, vectors()), sections=(section(".bss", RAM + 256, 300_000),)))
    assert "section .bss" in text
    assert "ram 262,144 B, needs 300,256 B: 38,112 B too many" in text


def test_reserved_stack_does_not_have_to_fit() -> None:
    stack = Section(
        name=".stack", vma=0, lma=0, size=1 << 31, kind="bss", loaded=False, reserved=True
    )
    check_placement(image((FLASH, vectors()), sections=(stack,)), BOARD, FLASH)


def test_outside_every_memory() -> None:
    text = message(image((0x10000000, bytes(1000))))
    assert "segment 0x10000000..0x100003E7 (1,000 B) is outside the board's memory" in text


def test_touching_memories_hold_one_segment() -> None:
    banks = [memory("flash1", FLASH, 1024), memory("flash2", FLASH + 1024, 1024)]
    check_placement(image((FLASH, bytes(2048))), banks)
    with pytest.raises(FirmwareError, match="flash 2,048 B, needs 2,049 B: 1 B too many"):
        check_placement(image((FLASH, bytes(2049))), banks)


def test_overlapping_segments() -> None:
    assert "overlap" in message(image((FLASH, vectors()), (FLASH + 8, bytes(8))))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (vectors(stack=0), "initial stack pointer 0x00000000 is not in RAM"),
        (vectors(stack=RAM), "is not in RAM"),
        (vectors(stack=FLASH + 64), "is not in RAM"),
        (vectors(reset=FLASH + 8), "has no Thumb bit"),
        (vectors(reset=FLASH + 4097), "points outside the loaded firmware"),
        (vectors(reset=0x20026098), "points outside the loaded firmware"),
        (b"\0" * 4, "no vector table at 0x08000000"),
    ],
)
def test_vector_tables(data: bytes, expected: str) -> None:
    assert expected in message(image((FLASH, data)))


def test_firmware_behind_a_bootloader() -> None:
    text = message(image((FLASH + 0xC000, vectors())))
    assert "no vector table at 0x08000000" in text
    assert "the first loaded byte is at 0x0800C000" in text


def test_vectors_are_only_checked_where_the_chip_has_them() -> None:
    check_placement(image((FLASH, bytes(64))), BOARD)


def test_a_hart_without_code_where_it_starts() -> None:
    """Neither a vector table nor a stack pointer: those are another architecture's."""
    with pytest.raises(FirmwareError) as caught:
        check_hart_start(image((FLASH + 64, b"code")), BOARD, FLASH, rom_first=False)
    assert str(caught.value) == (
        "a.elf: no code at 0x08000000, where the hart starts: the first loaded byte is at"
        " 0x08000040; check --board, or the linker script"
    )
    check_hart_start(image((FLASH, b"ok")), BOARD, FLASH, rom_first=False)


def test_a_boot_rom_needs_an_entry() -> None:
    with pytest.raises(FirmwareError, match="tells no entry, which the chip's boot ROM needs"):
        check_hart_start(image((FLASH, b"code")), BOARD, FLASH, rom_first=True)
    with_entry = replace(image((FLASH, b"code")), entry=FLASH)
    check_hart_start(with_entry, BOARD, FLASH, rom_first=True)
