"""Groups of options that several commands share, each declared once."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import click

from mcusim.cli.params import (
    ADDRESS,
    BATTERY,
    BOARD,
    COUNT,
    DURATION,
    FREQUENCY,
    OPTION_BYTES,
    VOLTAGE,
)
from mcusim.errors import UsageError

Command = TypeVar("Command", bound=Callable[..., Any])

SIMULATION = (
    "base",
    "secure",
    "roi",
    "roi_gpio",
    "fidelity",
    "max_time_s",
    "max_instructions",
    "battery",
    "every_s",
    "sleep",
    "clock_hz",
    "supply_v",
    "regulator",
    "option_bytes",
    "on_reset",
)
"""The options of `simulation_options`, by the name that `mcusim.run` gives them."""

BATTERY_OPTIONS = ("battery", "every_s", "sleep")

_BOARD = click.option(
    "--board",
    "-b",
    type=BOARD,
    metavar="BOARD",
    help="Board by name ('mcusim boards' lists them), or a board file of your own.",
)

_BATTERY = (
    click.option(
        "--battery",
        type=BATTERY,
        metavar="NAME",
        help="Work out the life of this battery ('mcusim batteries' lists them); needs --every.",
    ),
    click.option(
        "--every",
        "every_s",
        type=DURATION,
        metavar="TIME",
        help="Time from one inference (or run) to the next, such as 10s.",
    ),
    click.option(
        "--sleep",
        metavar="STATE",
        help="Sleep state in between ('mcusim boards show BOARD' lists them).",
    ),
)

_BOARD_OF_RESULT = click.option(
    "--board",
    "-b",
    type=BOARD,
    metavar="FILE",
    help="Board file of the run, needed with --battery when it isn't a shipped board.",
)

_FIRMWARE = (
    click.option(
        "--base", type=ADDRESS, metavar="ADDRESS", help="Load address of a raw .bin image."
    ),
    click.option(
        "--secure",
        type=click.Path(),
        metavar="FILE",
        help="Image for the Secure state (TrustZone), which starts and hands over to FIRMWARE.",
    ),
    click.option(
        "--roi",
        multiple=True,
        metavar="PATTERN",
        help="Function to measure as a region, such as 'invoke' or '*Eval*'; may be repeated.",
    ),
    click.option(
        "--roi-gpio",
        multiple=True,
        metavar="PIN",
        help="Pin whose high time is a region, such as P0.13 or PA5; may be repeated.",
    ),
    click.option(
        "--fidelity",
        type=click.Choice(["accurate", "fast"]),
        default="accurate",
        show_default=True,
        help="Timing: all effects counted one by one, or the small ones estimated.",
    ),
)

_DEVICES = (
    click.option(
        "--device",
        "devices",
        type=click.Path(),
        multiple=True,
        metavar="FILE.py",
        help="Python file with peripherals of your own (docs/adding-a-device.md); may be repeated.",
    ),
    click.option(
        "--svd",
        type=click.Path(),
        metavar="FILE",
        help="CMSIS-SVD file of the chip: names registers that no device models.",
    ),
)

_LIMITS = (
    click.option(
        "--max-time",
        "max_time_s",
        type=DURATION,
        metavar="TIME",
        help="Stop after this simulated time (20s without).",
    ),
    click.option(
        "--max-instructions",
        type=COUNT,
        metavar="COUNT",
        help="Stop after this many instructions, such as 2e9 or 500M (5e9 without).",
    ),
)

_ON_RESET = click.option(
    "--on-reset",
    type=click.Choice(["auto", "stop", "restart"]),
    default="auto",
    show_default=True,
    metavar="ACTION",
    help="At a reset of the chip: stop, restart, or auto, which stops at a watchdog's.",
)

_CONDITIONS = (
    click.option(
        "--clock",
        "clock_hz",
        type=FREQUENCY,
        metavar="FREQUENCY",
        help="Core clock at reset instead of the board's, such as 80MHz.",
    ),
    click.option(
        "--supply",
        "supply_v",
        type=VOLTAGE,
        metavar="VOLTAGE",
        help="Supply instead of the board's, such as 1.8V.",
    ),
    click.option(
        "--regulator",
        type=click.Choice(["ldo", "dcdc"]),
        help="Core regulator instead of the board's.",
    ),
    click.option(
        "--option-bytes",
        type=OPTION_BYTES,
        multiple=True,
        callback=lambda _context, _option, values: dict(values),
        metavar="NAME=VALUE",
        help="Option bytes as programmed: a register or a bit of it ('mcusim boards show BOARD' "
        "lists them), such as dbank=0; may be repeated.",
    ),
)

_ALLOW_LIMIT = click.option(
    "--allow-limit",
    is_flag=True,
    help="Firmware that never ends is no failure: accept a run that met --max-time.",
)


def simulation_options(command: Command) -> Command:
    """Everything that says how firmware is run."""
    groups = [
        _BOARD,
        *_FIRMWARE,
        *_LIMITS,
        _ALLOW_LIMIT,
        _ON_RESET,
        *_BATTERY,
        *_CONDITIONS,
        *_DEVICES,
    ]
    return _with(groups, command)


def uart_option(command: Command) -> Command:
    """Where serial ports lead."""
    option = click.option(
        "--uart",
        multiple=True,
        metavar="NAME=BACKEND",
        help="Connect a serial port: lpuart1=stdio, =tcp:PORT, =pty or =file:PATH; repeatable.",
    )
    return _with([option], command)


def machine_options(command: Command) -> Command:
    """Board, load address, timing and operating conditions."""
    base, *_, fidelity = _FIRMWARE
    return _with([_BOARD, base, fidelity, *_CONDITIONS], command)


def battery_options(command: Command) -> Command:
    """A battery for a saved result."""
    return _with([*_BATTERY, _BOARD_OF_RESULT], command)


def json_option(command: Command) -> Command:
    return _with([click.option("--json", "as_json", is_flag=True, help="Print JSON.")], command)


def _with(options: Sequence[Callable[[Any], Any]], command: Command) -> Command:
    # A decorator written first shows first in the help, as click applies them inside out.
    return functools.reduce(lambda inner, option: option(inner), reversed(options), command)


def require_board(board: str | None) -> str:
    """The board's name; without one, say which there are."""
    if board:
        return board
    from mcusim.boards import board_names

    known = ", ".join(board_names())
    raise UsageError(f"say which board with --board ({known}; 'mcusim boards' tells more)")


def check_battery_options(options: dict[str, Any]) -> None:
    """The three battery options belong together."""
    if options["battery"] and not options["every_s"]:
        raise UsageError("--battery needs --every, the time between inferences, such as 10s")
    for name, flag in (("every_s", "--every"), ("sleep", "--sleep")):
        if options[name] and not options["battery"]:
            raise UsageError(f"{flag} needs --battery ('mcusim batteries' lists them)")
