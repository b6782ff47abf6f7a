"""`mcusim plot`: a figure of a saved result."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from mcusim.cli.lazy import example
from mcusim.cli.options import battery_options
from mcusim.cli.saved import load_result
from mcusim.errors import UsageError

KINDS = ("power", "components", "functions", "battery-life")


@click.command(
    "plot",
    short_help="Draw a figure of a saved result.",
    epilog=example("mcusim plot model.mcusim -o power.png"),
)
@click.argument("file", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(),
    required=True,
    metavar="IMAGE",
    help="File to write; its ending chooses the format (png, svg, pdf).",
)
@click.option(
    "--kind",
    type=click.Choice(KINDS),
    default="power",
    show_default=True,
    help="Power over time, energy by component or function, or battery life over duty cycle.",
)
@click.option("-f", "--force", is_flag=True, help="Overwrite the image.")
@battery_options
def command(file: str, output: str, kind: str, force: bool, **options: Any) -> int:
    """Draw a figure of FILE, a result that 'mcusim run -o FILE' saved."""
    from mcusim.report.storage import ensure_writable

    result = load_result(file, options)
    ensure_writable(output, force=force)
    ending = Path(output).suffix.lower()
    if ending not in (".png", ".svg", ".pdf"):
        raise UsageError(f"can't draw a {ending or 'file without ending'}; use .png, .svg or .pdf")
    from mcusim.report.plots import save_figure

    save_figure(result, kind, output)
    return 0
