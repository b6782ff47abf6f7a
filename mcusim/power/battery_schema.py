"""What a battery file may say: the schema of `boards/batteries/`, units in the keys.

Two kinds of file: a cell, or a pack that wires several of a cell in series and parallel. Unknown
keys are rejected, and every table names the source and grade of its numbers.
"""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import msgspec

from mcusim.boards.schema import Sourced, Strict
from mcusim.errors import BoardError


class Voltage(Sourced, frozen=True, kw_only=True):
    nominal_v: float
    cut_off_v: float
    """Below it the cell counts as empty."""
    open_circuit: list[list[float]]
    """Rows of depth of discharge (0 full, 1 empty) and volts without load."""


class CapacityRow(Sourced, frozen=True, kw_only=True):
    """What the cell delivers down to its cut-off at one constant current."""

    current_a: float
    capacity_ah: float


class Spread(Sourced, frozen=True, kw_only=True):
    relative: float
    """Half-width of the capacity's spread between cells and makers (0.1 = ±10 %)."""


class Resistance(Sourced, frozen=True, kw_only=True):
    internal: list[list[float]]
    """Rows of depth of discharge and ohms."""


class Limits(Sourced, frozen=True, kw_only=True):
    max_continuous_a: float
    max_pulse_a: float


class Ageing(Sourced, frozen=True, kw_only=True):
    self_discharge_per_year: float
    """Part of the rated capacity lost in a year."""
    shelf_life_years: float
    """No life longer than this is reported."""
    standby_a: float = 0.0
    """Drawn by a protection circuit that comes with the cell."""


class LightLoad(Sourced, frozen=True, kw_only=True):
    """What is known to go wrong below a small load; shown as a note, not modelled."""

    below_a: float
    note: str


class CellFile(Strict, frozen=True, kw_only=True):
    name: str
    title: str
    aliases: list[str] = msgspec.field(default_factory=list)
    chemistry: str
    rechargeable: bool
    any_capacity: bool = False
    """Whether the user may give the capacity ("lipo:500mAh"); currents then scale with it and
    resistances against it, from the capacity that this file describes."""
    capacity_required: bool = False
    """Whether the user must."""
    voltage: Voltage
    capacity: list[CapacityRow]
    """In rising order of current; the first row's capacity is the whole charge of the cell."""
    capacity_spread: Spread
    resistance: Resistance
    limits: Limits
    ageing: Ageing
    light_load: LightLoad | None = None


class PackFile(Strict, frozen=True, kw_only=True):
    name: str
    title: str
    aliases: list[str] = msgspec.field(default_factory=list)
    cell: str
    """Name of a cell's file."""
    series: int = 1
    parallel: int = 1


def check_cell(cell: CellFile, path: str) -> None:
    """Raise the first rule that the cell's numbers break."""
    for rule in _RULES:
        problem = rule(cell)
        if problem:
            raise BoardError(f"{path}: {problem}")


def curves_span_full_to_empty(cell: CellFile) -> str:
    """Interpolation must never leave a table."""
    for name, rows in _curves(cell):
        if any(len(row) != 2 for row in rows):
            return f"{name} must be rows of two numbers"
        if len(rows) < 2 or rows[0][0] != 0.0 or rows[-1][0] != 1.0:
            return f"{name} must run from depth of discharge 0 to 1"
    return ""


def curves_are_in_order(cell: CellFile) -> str:
    """Depth of discharge rises, and the open-circuit voltage falls with it."""
    for name, rows in _curves(cell):
        depths = [row[0] for row in rows]
        if any(b <= a for a, b in pairwise(depths)):
            return f"{name} must be in rising order of depth of discharge"
    volts = [row[1] for row in cell.voltage.open_circuit]
    if any(b > a for a, b in pairwise(volts)):
        return "voltage.open_circuit must not rise with depth of discharge"
    return ""


def capacity_falls_with_current(cell: CellFile) -> str:
    """A cell never gives more at a higher load."""
    rows = cell.capacity
    if not rows:
        return "capacity needs at least one row"
    for a, b in pairwise(rows):
        if b.current_a <= a.current_a or b.capacity_ah > a.capacity_ah:
            return "capacity must be in rising order of current and must not rise with it"
    return ""


def numbers_are_positive(cell: CellFile) -> str:
    """Zero or less here is a slip of the pen."""
    ohms = [row[1] for row in cell.resistance.internal]
    amps = [cell.limits.max_continuous_a, cell.limits.max_pulse_a]
    loads = [x for row in cell.capacity for x in (row.current_a, row.capacity_ah)]
    volts = [cell.voltage.nominal_v, cell.voltage.cut_off_v]
    if min(ohms + amps + loads + volts + [cell.ageing.shelf_life_years]) <= 0.0:
        return "voltages, capacities, resistances, currents and shelf life must be above zero"
    if cell.ageing.self_discharge_per_year < 0.0 or cell.ageing.standby_a < 0.0:
        return "ageing must not be negative"
    return ""


def fresh_cell_is_above_cut_off(cell: CellFile) -> str:
    """Else it would be empty when new."""
    if cell.voltage.open_circuit[0][1] <= cell.voltage.cut_off_v:
        return "voltage.open_circuit must start above voltage.cut_off_v"
    return ""


def _curves(cell: CellFile) -> list[tuple[str, list[list[float]]]]:
    return [
        ("voltage.open_circuit", cell.voltage.open_circuit),
        ("resistance.internal", cell.resistance.internal),
    ]


_RULES: tuple[Callable[[CellFile], str], ...] = (
    curves_span_full_to_empty,
    curves_are_in_order,
    capacity_falls_with_current,
    numbers_are_positive,
    fresh_cell_is_above_cut_off,
)
