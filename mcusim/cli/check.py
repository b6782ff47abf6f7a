"""`mcusim check`: hold limits against firmware, for a build server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mcusim.cli import terminal
from mcusim.cli.lazy import example
from mcusim.cli.options import BATTERY_OPTIONS, SIMULATION, json_option, simulation_options
from mcusim.cli.params import DURATION, ENERGY, SIZE, Quantity
from mcusim.cli.saved import load_result, refuse_run_options
from mcusim.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mcusim.result import Result

    Option = Callable[[Callable[..., Any]], Callable[..., Any]]


def _limit(flag: str, name: str, kind: Quantity, help_text: str) -> Option:
    return click.option(flag, name, type=kind, metavar=kind.name.upper(), help=help_text)


@click.command(
    "check",
    short_help="Hold limits against firmware or a saved result.",
    epilog=example("mcusim check model.elf --board nrf52840 --max-latency 20ms --max-ram 64kB"),
)
@click.argument("path", metavar="FIRMWARE_OR_RESULT", type=click.Path())
@_limit("--max-latency", "max_latency_s", DURATION, "Time of one inference, such as 20ms.")
@_limit("--max-energy", "max_energy_j", ENERGY, "Energy of one inference, such as 1mJ.")
@_limit("--max-ram", "max_ram_bytes", SIZE, "Peak of data, heap and stack, such as 64kB.")
@_limit("--max-flash", "max_flash_bytes", SIZE, "Code and constants, such as 256kB.")
@_limit("--min-life", "min_life_s", DURATION, "Battery life, such as 1y; needs --battery.")
@simulation_options
@json_option
def command(
    path: str,
    max_latency_s: float | None,
    max_energy_j: float | None,
    max_ram_bytes: int | None,
    max_flash_bytes: int | None,
    min_life_s: float | None,
    as_json: bool,
    allow_limit: bool,
    **options: Any,
) -> int:
    """Hold limits against firmware (run now) or a saved result; one line a limit.

    Latency is that of the longest call, energy the mean over the calls of the inference region;
    where none is found, both are of the whole run. Exit status 1 when a limit is broken.
    """
    from mcusim.report.check import Limits, check, to_text
    from mcusim.report.storage import is_result_file

    limits = Limits(
        max_latency_s=max_latency_s,
        max_energy_j=max_energy_j,
        max_ram_bytes=max_ram_bytes,
        max_flash_bytes=max_flash_bytes,
        min_life_s=min_life_s,
    )
    limits.ensure_any()
    if min_life_s is not None and not options["battery"] and not is_result_file(path):
        raise UsageError("--min-life needs --battery and --every, such as cr2032 and 10s")
    result = _result(path, options, show_progress=not as_json)
    if result.outcome == "stopped":
        return 130
    verdict = check(result, limits, allow_limit=allow_limit)
    if as_json:
        import msgspec

        terminal.write(msgspec.json.format(msgspec.json.encode(verdict), indent=2).decode())
    else:
        terminal.write(to_text(verdict))
    return 0 if verdict.passed else 1


def _result(path: str, options: dict[str, Any], *, show_progress: bool) -> Result:
    """A saved result as it is, firmware by running it."""
    from mcusim.report.storage import is_result_file

    if is_result_file(path):
        refuse_run_options([name for name in SIMULATION if name not in BATTERY_OPTIONS])
        return load_result(path, options)
    from mcusim.cli.simulate import simulate

    return simulate(path, options, show_progress=show_progress)
