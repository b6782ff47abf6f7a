"""Decoding of an ELF symbol table into functions and objects."""

from __future__ import annotations

import struct
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from mcusim.errors import FirmwareError
from mcusim.firmware.names import clean
from mcusim.firmware.symbols import Symbol, SymbolTable

_MAX_SYMBOLS = 500_000
_MAX_NAME_BYTES = 16 << 10
_MAX_ALL_NAME_BYTES = 64 << 20
_ENTRY = struct.Struct("<IIIBBH")
_NOTYPE, _OBJECT, _FUNC, _GNU_IFUNC = 0, 1, 2, 10
_RANK = {1: 0, 2: 1, 0: 2}
"""Binding in order of preference for one address: global, weak, local."""
_UNTYPED = 4
"""Added to the rank of a symbol without type: any other alias of the address is preferred."""


class SectionRange(NamedTuple):
    """Where a section of the symbol table's indices is."""

    start: int
    end: int
    executable: bool


class _Raw(NamedTuple):
    address: int
    rank: int
    name: str
    size: int
    kind: int
    section: SectionRange | None


def parse_symbols(
    path: str, table: bytes, strings: bytes, sections: Sequence[SectionRange | None]
) -> SymbolTable:
    """Decode a symbol table and its strings; `sections` by section index, None if not allocated.

    Raises FirmwareError beyond the limits on its size. An entry that makes no sense is left out.
    """
    raw = _read(path, table, strings, sections)
    raw.sort(key=lambda r: (r.address, r.rank, r.name))
    objects = [
        Symbol(r.name, r.address, r.size, "object") for r in raw if r.kind == _OBJECT and r.size
    ]
    values: dict[str, int] = {}
    for entry in sorted(raw, key=lambda r: r.rank % _UNTYPED):
        values.setdefault(entry.name, entry.address)
    return SymbolTable(_functions(raw), objects, values)


def _read(
    path: str, table: bytes, strings: bytes, sections: Sequence[SectionRange | None]
) -> list[_Raw]:
    if len(table) // _ENTRY.size > _MAX_SYMBOLS:
        raise FirmwareError(f"{path}: more than {_MAX_SYMBOLS:,} symbols; strip local symbols")
    symbols = []
    budget = _MAX_ALL_NAME_BYTES
    whole = table[: len(table) - len(table) % _ENTRY.size]
    for offset, value, size, info, _, index in _ENTRY.iter_unpack(whole):
        kind = info & 0xF
        # Index 0: undefined. Kinds 3 and 4: section and file names.
        if index == 0 or kind not in (_NOTYPE, _OBJECT, _FUNC, _GNU_IFUNC):
            continue
        end = strings.find(b"\0", offset, offset + _MAX_NAME_BYTES)
        # A name that begins with `$` is a mapping symbol: code or data inside a section (AAELF32).
        if end <= offset or strings.startswith(b"$", offset):
            continue
        budget -= end - offset
        if budget < 0:
            raise FirmwareError(f"{path}: corrupt ELF: endless symbol names; build it again")
        section = sections[index] if index < len(sections) else None
        rank = _RANK.get(info >> 4, 3) + (_UNTYPED if kind == _NOTYPE else 0)
        is_code = kind in (_FUNC, _GNU_IFUNC) or (
            kind == _NOTYPE and section is not None and section.executable
        )
        address = value & ~1 if is_code else value
        symbols.append(_Raw(address, rank, clean(strings[offset:end]), size, kind, section))
    return symbols


def _functions(raw: Sequence[_Raw]) -> list[Symbol]:
    """Return functions by address, missing sizes filled up to the next symbol.

    `raw` is sorted by address. Assembly code often lacks types: a global label in an executable
    section counts as a function unless it lies in one that has a size.
    """
    kept: list[_Raw] = []
    covered = 0
    for entry in raw:
        if entry.kind == _OBJECT:
            continue
        if entry.kind == _NOTYPE:
            if entry.address < covered or not _is_code_label(entry):
                continue
        else:
            covered = max(covered, entry.address + entry.size)
        kept.append(entry)
    # Local labels without type are inside functions, all other symbols between them.
    starts = [r.address for r in raw if r.rank < _UNTYPED + _RANK[0]]
    return _with_sizes(kept, starts)


def _is_code_label(entry: _Raw) -> bool:
    section = entry.section
    if section is None or not section.executable or entry.rank >= _UNTYPED + _RANK[0]:
        return False
    return section.start <= entry.address < section.end


def _with_sizes(kept: list[_Raw], starts: list[int]) -> list[Symbol]:
    """Fill missing sizes up to the next of `starts`, at most to the end of the section."""
    functions = []
    for entry in kept:
        size = entry.size
        if not size and entry.section is not None:
            index = bisect_right(starts, entry.address)
            following = starts[index] if index < len(starts) else entry.section.end
            size = max(min(following, entry.section.end) - entry.address, 0)
        functions.append(Symbol(entry.name, entry.address, size, "function"))
    return functions
