"""Debug information of an ELF, opened with bounds, and its compilation units by address."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Iterator
from typing import NamedTuple

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.dwarfinfo import DebugSectionDescriptor, DWARFInfo
from elftools.dwarf.ranges import BaseAddressEntry
from elftools.elf.elffile import ELFFile

from mcusim.firmware.untrusted import Meter, MeteredBytes

_MAX_BYTES = 256 << 20
"""Most bytes of all debug sections, unpacked."""
_MAX_LINE_BYTES = 16 << 20
"""Most bytes of .debug_line, several times what a large C++ firmware has."""
_MAX_INDEX_READS = 1_000_000
"""For each half of the index: some four seconds."""
_MAX_CANDIDATES = 8
_SET = struct.Struct("<IHIBB")
"""Head of a set of .debug_aranges (DWARF 5, 6.1.2): one compilation unit's."""
_PAIR = struct.Struct("<II")
"""Address and length."""
_LENGTH_BYTES = 4
_SECTIONS_READ = (".debug_", ".eh_frame", ".gnu_debug")


def open_debug_info(elf: ELFFile, meter: Meter) -> DWARFInfo | None:
    """Return the debug information, whose reading the meter bounds; None without line programs.

    Raises what the library raises.
    """
    sections = list(elf.iter_sections())
    names = {section.name for section in sections}
    # .zdebug_ sections unpack without a limit; no compiler of the last ten years makes them.
    if ".zdebug_info" in names or ".debug_line" not in names:
        return None
    if sum(s.data_size for s in sections if s.name.startswith(_SECTIONS_READ)) > _MAX_BYTES:
        return None
    info = elf.get_dwarf_info(relocate_dwarf_sections=False, follow_links=False)
    for name, section in list(vars(info).items()):
        if isinstance(section, DebugSectionDescriptor):
            section.stream.seek(0)
            stream = MeteredBytes(section.stream.read(), meter)
            setattr(info, name, section._replace(stream=stream))
    too_large = info.debug_line_sec is None or info.debug_line_sec.size > _MAX_LINE_BYTES
    return None if too_large or info.debug_info_sec is None else info


class _Range(NamedTuple):
    start: int
    end: int
    unit: int
    """Offset of the compilation unit in .debug_info."""


class UnitIndex:
    """Finds the compilation units that cover an address; each half is built when first needed."""

    def __init__(self, info: DWARFInfo, meter: Meter) -> None:
        self._info = info
        self._meter = meter
        self._listed: list[_Range] | None = None
        self._others: list[_Range] | None = None

    def units_at(self, address: int) -> Iterator[int]:
        """Return offsets of units in .debug_info, the likeliest first. Never raises."""
        if self._listed is None:
            self._listed = self._collect(self._ranges_listed())
        yield from _covering(self._listed, address)
        if self._others is None:
            self._others = self._collect(self._ranges_of_others({r.unit for r in self._listed}))
        yield from _covering(self._others, address)

    def _collect(self, ranges: Iterator[_Range]) -> list[_Range]:
        """Return ranges in order; those in front of whatever can't be read."""
        collected: list[_Range] = []
        try:
            with self._meter.at_most(_MAX_INDEX_READS):
                collected.extend(r for r in ranges if r.start < r.end)
        except Exception:
            pass
        return sorted(collected)

    def _ranges_listed(self) -> Iterator[_Range]:
        """Return what .debug_aranges lists, which GCC makes and Clang does not.

        The library ends a set at its first range of 0 to 0. Code that the linker dropped has one,
        too, and a RISC-V compiler's distances are the linker's: so do those within such code.
        """
        section = self._info.debug_aranges_sec
        if section is None:
            return
        stream, at = section.stream, 0
        while at + _SET.size <= section.size:
            stream.seek(at)
            length, _, unit, address_bytes, segment_bytes = _SET.unpack(stream.read(_SET.size))
            end = min(at + _LENGTH_BYTES + length, section.size)
            if (address_bytes, segment_bytes) == (_PAIR.size // 2, 0):
                stream.seek(at + -(-_SET.size // _PAIR.size) * _PAIR.size)
                while stream.tell() + _PAIR.size <= end:
                    start, size = _PAIR.unpack(stream.read(_PAIR.size))
                    yield _Range(start, start + size, unit)
            at = end

    def _ranges_of_others(self, listed: set[int]) -> Iterator[_Range]:
        """Return what the units that .debug_aranges leaves out say of themselves."""
        for unit in self._info.iter_CUs():
            if unit.cu_offset not in listed:
                for start, end in _unit_ranges(self._info, unit):
                    yield _Range(start, end, unit.cu_offset)


def _covering(ranges: list[_Range], address: int) -> Iterator[int]:
    """Return the units of the ranges that start last in front of an address and reach over it.

    Ranges of code that the linker dropped start at 0 and may reach over code that is there.
    """
    after = bisect_right(ranges, address, key=lambda r: r.start)
    candidates = ranges[max(after - _MAX_CANDIDATES, 0) : after]
    for candidate in reversed(candidates):
        if candidate.start == candidates[-1].start and address < candidate.end:
            yield candidate.unit


def _unit_ranges(info: DWARFInfo, unit: CompileUnit) -> Iterator[tuple[int, int]]:
    attributes = unit.get_top_DIE().attributes
    low, high = attributes.get("DW_AT_low_pc"), attributes.get("DW_AT_high_pc")
    base = low.value if low is not None else 0
    if "DW_AT_ranges" in attributes:
        lists = info.range_lists()
        offset = attributes["DW_AT_ranges"].value
        for entry in lists.get_range_list_at_offset(offset, unit) if lists is not None else ():
            if isinstance(entry, BaseAddressEntry):
                base = entry.base_address
            else:
                shift = 0 if entry.is_absolute else base
                yield shift + entry.begin_offset, shift + entry.end_offset
    elif low is not None and high is not None:
        # An offset since DWARF 4, an address before.
        yield base, high.value if high.form.startswith("DW_FORM_addr") else base + high.value
