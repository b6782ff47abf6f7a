"""Line programs (DWARF 5, section 6.2), decoded one compilation unit at a time."""

from __future__ import annotations

import copy
import posixpath
from array import array
from collections.abc import Callable, Iterable, Iterator
from functools import cached_property
from typing import Any, NamedTuple

from elftools.dwarf.compileunit import CompileUnit
from elftools.dwarf.dwarfinfo import DWARFInfo
from elftools.dwarf.enums import DW_FORM_raw2name
from elftools.dwarf.lineprogram import LineProgram, LineState
from elftools.elf.elffile import ELFFile

from mcusim.firmware.debug_info import UnitIndex, open_debug_info
from mcusim.firmware.image import ADDRESS_SPACE
from mcusim.firmware.lines import Place, Rows
from mcusim.firmware.names import clean
from mcusim.firmware.untrusted import Meter, WorkLimitError

_MAX_READS = 2_000_000
"""Of the index and all units, beside what their size explains: some six seconds."""
_READS_PER_BYTE = 2
"""Of .debug_line: compilers' programs take 1.5 or less, which is some 4 s for a megabyte."""
_MAX_UNIT_READS = 300_000
"""Of one unit: the largest source files take a half; it bounds the memory to some 200 MB."""
_MAX_FAILURES = 100
_MAX_FILES = 20_000
_MAX_LINE = 1 << 31
_MAX_NAME_BYTES = 4096


class DebugLines:
    """The line programs of an ELF. Never raises: what can't be decoded has no lines."""

    def __init__(self, elf: ELFFile, has_function_at: Callable[[int], bool]) -> None:
        """`has_function_at` tells whether a function starts at an address. Linkers leave the lines
        of code that they dropped at address 0, where a microcontroller has its vector table.
        """
        self._elf = elf
        self._has_function_at = has_function_at
        self._meter = Meter(_MAX_READS)
        self._rows: dict[int, Rows] = {}
        self._failures = 0

    def rows_at(self, address: int) -> Iterator[Rows]:
        """Return the rows of the units that may cover an address."""
        if self._index is not None:
            for unit in self._index.units_at(address):
                if unit not in self._rows:
                    self._rows[unit] = self._decode(unit)
                yield self._rows[unit]

    @cached_property
    def _info(self) -> DWARFInfo | None:
        try:
            info = open_debug_info(self._elf, self._meter)
        except Exception:
            return None
        if info is not None and info.debug_line_sec is not None:
            self._meter.total += _READS_PER_BYTE * info.debug_line_sec.size
        return info

    @cached_property
    def _index(self) -> UnitIndex | None:
        return None if self._info is None else UnitIndex(self._info, self._meter)

    def _decode(self, offset: int) -> Rows:
        """Return the rows of the unit at an offset of .debug_info."""
        empty = Rows(array("Q"), [])
        if self._info is None or self._failures >= _MAX_FAILURES:
            return empty
        try:
            with self._meter.at_most(_MAX_UNIT_READS):
                unit = self._info.get_CU_at(offset)
                _check_file_tables(self._info, unit)
                program = self._info.line_program_for_CU(unit)
                return empty if program is None else self._rows_of(program)
        except Exception:
            self._failures += 1
            return empty

    def _rows_of(self, program: LineProgram) -> Rows:
        kept = [s for s in _sequences(program) if s.start or self._has_function_at(0)]
        kept.sort(key=lambda s: s.start)
        paths = _Paths(program)
        addresses, places, covered = array("Q"), list[Place | None](), 0
        for sequence in kept:
            # Two sequences for one address contradict each other; the first decides.
            if sequence.start < covered:
                continue
            covered = sequence.end
            addresses.extend(sequence.addresses)
            places.extend(paths.place(*row) for row in sequence.rows)
            addresses.append(covered)
            places.append(None)
        return Rows(addresses, places)


