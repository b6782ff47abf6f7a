"""`mcusim boards`: what boards there are, what is known of one, whether a file is right."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from mcusim.cli import terminal
from mcusim.cli.lazy import example, suggest
from mcusim.cli.listing import write_json, write_table
from mcusim.cli.options import json_option
from mcusim.cli.params import BOARD
from mcusim.errors import BoardError

if TYPE_CHECKING:
    from mcusim.boards.catalogue import BoardRow, Detail


class BoardsGroup(click.Group):
    """The group `boards`, with near names for a command that there is not."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        suggest(self, ctx, args[0])
        return super().resolve_command(ctx, args)


@click.group(
    "boards",
    short_help="List the boards, show or validate one.",
    cls=BoardsGroup,
    invoke_without_command=True,
    epilog=example("mcusim boards show nrf52840"),
)
@json_option
@click.pass_context
def command(ctx: click.Context, as_json: bool) -> int:
    """List the boards that --board takes; 'show' and 'validate' look at one."""
    if ctx.invoked_subcommand is not None:
        return 0
    from mcusim.boards.catalogue import board_rows

    rows = board_rows()
    if as_json:
        write_json(rows)
        return 0
    titles = (
        *("name", "board", "core", "clock", "flash", "RAM", "NPU"),
        *("run", "sleep", "deepest", "grade"),
    )
    write_table(titles, [_cells(row) for row in rows])
    return 0


def _cells(row: BoardRow) -> list[str]:
    from mcusim.report import figures

    return [
        row.name,
        row.title,
        row.core,
        figures.frequency(row.clock_hz),
        figures.size(row.flash_bytes),
        figures.size(row.ram_bytes),
        row.npu or "-",
        figures.current(row.run_current_a),
        figures.current(row.default_sleep_current_a),
        figures.current(row.deepest_sleep_current_a),
        row.grade,
    ]


@command.command("show", epilog=example("mcusim boards show nrf52840"))
@click.argument("board", type=BOARD)
@json_option
def show(board: str, as_json: bool) -> int:
    """Show every number of BOARD (a name or a file) with its grade and source."""
    from mcusim.boards import load_board
    from mcusim.boards.catalogue import board_details

    found = load_board(board)
    details = board_details(found)
    if as_json:
        write_json([detail._asdict() for detail in details])
        return 0
    terminal.write(f"{found.name}: {found.title}")
    _write_details(details)
    return 0


def _write_details(details: list[Detail]) -> None:
    """Groups of numbers, each with the number of its source in the list at the end."""
    sources = list(dict.fromkeys(detail.source for detail in details))
    key_width = max(len(detail.key) for detail in details)
    value_width = max(len(detail.value) for detail in details)
    group = ""
    for detail in details:
        if detail.group != group:
            group = detail.group
            terminal.write(f"\n{group}")
        mark = f"[{sources.index(detail.source) + 1}]"
        line = f"  {detail.key:{key_width}}  {detail.value:{value_width}}  {detail.grade:9}  {mark}"
        terminal.write(line)
    terminal.write("\nsources")
    for number, source in enumerate(sources, start=1):
        terminal.write(f"  [{number}] {source}")


@command.command("validate", epilog=example("mcusim boards validate boards/myboard.toml"))
@click.argument("file", type=click.Path())
def validate(file: str) -> int:
    """Check FILE, a board, chip, core or workloads file, and name every mistake in it.

    Of a board, the chip file that it names is checked too.
    """
    from mcusim.boards.validation import examine

    verdict = examine(Path(file))
    if not verdict.mistakes:
        click.echo(f"{file}: a valid {verdict.kind} file")
        return 0
    for line in verdict.lines():
        click.echo(line, err=True)
    if not verdict.complete:
        click.echo("mcusim: values are checked when these are mended", err=True)
    return BoardError.exit_status
