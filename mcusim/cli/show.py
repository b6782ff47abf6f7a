"""`mcusim show`: the report of a saved result."""

from __future__ import annotations

from typing import Any

import click

from mcusim.cli import terminal
from mcusim.cli.lazy import example
from mcusim.cli.options import battery_options, json_option
from mcusim.cli.saved import load_result

DETAILS = ("regions", "memory", "functions", "basis")


@click.command(
    "show",
    short_help="Show the report of a saved result.",
    epilog=example("mcusim show model.mcusim --memory"),
)
@click.argument("file", type=click.Path())
@click.option("--functions", is_flag=True, help="All functions with their cycles and energy.")
@click.option("--memory", is_flag=True, help="Sections, largest symbols and stacks.")
@click.option("--regions", is_flag=True, help="All regions.")
@click.option("--basis", is_flag=True, help="The sources that the energy figures rest on.")
@battery_options
@json_option
def command(file: str, as_json: bool, **options: Any) -> int:
    """Show the report of FILE, a result that 'mcusim run -o FILE' saved."""
    result = load_result(file, options)
    if as_json:
        terminal.write(result.to_json())
    else:
        wanted = [name for name in DETAILS if options[name]]
        terminal.write_report(result, details=wanted)
    return 0
