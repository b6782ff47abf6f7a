"""Source lines by address of code."""

from __future__ import annotations

import posixpath
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping

from mcusim.firmware.dwarf import Sequence, Unit, units
from mcusim.firmware.dwarf_header import FileEntry, Text
from mcusim.firmware.names import clean

DEBUG_SECTIONS = (".debug_line", ".debug_str", ".debug_line_str")

_MAX_ROWS = 4_000_000
_MAX_SECTION_BYTES = 16 << 20
"""Where decoding stops: seconds of work, several times what a large C++ firmware has."""
_MAX_TEXT_BYTES = 4096
_NO_FILE = 0


class LineTable:
    """Rows (address, file, line), sorted by address; a row holds up to the next one's address."""

    def __init__(self, sections: Mapping[str, bytes]) -> None:
        """`sections` are those that file names refer to."""
        self._sections = sections
        self._files: list[FileEntry] = [FileEntry(None, None)]
        self._addresses = array("Q")
        self._row_files = array("L")
        self._row_lines = array("L")

    @classmethod
    def empty(cls) -> LineTable:
        """Return the table of a file without debug information."""
        return cls({})

    @classmethod
    def decode(
        cls, sections: Mapping[str, bytes], has_function_at: Callable[[int], bool]
    ) -> LineTable:
        """Decode all line programs. Never raises: what can't be decoded has no lines.

        `has_function_at` tells whether a function starts at an address. Linkers leave the lines of
        code that they dropped at address 0, where a microcontroller has its vector table.
        """
        table = cls(sections)
        kept: list[tuple[int, int, Sequence]] = []
        rows = 0
        for unit in units(sections.get(".debug_line", b"")[:_MAX_SECTION_BYTES]):
            shift = table._add_files(unit)
            for sequence in unit.sequences:
                if sequence.start or has_function_at(0):
                    kept.append((sequence.start, shift, sequence))
                    rows += len(sequence.addresses)
            if rows > _MAX_ROWS:
                break
        kept.sort(key=lambda item: item[0])
        table._add_rows((shift, sequence) for _, shift, sequence in kept)
        return table

    def _add_files(self, unit: Unit) -> int:
        """Append the unit's files; return what turns its file numbers into ours."""
        shift = len(self._files) - unit.first_file
        self._files.extend(unit.files)
        return shift

    def _add_rows(self, sequences: Iterable[tuple[int, Sequence]]) -> None:
        covered = 0
        for shift, sequence in sequences:
            # Two sequences for one address contradict each other; the first decides.
            if sequence.start < covered:
                continue
            if self._addresses and sequence.start == covered:
                self._addresses.pop()
                self._row_files.pop()
                self._row_lines.pop()
            covered = sequence.end
            self._addresses.extend(sequence.addresses)
            self._row_files.extend(self._file_number(f + shift) for f in sequence.files)
            self._row_lines.extend(sequence.lines)
            self._addresses.append(covered)
            self._row_files.append(_NO_FILE)
            self._row_lines.append(0)

    def _file_number(self, number: int) -> int:
        return number if number < len(self._files) else _NO_FILE

    def source_at(self, address: int) -> tuple[str, int] | None:
        """Return the source file's path as the compiler recorded it, and the line. Never raises.

        The path of a compiler older than DWARF 5 is relative to the folder of the compilation.
        """
        index = bisect_right(self._addresses, address) - 1
        if index < 0:
            return None
        line = self._row_lines[index]
        path = self._path(self._files[self._row_files[index]])
        return (path, line) if path and line else None

    def line_at(self, address: int) -> str:
        """Return `file.c:123` for an address of code, or "" when unknown. Never raises."""
        source = self.source_at(address)
        return "" if source is None else f"{posixpath.basename(source[0])}:{source[1]}"

    def _path(self, entry: FileEntry) -> str:
        name = self._text(entry.name).replace("\\", "/")
        return posixpath.join(self._text(entry.directory).replace("\\", "/"), name) if name else ""

    def _text(self, text: Text | None) -> str:
        if text is None:
            return ""
        data = self._sections.get(text.section, b"")
        end = data.find(b"\0", text.offset, text.offset + _MAX_TEXT_BYTES)
        return clean(data[text.offset : end]) if end >= 0 else ""
