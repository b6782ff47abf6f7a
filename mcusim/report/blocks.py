"""The few building blocks that the text report is made of, on top of Rich."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from rich.console import Group, JustifyMethod, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from mcusim.report.figures import plain

INDENT = 2
GAP = 2
NAME_WIDTH_MIN = 8
NAME_WIDTH_GOOD = 24
SIDE_BY_SIDE_WIDTH = 96
LEVEL_STYLE = {"good": "green", "plain": "", "note": "yellow", "bad": "bold red"}


def text(content: str, style: str = "") -> Text:
    """One line from data: nothing in it is markup, control characters are made visible."""
    return Text(plain(content), style=style, overflow="ellipsis", no_wrap=True)


def paragraph(content: str, style: str = "") -> Text:
    """As `text`, but wrapped."""
    return Text(plain(content), style=style)


def section(title: str, *body: RenderableType, note: str = "") -> Group:
    """A blank line, a bold title with a remark beside it, and the indented body."""
    heading = Text(plain(title), style="bold")
    if note:
        heading.append(f"  {plain(note)}", style="not bold dim")
    return Group("", heading, *(Padding(part, (0, 0, 0, INDENT)) for part in body))


class Column(NamedTuple):
    """A column of a table; those with a higher `spare` are left out first on a narrow terminal."""

    title: str
    right: bool = True
    spare: int = 0


def table(columns: Sequence[Column], rows: Iterable[Sequence[str]], width: int) -> Table:
    """A table without lines in which figures stay whole: the first column alone is shortened."""
    cells = [[plain(cell) for cell in row] for row in rows]
    widths = [max(map(len, [c.title, *(r[i] for r in cells)])) for i, c in enumerate(columns)]
    kept = _fitting(columns, widths, width - INDENT)
    others = sum(widths[i] + GAP for i in kept[1:])
    grid = Table(box=None, padding=(0, GAP, 0, 0), pad_edge=False, header_style="dim")
    for i in kept:
        room = widths[i] if i else max(NAME_WIDTH_MIN, min(widths[0], width - INDENT - others))
        side: JustifyMethod = "right" if columns[i].right else "left"
        grid.add_column(columns[i].title, justify=side, no_wrap=True, width=room)
    for row in cells:
        grid.add_row(*(text(row[i]) for i in kept))
    return grid


def _fitting(columns: Sequence[Column], widths: Sequence[int], width: int) -> list[int]:
    """Numbers of the columns that fit into `width` with a first column that can be read."""
    kept = list(range(len(columns)))
    name = min(widths[0], NAME_WIDTH_GOOD)
    while name + sum(widths[i] + GAP for i in kept[1:]) > width:
        spare = max(kept, key=lambda i: columns[i].spare)
        if not columns[spare].spare:
            break
        kept.remove(spare)
    return kept


def pairs(rows: Iterable[tuple[str, RenderableType]]) -> Table:
    """Labels on the left, what belongs to them on the right."""
    grid = Table.grid(padding=(0, 2, 0, 0))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(overflow="fold")
    for label, value in rows:
        grid.add_row(label, value)
    return grid


def beside(left: RenderableType, right: RenderableType, width: int) -> RenderableType:
    """Two parts side by side where the terminal is wide enough, otherwise one below the other."""
    if width < SIDE_BY_SIDE_WIDTH:
        return Group(left, right)
    grid = Table.grid(padding=(0, 4, 0, 0))
    grid.add_column(ratio=1)
    grid.add_column(ratio=1)
    grid.expand = True
    grid.add_row(left, right)
    return grid
