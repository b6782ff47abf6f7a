"""`mcusim batteries`: the batteries that --battery takes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from mcusim.cli.lazy import example
from mcusim.cli.listing import write_json, write_table
from mcusim.cli.options import json_option

if TYPE_CHECKING:
    from mcusim.power import Battery


@click.command(
    "batteries",
    short_help="List the batteries.",
    epilog=example("mcusim run model.elf -b nrf52840 --battery cr2032 --every 10s"),
)
@json_option
def command(as_json: bool) -> int:
    """List the batteries that --battery takes, by name."""
    from mcusim.power import battery_names

    rows = [_row(name) for name in battery_names()]
    if as_json:
        write_json(rows)
        return 0
    titles = ("name", "battery", "voltage", "capacity", "highest pulse", "shelf life", "grade")
    write_table(titles, [_cells(row) for row in rows])
    return 0


def _row(name: str) -> dict[str, Any]:
    battery, takes_capacity = _load(name)
    return {
        "name": name,
        "title": battery.title,
        "takes_capacity": takes_capacity,
        "nominal_v": battery.nominal_v,
        "capacity_ah": None if takes_capacity else battery.full_capacity_ah,
        "max_pulse_a": None if takes_capacity else battery.max_pulse_a,
        "shelf_life_years": battery.cell.ageing.shelf_life_years,
        "grade": battery.grade,
    }


def _load(name: str) -> tuple[Battery, bool]:
    """The battery, and whether its capacity is for the user to say."""
    from mcusim.errors import UsageError
    from mcusim.power import load_battery

    try:
        return load_battery(name), False
    except UsageError:
        return load_battery(f"{name}:1Ah"), True


def _cells(row: dict[str, Any]) -> list[str]:
    from mcusim.units import format_quantity

    sized = not row["takes_capacity"]
    return [
        row["name"] if sized else f"{row['name']}:CAPACITY",
        row["title"] if sized else row["title"].rpartition(",")[0],
        format_quantity(row["nominal_v"], "V", digits=2),
        format_quantity(row["capacity_ah"], "Ah") if sized else "such as 500mAh",
        format_quantity(row["max_pulse_a"], "A") if sized else "by capacity",
        f"{row['shelf_life_years']:g} years",
        row["grade"],
    ]
