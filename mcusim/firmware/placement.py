"""Whether a firmware fits a board: every byte in a memory, and a vector table that can start it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

from mcusim.errors import FirmwareError
from mcusim.firmware.image import Arch, FirmwareImage
from mcusim.firmware.memorymap import MemoryMap
from mcusim.firmware.names import hex32, span

if TYPE_CHECKING:
    from mcusim.boards.schema import Device, Memory

VECTOR_TABLE_ALIGNMENT = 0x80
"""Of a table in bytes, at least: VTOR has no bits below (DDI0403E B3.2.5)."""
MCUBOOT_HEADER_BYTES = 0x200
"""Of an image for MCUboot, before its vector table (Zephyr, ROM_START_OFFSET)."""
_ADVICE = "check --board, or the linker script"


def check_placement(
    image: FirmwareImage,
    memories: Sequence[Memory],
    vector_table: int | None = None,
    *,
    ram_start: bool = False,
    pairs: bool = False,
    devices: Sequence[Device] = (),
    flashed: Sequence[Device] = (),
) -> None:
    """Check that the firmware can be loaded and started on a board.

    `vector_table` is where the chip looks for the firmware's vector table (`Chip.vector_table`);
    None leaves that check out, as does a firmware that is not for an M-profile core. With
    `ram_start`, a firmware that lies in RAM alone needs none: its loader starts it at its entry.
    `pairs`: the chip also takes a Secure firmware beside this one, and none was given.
    Start-up code may use addresses of `devices` as memory (backup SRAM), once it has clocked them;
    `flashed` are those that a programmer writes as it does flash (UICR).
    Raises FirmwareError with the first thing that is wrong.
    """
    regions = MemoryMap(memories)
    for what, address, size in _ranges(image, devices, flashed):
        _check_inside(image, regions, what, address, size)
    _check_overlaps(image, regions)
    if vector_table is None or image.arch is not Arch.ARM:
        return
    if ram_start and is_all_in_ram(image, memories):
        _check_entry(image, regions)
    else:
        _check_vectors(image, regions, vector_table, pairs)


def is_all_in_ram(image: FirmwareImage, memories: Sequence[Memory]) -> bool:
    """Whether a firmware leaves the flash alone: a loader puts it into RAM and starts it there."""
    regions = MemoryMap(memories)
    return all(regions.kind_at(segment.address) == "ram" for segment in image.segments)


def ram_entry(image: FirmwareImage) -> int:
    """Where a loader starts a firmware in RAM: its entry, or its first byte."""
    return (image.segments[0].address if image.entry is None else image.entry) & ~1


def _check_entry(image: FirmwareImage, regions: MemoryMap) -> None:
    entry = ram_entry(image)
    if _read(image, regions, entry, 2) is None:
        raise FirmwareError(
            f"{image.path}: entry {hex32(entry)} is outside the loaded firmware; check the"
            " linker script (ENTRY)"
        )


def vectors_behind_bootloader(
    image: FirmwareImage, memories: Sequence[Memory], vector_table: int
) -> int | None:
    """Where a bootloader would find the vector table of a firmware that leaves its place free.

    That is the first address of the firmware in flash, or `MCUBOOT_HEADER_BYTES` behind it. None:
    the firmware has something at `vector_table`, where the chip starts, or no such table.
    """
    regions = MemoryMap(memories)
    if image.arch is not Arch.ARM or _read(image, regions, vector_table, 8) is not None:
        return None
    starts = [s.address for s in image.segments if regions.kind_at(s.address) == "flash"]
    if not starts:
        return None
    for table in (starts[0], starts[0] + MCUBOOT_HEADER_BYTES):
        words = _read(image, regions, table, 8)
        if table % VECTOR_TABLE_ALIGNMENT or words is None:
            continue
        if not _vectors_problem(image, regions, words):
            return table
    return None


def check_architecture(image: FirmwareImage, riscv: bool, core: str) -> None:
    """Check that an ELF is for the board's core, and begins within its own code.

    `riscv` tells what the core executes, `core` its name. Raises FirmwareError.
    """
    if image.entry is None:
        return  # no ELF, and nothing known
    if (image.arch is Arch.RISCV) != riscv:
        name = "RISC-V" if image.arch is Arch.RISCV else "Arm"
        raise FirmwareError(
            f"{image.path}: a program for {name}, and the board's core is {core}; check --board"
        )
    if riscv and image.read(image.entry, 2) is None:
        raise FirmwareError(
            f"{image.path}: entry {hex32(image.entry)} is outside the loaded firmware; check the"
            " linker script (ENTRY)"
        )


def check_hart_start(
    image: FirmwareImage, memories: Sequence[Memory], start: int, *, rom_first: bool
) -> None:
    """Check that a RISC-V hart finds the firmware where it starts, at `start`.

    With `rom_first` that is the boot ROM, which needs the firmware's entry. An ELF tells it
    (`check_architecture`). Raises FirmwareError.
    """
    if image.entry is not None:
        return
    if rom_first:
        raise FirmwareError(
            f"{image.path}: this format tells no entry, which the chip's boot ROM needs; give the"
            " ELF, or the image that the vendor's tool makes of it"
        )
    if _read(image, MemoryMap(memories), start, 2) is None:
        raise FirmwareError(
            f"{image.path}: no code at {hex32(start)}, where the hart starts: the first loaded byte"
            f" is at {hex32(image.segments[0].address)}; {_ADVICE}"
        )


def _ranges(
    image: FirmwareImage, devices: Sequence[Device], flashed: Sequence[Device]
) -> Iterable[tuple[str, int, int]]:
    """Return what has to lie in a memory: loaded segments, then sections where they are used."""
    for segment in image.segments:
        if not _is_within(segment.address, segment.end, flashed):
            yield "segment", segment.address, len(segment.data)
    for section in image.sections:
        if not section.reserved and not _is_within(section.vma, section.end, devices):
            yield f"section {section.name}", section.vma, section.size


def _is_within(start: int, end: int, devices: Sequence[Device]) -> bool:
    return any(
        device.base <= start and end <= device.base + device.size_bytes for device in devices
    )


def _check_inside(
    image: FirmwareImage, regions: MemoryMap, what: str, address: int, size: int
) -> None:
    reached = regions.covered_until(address, address + size)
    if reached == address + size:
        return
    where = f"{image.path}: {what} {span(address, size)} ({size:,} B)"
    board = f"the board has {regions.describe() or 'no memory'}"
    block = regions.block_around(reached - 1) if reached > address else None
    if block is None:
        raise FirmwareError(f"{where} is outside the board's memory: {board}; {_ADVICE}")
    total, needed = block.end - block.start, address + size - block.start
    raise FirmwareError(
        f"{where} does not fit: {block.memory.kind} {total:,} B, needs {needed:,} B:"
        f" {needed - total:,} B too many; {board}; {_ADVICE}"
    )


def _check_overlaps(image: FirmwareImage, regions: MemoryMap) -> None:
    # By the memory's first window: two aliases of an address are one byte.
    placed = sorted((regions.main_address(s.address), len(s.data)) for s in image.segments)
    for (first, size), (second, second_size) in pairwise(placed):
        if first + size > second:
            raise FirmwareError(
                f"{image.path}: segments {span(first, size)} and {span(second, second_size)}"
                " overlap; check the load addresses in the linker script"
            )


def _check_vectors(image: FirmwareImage, regions: MemoryMap, table: int, pairs: bool) -> None:
    where = f"{image.path}: vector table at {hex32(table)}"
    words = _read(image, regions, table, 8)
    if words is None:
        raise FirmwareError(
            f"{image.path}: no vector table at {hex32(table)}, where the chip starts: the first"
            f" loaded byte is at {hex32(image.segments[0].address)}; {_ADVICE}"
            + ("; a Non-secure image needs its Secure one, too (--secure)" if pairs else "")
        )
    if problem := _vectors_problem(image, regions, words):
        raise FirmwareError(f"{where}: {problem}")


def _vectors_problem(image: FirmwareImage, regions: MemoryMap, words: bytes) -> str:
    """Return what keeps a core from starting by the first two words of a vector table, if any."""
    stack, reset = int.from_bytes(words[:4], "little"), int.from_bytes(words[4:], "little")
    # The stack grows downwards from a pointer that may stand just behind the memory.
    if regions.kind_at(stack - 1) != "ram":
        return (
            f"initial stack pointer {hex32(stack)} is not in RAM:"
            f" the board has {regions.describe()}; {_ADVICE}"
        )
    if _read(image, regions, reset & ~1, 2) is None:
        return f"reset vector {hex32(reset)} points outside the loaded firmware; {_ADVICE}"
    if not reset & 1:
        return (
            f"reset vector {hex32(reset)} has no Thumb bit (bit 0);"
            " declare the handler as a Thumb function (.thumb_func)"
        )
    return ""


def _read(image: FirmwareImage, regions: MemoryMap, address: int, size: int) -> bytes | None:
    """Read loaded bytes through any alias of their memory."""
    target = regions.main_address(address)
    for segment in image.segments:
        offset = target - regions.main_address(segment.address)
        if 0 <= offset <= len(segment.data) - size:
            return segment.data[offset : offset + size]
    return None
