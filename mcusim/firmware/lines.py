"""Source lines by address of code."""

from __future__ import annotations

import posixpath
from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Place(NamedTuple):
    """A line of a source file."""

    path: str
    line: int


class Rows(NamedTuple):
    """The lines of one compilation unit: row i holds up to the next row's address."""

    addresses: array[int]
    places: list[Place | None]
    """None behind the end of a sequence."""

    def place_at(self, address: int) -> Place | None:
        """Return the line that an address comes from, as far as this unit tells."""
        index = bisect_right(self.addresses, address) - 1
        return self.places[index] if index >= 0 else None


class LineTable:
    """Look-up of source lines; units are decoded when an address in them is first asked for."""

    def __init__(self, rows_at: Callable[[int], Iterable[Rows]]) -> None:
        """`rows_at` returns the rows of the units that may cover an address; it never raises."""
        self.rows_at = rows_at

    @classmethod
    def empty(cls) -> LineTable:
        """Return the table of a file without debug information."""
        return cls(lambda address: ())

    def source_at(self, address: int) -> tuple[str, int] | None:
        """Return the source file's path as the compiler recorded it, and the line. Never raises.

        The path of a compiler older than DWARF 5 is relative to the folder of the compilation.
        """
        for rows in self.rows_at(address):
            if place := rows.place_at(address):
                return place.path, place.line
        return None

    def line_at(self, address: int) -> str:
        """Return `file.c:123` for an address of code, or "" when unknown. Never raises."""
        source = self.source_at(address)
        return "" if source is None else f"{posixpath.basename(source[0])}:{source[1]}"
