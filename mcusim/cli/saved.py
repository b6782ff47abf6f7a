"""Saved results for a command: loaded, and seen with another battery where that is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from mcusim.cli.options import check_battery_options
from mcusim.errors import UsageError

if TYPE_CHECKING:
    from mcusim.result import Result


def load_result(path: str, options: dict[str, Any]) -> Result:
    """The result in `path`; `options` are those of `battery_options`."""
    from mcusim.report.storage import load

    check_battery_options(options)
    result = load(path)
    if not options["battery"]:
        return result
    from mcusim.report.battery import at_conditions, with_battery

    board = None
    if options["board"]:
        from mcusim.boards import load_board

        board = at_conditions(load_board(options["board"]), result.board)
    return with_battery(
        result, options["battery"], options["every_s"], options["sleep"], board=board
    )


def refuse_run_options(names: Sequence[str]) -> None:
    """Options that change a run must not be ignored silently when there is no run."""
    context = click.get_current_context()
    for name in names:
        if context.get_parameter_source(name) is ParameterSource.COMMANDLINE:
            flag = next(p.opts[-1] for p in context.command.params if p.name == name)
            raise UsageError(f"{flag} changes a run, but this is a saved result; give the firmware")
