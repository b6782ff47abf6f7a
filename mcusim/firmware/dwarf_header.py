"""Headers of DWARF line programs: opcode parameters and the table of files (DWARF 5, 6.2.4)."""

from __future__ import annotations

from typing import NamedTuple

_MAX_LEB_BITS = 63
_LNCT_PATH, _LNCT_DIRECTORY = 1, 2
_FORM_STRING, _FORM_STRP, _FORM_LINE_STRP, _FORM_UDATA = 0x08, 0x0E, 0x1F, 0x0F
_FIXED_FORMS = {0x0B: 1, 0x05: 2, 0x06: 4, 0x07: 8, 0x1E: 16}
_BLOCK_FORM = 0x09


class DwarfError(Exception):
    """A line program that can't be decoded; it stays inside this package."""


class Text(NamedTuple):
    """A string by reference: read when it is asked for, so that no file can make us copy much."""

    section: str
    """".debug_line", ".debug_str" or ".debug_line_str"."""
    offset: int


class FileEntry(NamedTuple):
    name: Text | None
    directory: Text | None


class Cursor:
    """Reads numbers from a part of the section; DwarfError at its end."""

    def __init__(self, data: bytes, position: int, end: int) -> None:
        self.data, self.position, self.end = data, position, end

    def fixed(self, size: int) -> int:
        start = self.position
        self.position += size
        if self.position > self.end:
            raise DwarfError("line program ends early")
        return int.from_bytes(self.data[start : self.position], "little")

    def uleb(self) -> int:
        value, self.position = uleb(self.data, self.position)
        if self.position > self.end:
            raise DwarfError("line program ends early")
        return value

    def text(self) -> tuple[Text, bool]:
        """Return an inline string and whether it is empty."""
        start = self.position
        stop = self.data.find(b"\0", start, self.end)
        if stop < 0:
            raise DwarfError("string without end")
        self.position = stop + 1
        return Text(".debug_line", start), stop == start


class Header(NamedTuple):
    minimum_length: int
    line_base: int
    line_range: int
    opcode_base: int
    operand_counts: bytes


def read_files(cursor: Cursor, version: int, offset_size: int) -> list[FileEntry]:
    """Read the file table that follows the header."""
    return _files5(cursor, offset_size) if version >= 5 else _files2(cursor)


def read_header(cursor: Cursor, version: int) -> Header:
    """Read the opcode parameters, which follow the header's length."""
    minimum_length = cursor.fixed(1)
    if version >= 4:
        cursor.fixed(1)  # operations per instruction: 1 on machines that are not VLIW
    cursor.fixed(1)  # is_stmt does not matter: every row tells the line of an address
    line_base = (cursor.fixed(1) ^ 0x80) - 0x80
    line_range, opcode_base = cursor.fixed(1), cursor.fixed(1)
    if line_range == 0 or opcode_base == 0:
        raise DwarfError("impossible header")
    counts = bytes(cursor.fixed(1) for _ in range(opcode_base - 1))
    return Header(minimum_length, line_base, line_range, opcode_base, counts)


def _files2(cursor: Cursor) -> list[FileEntry]:
    # Directory 0 is the compilation's own, which only .debug_info names.
    directories: list[Text | None] = [None]
    while not (entry := cursor.text())[1]:
        directories.append(entry[0])
    files = []
    while not (entry := cursor.text())[1]:
        index = cursor.uleb()
        cursor.uleb()  # time of last change
        cursor.uleb()  # size in bytes
        files.append(FileEntry(entry[0], _item(directories, index)))
    return files


def _files5(cursor: Cursor, offset_size: int) -> list[FileEntry]:
    directories = [name for name, _ in _entries5(cursor, offset_size)]
    entries = _entries5(cursor, offset_size)
    return [FileEntry(name, _item(directories, index)) for name, index in entries]


def _entries5(cursor: Cursor, offset_size: int) -> list[tuple[Text | None, int]]:
    formats = [(cursor.uleb(), cursor.uleb()) for _ in range(cursor.fixed(1))]
    count = cursor.uleb()
    # Every form takes at least a byte, which bounds the number of entries.
    if count and (not formats or count > cursor.end - cursor.position):
        raise DwarfError("more files than bytes")
    entries = []
    for _ in range(count):
        name, directory = None, 0
        for content, form in formats:
            value = _form(cursor, form, offset_size)
            if content == _LNCT_PATH and isinstance(value, Text):
                name = value
            elif content == _LNCT_DIRECTORY and isinstance(value, int):
                directory = value
        entries.append((name, directory))
    return entries


def _form(cursor: Cursor, form: int, offset_size: int) -> Text | int:
    if form == _FORM_STRING:
        return cursor.text()[0]
    if form == _FORM_LINE_STRP:
        return Text(".debug_line_str", cursor.fixed(offset_size))
    if form == _FORM_STRP:
        return Text(".debug_str", cursor.fixed(offset_size))
    if form == _FORM_UDATA:
        return cursor.uleb()
    if form == _BLOCK_FORM:
        cursor.fixed(cursor.uleb())
        return 0
    if form in _FIXED_FORMS:
        return cursor.fixed(_FIXED_FORMS[form])
    raise DwarfError(f"form {form:#x}")


def _item(items: list[Text | None], index: int) -> Text | None:
    return items[index] if index < len(items) else None


def uleb(data: bytes, position: int) -> tuple[int, int]:
    """Decode an unsigned LEB128 number; return it and the position behind it."""
    value = shift = 0
    while True:
        byte = data[position]
        position += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:
            return value, position
        shift += 7
        if shift > _MAX_LEB_BITS:
            raise DwarfError("number too long")
