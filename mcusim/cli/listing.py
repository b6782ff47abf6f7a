"""Tables of the catalogue commands, printed without Rich: they must be quick."""

from __future__ import annotations

from collections.abc import Sequence

from mcusim.cli import terminal


def write_table(titles: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Columns as wide as their content, two blanks apart."""
    lines = [titles, *rows]
    widths = [max(len(row[i]) for row in lines) for i in range(len(titles))]
    for row in lines:
        cells = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        terminal.write("  ".join(cells).rstrip())


def write_json(content: object) -> None:
    """Anything that msgspec knows, indented."""
    import msgspec

    terminal.write(msgspec.json.format(msgspec.json.encode(content), indent=2).decode())
