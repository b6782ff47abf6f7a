"""Memory accounting: what of the firmware takes flash, what takes RAM before the first instruction.

With the board's memories a section is counted where its addresses lie. Without them, everything
that is stored takes flash, and RAM holds what has no contents (.bss) or is copied (.data).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal

from mcusim.firmware.image import FirmwareImage, Section
from mcusim.firmware.memorymap import MemoryMap
from mcusim.firmware.symbols import Symbol
from mcusim.result import SizeRow

if TYPE_CHECKING:
    from mcusim.boards.schema import Memory

MemoryName = Literal["flash", "ram", "both"]


def flash_sections(image: FirmwareImage, memories: Sequence[Memory] = ()) -> list[SizeRow]:
    """Return what is stored in flash, by load address, with the initial values of .data.

    An HEX or raw binary file has no sections: its segments are listed instead.
    """
    regions = MemoryMap(memories)
    if not image.sections:
        return [
            SizeRow(name="(image)", address=s.address, size_bytes=len(s.data), memory="flash")
            for s in image.segments
            if _stored_in_flash(regions, s.address)
        ]
    rows = [(s.lma, s) for s in image.sections if _in_flash(s, regions)]
    return [_row(address, s, regions) for address, s in sorted(rows, key=lambda r: r[0])]


def ram_sections(image: FirmwareImage, memories: Sequence[Memory] = ()) -> list[SizeRow]:
    """Return the static data in RAM by address: .data, .bss, .noinit; no heap or stack."""
    regions = MemoryMap(memories)
    rows = [(s.vma, s) for s in image.sections if _in_ram(s, regions)]
    return [_row(address, s, regions) for address, s in sorted(rows, key=lambda r: r[0])]


def reserved_sections(image: FirmwareImage) -> list[SizeRow]:
    """Return the space that the linker script reserves for heap and stack; not static data."""
    return [
        SizeRow(name=s.name, address=s.vma, size_bytes=s.size, memory="ram")
        for s in image.sections
        if s.reserved
    ]


def flash_bytes(image: FirmwareImage, memories: Sequence[Memory] = ()) -> int:
    """Return the sum of `flash_sections`, in bytes."""
    return sum(row.size_bytes for row in flash_sections(image, memories))


def static_ram_bytes(image: FirmwareImage, memories: Sequence[Memory] = ()) -> int:
    """Return the sum of `ram_sections`, in bytes."""
    return sum(row.size_bytes for row in ram_sections(image, memories))


def largest_symbols(
    image: FirmwareImage, n: int = 20, memories: Sequence[Memory] = ()
) -> list[SizeRow]:
    """Return the n largest functions and objects, demangled, largest first."""
    regions = MemoryMap(memories)
    homes = sorted((s for s in image.sections if not s.reserved), key=lambda s: s.vma)
    candidates = [*image.symbols.functions, *image.symbols.objects]
    rows: list[SizeRow] = []
    for symbol in sorted(candidates, key=lambda s: (-s.size, s.address, s.name)):
        if len(rows) >= n:
            break
        if (memory := _symbol_memory(symbol, homes, regions)) is not None:
            rows.append(
                SizeRow(name=symbol.display, address=symbol.address, size_bytes=symbol.size,
                        memory=memory)
            )  # fmt: skip
    return rows


def _symbol_memory(symbol: Symbol, homes: list[Section], regions: MemoryMap) -> MemoryName | None:
    """Return where a symbol is; None for one that no section holds whole (a wrong size)."""
    index = bisect_right(homes, symbol.address, key=lambda s: s.vma) - 1
    if index < 0 or symbol.end > homes[index].end:
        return None
    return _memory(homes[index], regions)


def _memory(section: Section, regions: MemoryMap) -> MemoryName:
    if not _in_ram(section, regions):
        return "flash"
    return "both" if _in_flash(section, regions) else "ram"


def _row(address: int, section: Section, regions: MemoryMap) -> SizeRow:
    memory = _memory(section, regions)
    return SizeRow(name=section.name, address=address, size_bytes=section.size, memory=memory)


def _in_flash(section: Section, regions: MemoryMap) -> bool:
    return section.loaded and _stored_in_flash(regions, section.lma)


def _stored_in_flash(regions: MemoryMap, lma: int) -> bool:
    # What lies in no memory is in flash of a device's own (UICR): placement refuses the rest.
    kind = regions.kind_at(lma)
    return kind != "ram" and (kind is not None or not regions.windows)


def _in_ram(section: Section, regions: MemoryMap) -> bool:
    if section.reserved:
        return False
    kind = regions.kind_at(section.vma)
    if kind is None:
        return not section.loaded or section.vma != section.lma
    return kind == "ram"
