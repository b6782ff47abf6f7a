"""`mcusim run`: run firmware and report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mcusim.cli import terminal
from mcusim.cli.lazy import example
from mcusim.cli.options import json_option, simulation_options, uart_option
from mcusim.errors import UsageError

if TYPE_CHECKING:
    from mcusim.result import Result


@click.command(
    "run",
    short_help="Run firmware and report what it costs.",
    epilog=example("mcusim run model.elf --board nrf52840 --battery cr2032 --every 10s"),
)
@click.argument("firmware", type=click.Path())
@simulation_options
@uart_option
@click.option("-o", "--output", type=click.Path(), metavar="FILE", help="Save the result here.")
@click.option("-f", "--force", is_flag=True, help="Overwrite the file of --output.")
@click.option("-q", "--quiet", is_flag=True, help="Print the firmware's own output, no report.")
@json_option
def command(
    firmware: str,
    output: str | None,
    force: bool,
    quiet: bool,
    as_json: bool,
    allow_limit: bool,
    **options: Any,
) -> int:
    """Run FIRMWARE (.elf, .hex, .uf2 or .bin) on a simulated board and report what it costs.

    Exit status: 0 success; 1 the firmware failed (exit code other than 0, fault, limit met); 2
    wrong use or input; 130 interrupted.
    """
    from mcusim.cli.simulate import exit_status, simulate

    talks = any(option.endswith("=stdio") for option in options["uart"])
    if as_json and talks:
        raise UsageError("--json and --uart NAME=stdio both write to standard output; use another")
    if output is not None:
        from mcusim.report.storage import ensure_writable

        ensure_writable(output, force=force)
    result = simulate(firmware, options, show_progress=not quiet)
    if output is not None:
        result.save(output, force=force)
    _show(result, quiet=quiet, as_json=as_json, talked=talks)
    return exit_status(result, allow_limit=allow_limit)


def _show(result: Result, *, quiet: bool, as_json: bool, talked: bool) -> None:
    if as_json:
        terminal.write(result.to_json())
    elif quiet:
        if not talked:
            click.echo(result.output, nl=False)
        if not result.succeeded:
            click.echo(f"mcusim: {result.reason}", err=True)
    else:
        terminal.write_report(result)
