"""Run firmware for a command: the call of `mcusim.run`, with a progress bar where it helps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mcusim.cli.options import SIMULATION, check_battery_options, require_board

if TYPE_CHECKING:
    from mcusim.result import Result

OPTIONAL = ("uart", "devices", "svd")
"""Options that not every command has."""
EXIT_SUCCESS, EXIT_FAILED, EXIT_INTERRUPTED = 0, 1, 130


def simulate(firmware: str, options: dict[str, Any], *, show_progress: bool) -> Result:
    """Run `firmware` as the options of `simulation_options` say."""
    from mcusim.cli.progress import Progress

    check_battery_options(options)
    board = require_board(options["board"])
    # Imported late: the engine is what takes time to load.
    from mcusim import api

    arguments = {name: options[name] for name in SIMULATION}
    arguments |= {name: options[name] for name in OPTIONAL if options.get(name)}
    with Progress(
        enabled=show_progress,
        max_time_s=options["max_time_s"] or api.DEFAULT_MAX_TIME_S,
        max_instructions=options["max_instructions"] or api.DEFAULT_MAX_INSTRUCTIONS,
    ) as progress:
        return api.run(firmware, board=board, progress=progress.update, **arguments)


def exit_status(result: Result, *, allow_limit: bool = False) -> int:
    """0 when the firmware did well, 1 when it failed, 130 when the user stopped it."""
    if result.outcome == "stopped":
        return EXIT_INTERRUPTED
    if result.succeeded or (result.outcome == "limit" and allow_limit):
        return EXIT_SUCCESS
    return EXIT_FAILED
