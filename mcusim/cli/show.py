"""`mcusim show`: the report of a saved result."""

from __future__ import annotations

import click

from mcusim.cli import terminal
from mcusim.cli.options import json_option


@click.command("show", epilog="Example: mcusim show model.mcusim --memory")
@click.argument("file", type=click.Path())
@click.option("--functions", is_flag=True, help="All functions with their cycles and energy.")
@click.option("--memory", is_flag=True, help="Sections, largest symbols and stacks.")
@click.option("--regions", is_flag=True, help="All regions.")
@click.option("--basis", is_flag=True, help="The sources that the energy figures rest on.")
@json_option
def command(file: str, as_json: bool, **details: bool) -> int:
    """Show the report of FILE, a result that 'mcusim run -o FILE' saved."""
    from mcusim.report.storage import load

    result = load(file)
    if as_json:
        terminal.write(result.to_json())
    else:
        wanted = [name for name, chosen in details.items() if chosen]
        terminal.write_report(result, details=wanted)
    return 0