def _check_file_tables(info: DWARFInfo, unit: CompileUnit) -> None:
    """Raise for file tables (DWARF 5, 6.2.4) with more entries than any compiler makes.

    The library reads as many entries as the table says, and an entry may be empty: nothing else
    would bound that loop.
    """
    offset = unit.get_top_DIE().attributes.get("DW_AT_stmt_list")
    if offset is None or info.debug_line_sec is None:
        return
    structs: Any = unit.structs
    stream = info.debug_line_sec.stream
    byte, number = structs.Dwarf_uint8(""), structs.Dwarf_uleb128("")
    stream.seek(offset.value)
    structs.Dwarf_initial_length("").parse_stream(stream)
    if structs.Dwarf_uint16("").parse_stream(stream) < 5:
        return
    # Up to the number of opcodes: two sizes, the header's length, and five parameters.
    stream.read(2 + structs.dwarf_format // 8 + 5)
    stream.read(byte.parse_stream(stream) - 1)
    for _ in ("directories", "files"):
        forms = []
        for _ in range(byte.parse_stream(stream)):
            number.parse_stream(stream)
            forms.append(structs.Dwarf_dw_form[DW_FORM_raw2name[number.parse_stream(stream)]])
        count = number.parse_stream(stream)
        if count > _MAX_FILES:
            raise WorkLimitError(f"{count:,} files")
        for form in forms * count:
            form.parse_stream(stream)


class _Paths:
    """The paths of a line program's files, read when first asked for."""

    def __init__(self, program: LineProgram) -> None:
        header: Any = program.header
        self._files = header.get("file_entry") or ()
        self._folders = header.get("include_directory") or ()
        # Numbers of files and folders count from 1 before DWARF 5.
        self._first = 0 if header["version"] >= 5 else 1
        self._paths: dict[int, str] = {}

    def place(self, file: int, line: int) -> Place | None:
        """Return the line of a file by its number, None when there is no such file or line."""
        if file not in self._paths:
            self._paths[file] = self._path(file)
        path = self._paths[file]
        return Place(path, line) if path and 0 < line < _MAX_LINE else None

    def _path(self, number: int) -> str:
        entry = _item(self._files, number - self._first)
        if entry is None or not (name := _text(entry["name"])):
            return ""
        # Folder 0 before DWARF 5 is the compilation's own.
        folder = _item(self._folders, (entry["dir_index"] or 0) - self._first)
        return posixpath.join(_text(folder), name)


def _item(items: Any, index: int) -> Any:
    return items[index] if 0 <= index < len(items) else None


def _text(name: object) -> str:
    if not isinstance(name, bytes):
        return ""
    return clean(name[:_MAX_NAME_BYTES]).replace("\\", "/")


class _Sequence(NamedTuple):
    """Rows of one run of increasing addresses; row i holds up to the next row's address."""

    start: int
    end: int
    addresses: list[int]
    rows: list[tuple[int, int]]
    """Number of the file, line."""


def _sequences(program: LineProgram) -> Iterator[_Sequence]:
    """Decode a line program; a sequence without its end is left out."""
    states: list[LineState] = []
    # Of a copy: the decoded entries are large, and the original, which the library keeps, would
    # keep them too.
    for entry in copy.copy(program).get_entries():
        if entry.state is None:
            continue
        if not entry.state.end_sequence:
            states.append(entry.state)
            continue
        if (sequence := _sequence(states, entry.state.address)) is not None:
            yield sequence
        states = []


def _sequence(states: Iterable[LineState], end: int) -> _Sequence | None:
    """Compress rows: one an address (the last decides), one a change of file or line.

    None for a sequence that is empty, not in rising order or outside 32 bits.
    """
    addresses: list[int] = []
    rows: list[tuple[int, int]] = []
    for state in states:
        address, row = state.address, (state.file, state.line)
        if address > end or (addresses and address < addresses[-1]):
            return None
        if addresses and address == addresses[-1]:
            rows[-1] = row
        elif not rows or rows[-1] != row:
            addresses.append(address)
            rows.append(row)
    while addresses and addresses[-1] >= end:
        addresses.pop()
        rows.pop()
    if not addresses or end > ADDRESS_SPACE:
        return None
    return _Sequence(addresses[0], end, addresses, rows)
