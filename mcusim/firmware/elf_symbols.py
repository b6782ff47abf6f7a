"""From an ELF symbol table to functions and objects."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from elftools.elf.constants import SH_FLAGS
from elftools.elf.sections import Section as ElfSection
from elftools.elf.sections import Symbol as ElfSymbol
from elftools.elf.sections import SymbolTableSection

from mcusim.errors import FirmwareError
from mcusim.firmware.names import clean
from mcusim.firmware.symbols import Symbol, SymbolTable
from mcusim.firmware.untrusted import Meter, WorkLimitError

_MAX_SYMBOLS = 200_000
"""Four seconds of work; a symbol for each 20 B of the largest boards' flash."""
_READS_PER_SYMBOL = 48
"""On average: a symbol takes about 8 and one more for each 64 bytes of its name."""
_NOTYPE, _OBJECT = "STT_NOTYPE", "STT_OBJECT"
_FUNCTIONS = ("STT_FUNC", "STT_LOOS")
"""10, the first number of the operating system's range, is GNU's STT_GNU_IFUNC."""
_RANK = {"STB_GLOBAL": 0, "STB_WEAK": 1, "STB_LOCAL": 2}
"""Binding in order of preference for one address: global, weak, local."""
_UNTYPED = 4
"""Added to the rank of a symbol without type: any other alias of the address is preferred."""
_LOCAL_LABEL = _UNTYPED + _RANK["STB_LOCAL"]
"""Rank from which a symbol is a local label without type."""


class _Raw(NamedTuple):
    address: int
    rank: int
    name: str
    size: int
    kind: str
    section: ElfSection | None


def read_symbols(path: str, sections: Sequence[ElfSection], meter: Meter) -> SymbolTable:
    """Read the first symbol table among the file's sections, which are given by index.

    Raises FirmwareError beyond the limits on its size. An entry that makes no sense is left out.
    """
    table = next((s for s in sections if s["sh_type"] == "SHT_SYMTAB"), None)
    if not isinstance(table, SymbolTableSection):
        return SymbolTable.empty()
    count = table.num_symbols()
    if count > _MAX_SYMBOLS:
        raise FirmwareError(f"{path}: more than {_MAX_SYMBOLS:,} symbols; strip local symbols")
    try:
        with meter.at_most((count + 1) * _READS_PER_SYMBOL):
            raw = [r for symbol in table.iter_symbols() if (r := _read(symbol, sections))]
    except WorkLimitError:
        raise FirmwareError(f"{path}: corrupt ELF: endless symbol names; build it again") from None
    return _table(raw)


def _table(raw: list[_Raw]) -> SymbolTable:
    raw.sort(key=lambda r: (r.address, r.rank, r.name))
    objects = [
        Symbol(r.name, r.address, r.size, "object") for r in raw if r.kind == _OBJECT and r.size
    ]
    values: dict[str, int] = {}
    for entry in sorted(raw, key=lambda r: r.rank % _UNTYPED):
        values.setdefault(entry.name, entry.address)
    return SymbolTable(_functions(raw), objects, values)


def _read(symbol: ElfSymbol, sections: Sequence[ElfSection]) -> _Raw | None:
    """Return what is kept of a symbol; None for sections, files and undefined symbols."""
    entry, name = symbol.entry, symbol.name
    kind, index = entry["st_info"]["type"], entry["st_shndx"]
    if index == "SHN_UNDEF" or kind not in (_NOTYPE, _OBJECT, *_FUNCTIONS):
        return None
    # A name that begins with `$` is a mapping symbol: code or data inside a section (AAELF32).
    if not name or name.startswith("$"):
        return None
    section = None
    if isinstance(index, int) and index < len(sections):
        section = sections[index] if sections[index]["sh_flags"] & SH_FLAGS.SHF_ALLOC else None
    rank = _RANK.get(entry["st_info"]["bind"], 3) + (_UNTYPED if kind == _NOTYPE else 0)
    is_code = kind in _FUNCTIONS or (kind == _NOTYPE and _is_executable(section))
    address = entry["st_value"] & ~1 if is_code else entry["st_value"]
    return _Raw(address, rank, clean(name), entry["st_size"], kind, section)


def _is_executable(section: ElfSection | None) -> bool:
    return section is not None and bool(section["sh_flags"] & SH_FLAGS.SHF_EXECINSTR)


def _end(section: ElfSection) -> int:
    return int(section["sh_addr"] + section["sh_size"])


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
    starts = [r.address for r in raw if r.rank < _LOCAL_LABEL]
    return _with_sizes(kept, starts)


def _is_code_label(entry: _Raw) -> bool:
    section = entry.section
    if section is None or not _is_executable(section) or entry.rank >= _LOCAL_LABEL:
        return False
    return bool(section["sh_addr"] <= entry.address < _end(section))


def _with_sizes(kept: list[_Raw], starts: list[int]) -> list[Symbol]:
    """Fill missing sizes up to the next of `starts`, at most to the end of the section."""
    functions = []
    for entry in kept:
        size = entry.size
        if not size and entry.section is not None:
            index = bisect_right(starts, entry.address)
            end = _end(entry.section)
            following = starts[index] if index < len(starts) else end
            size = max(min(following, end) - entry.address, 0)
        functions.append(Symbol(entry.name, entry.address, size, "function"))
    return functions
