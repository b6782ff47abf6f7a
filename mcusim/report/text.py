"""The report of a run as text: one screen, the verdicts first."""

from __future__ import annotations

import io
import os
from collections.abc import Collection

from rich.console import Console, Group, RenderableType
from rich.table import Table

from mcusim.report import failure, figures, headline, sections
from mcusim.report.blocks import LEVEL_STYLE, paragraph, section, text
from mcusim.result import Result

OUTPUT_ROWS = 4
"""Lines of the firmware's output on screen; `--json` and saved results hold them all."""

DETAILS = ("regions", "memory", "functions", "basis")
"""Tables in full length that `render` shows in place of the overview."""


def render(
    result: Result, *, width: int = 100, color: bool = False, details: Collection[str] = ()
) -> str:
    """The report as one string; `details` names full tables to show instead of the overview."""
    body = [_top(result), *failure.failures(result, width)]
    body += _details(result, width, details) if details else sections.overview(result, width)
    if warnings := _news(result):
        body.append(failure.warnings(warnings))
    if result.output and not details:
        body.append(_output(result.output))
    return to_string(Group(*body), width=width, color=color)


def to_string(content: RenderableType, *, width: int, color: bool) -> str:
    """What Rich would print, as a string without trailing blanks."""
    # A file of our own makes the result independent of where standard output goes.
    console = Console(
        file=io.StringIO(),
        width=width,
        force_terminal=color,
        color_system="standard" if color else None,
        no_color=not color or bool(os.environ.get("NO_COLOR")),
        legacy_windows=False,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:
        console.print(content)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def _top(result: Result) -> RenderableType:
    lines = Table.grid(padding=(0, 2, 0, 0))
    lines.add_column(no_wrap=True)
    lines.add_column()
    for verdict in headline.verdicts(result):
        style = LEVEL_STYLE[verdict.level]
        lines.add_row(text(verdict.label, f"bold {style}"), paragraph(verdict.text, style))
    name = paragraph(headline.title(result), "bold")
    return Group(name, paragraph(headline.conditions(result), "dim"), "", lines)


def _details(result: Result, width: int, names: Collection[str]) -> list[RenderableType]:
    makers = {
        "regions": lambda: sections.regions(result.regions, width),
        "memory": lambda: sections.memory_details(result.memory, width),
        "functions": lambda: sections.functions(result, width),
        "basis": lambda: sections.basis(result),
    }
    return [makers[name]() for name in DETAILS if name in names]


def _news(result: Result) -> list[str]:
    """The warnings, less the one that has a section of its own."""
    collision = result.memory.collision
    shown = collision.message if collision is not None else None
    return [message for message in result.warnings if message != shown]


def _output(output: str) -> RenderableType:
    lines = figures.plain(output).splitlines()
    shown = lines[-OUTPUT_ROWS:]
    note = f"last {len(shown)} of {len(lines)} lines" if len(lines) > len(shown) else ""
    return section("Firmware output", *(text(line) for line in shown), note=note)
