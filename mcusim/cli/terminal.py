"""What the command line knows about the terminal that it writes to."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Collection

    from mcusim.result import Result

WIDTH_PIPED = 100
WIDTH_MAX = 120


def width() -> int:
    """Columns for a report: those of the terminal up to a readable line, 100 when piped."""
    fallback = (WIDTH_PIPED, 24)
    return max(40, min(WIDTH_MAX, shutil.get_terminal_size(fallback).columns))


def colour() -> bool:
    """Whether standard output takes colour (https://no-color.org)."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return sys.stdout.isatty()


def write(text: str) -> None:
    """Text to standard output with one newline at its end."""
    click.echo(text.rstrip("\n"), color=True)


def write_report(result: Result, *, details: Collection[str] = ()) -> None:
    """The text report, made for this terminal."""
    from mcusim.report.text import render

    write(render(result, width=width(), color=colour(), details=details))
