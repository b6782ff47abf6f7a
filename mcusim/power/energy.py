"""The energy model of a chip at an operating point: joules per event, and watts that always flow.

    E = coefficients . activity + P_static x time awake + P_sleep x time asleep

Each of low, typical and high has its own coefficients, so that any part of a run (a function, a
region, a slice of time) is priced by one dot product and the parts add up to the whole, in the
band's ends too.

Which memory code runs from needs no setting: fetches from flash, cache and RAM are columns of the
activity, and where a chip has anchors for both memories the fit separates their energies.

Between anchors of the same voltage range the coefficients are interpolated linearly over the
clock; beyond the outermost they are kept, since energy per event hardly depends on the clock at a
fixed core voltage.

The band. Typical currents are for a typical part. At an anchor the band reaches from 1 - spread to
maximum_a / typical_a of its source (1 + spread_up or spread without a maximum). Away from its mix
an anchor says less: its current pins the sum over the mix, not each class. With u the uncertainty
of a class against the anchors' mix (`MISMATCH`), the relative half-width of a class is
sqrt(a^2 + u^2), a being the anchors'.

u stands for the standard deviation that the fit leaves (see `mcusim.power.calibration`): the mix of
a run is as an anchor's in clock cycles (one a cycle in both: 0), differs in instructions (0.15) and
in RAM and cache accesses (0.3), and is free in reads of the flash array (0.5), of which no anchor
has many. The exact deviation is a quadratic form, whose parts don't add up to the whole; these four
numbers keep prices linear and cover it on the sample firmwares, as a test checks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from mcusim.boards import load_workloads
from mcusim.boards.power_schema import Regulator, SleepCurrent
from mcusim.boards.schema import Overhead, WorkloadMix
from mcusim.errors import BoardError, UsageError
from mcusim.machine.activity import COLUMNS, INDEX, INSTRUCTION_CLASSES
from mcusim.power.anchors import (
    BoardLike,
    Point,
    select_points,
    static_power,
    usable_anchors,
)
from mcusim.power.basis import Grades, basis_lines, grades_of
from mcusim.power.calibration import Vector, fit, shape
from mcusim.power.supply import power_at
from mcusim.units import format_quantity

LOWEST = 0.05
"""Part of the typical value that the low end never falls below."""


class Band(NamedTuple):
    """A value with its uncertainty; low <= typical <= high."""

    low: float
    typical: float
    high: float

    def scaled(self, factor: float) -> Band:
        """Each end times `factor` (not negative)."""
        return Band(self.low * factor, self.typical * factor, self.high * factor)


@dataclass(frozen=True)
class Prices:
    """Joules of rows, each of shape (rows,)."""

    low: Vector
    typical: Vector
    high: Vector


@dataclass(frozen=True)
class EnergyModel:
    """Prices of events at one operating point; `low`, `typical`, `high`: shape (columns,), J."""

    clock_hz: float
    supply_v: float
    regulator: Regulator
    low: Vector
    typical: Vector
    high: Vector
    static_w: Band
    """Flows while the core is awake."""
    sleep_w: Band
    """Flows while it sleeps, in the sleep state `sleep_name`."""
    sleep_name: str
    overhead_w: Band
    """Of the board besides the chip, always."""
    grades: Grades
    anchor_shares: Vector
    """Part of each class in the dynamic energy of each anchor, shape (anchors, columns)."""
    basis: tuple[str, ...]


def build_model(
    board: BoardLike,
    *,
    clock_hz: float | None = None,
    supply_v: float | None = None,
    regulator: Regulator | None = None,
    voltage_range: str | None = None,
    sleep: str | None = None,
    overhead: bool = True,
    mixes: Sequence[WorkloadMix] | None = None,
) -> EnergyModel:
    """The model of `board`, at its own clock, supply and regulator unless given here.

    voltage_range: the vendor's name of a core voltage, chosen by the clock without;
    sleep: the state that sleeping is priced at, the chip's default without;
    overhead: whether the board's own consumers count; mixes: the shipped ones without.
    """
    clock = board.clock_hz if clock_hz is None else clock_hz
    supply = board.supply_v if supply_v is None else supply_v
    reg = board.regulator if regulator is None else regulator
    _check_supply(board, supply)
    known = load_workloads() if mixes is None else mixes
    points = select_points(usable_anchors(board, reg, known), clock, supply, voltage_range)
    used = _neighbours(points, clock)
    static = static_power(board.chip.power, supply, reg)
    typical = _interpolate(board, used, clock, supply, static)
    down, up = _anchor_band(board, used)
    sleep_row = find_sleep(board, sleep)
    extra = list(board.overhead) if overhead else []
    return EnergyModel(
        clock_hz=clock,
        supply_v=supply,
        regulator=reg,
        low=typical * np.maximum(LOWEST, 1.0 - np.hypot(down, MISMATCH)),
        typical=typical,
        high=typical * (1.0 + np.hypot(up, MISMATCH)),
        static_w=_band(static, down, up),
        sleep_w=sleep_current(board, sleep_row).scaled(supply),
        sleep_name=sleep_row.name,
        overhead_w=_overhead(extra, supply),
        grades=grades_of(board, used, sleep_row, extra),
        anchor_shares=_shares(typical, used),
        basis=tuple(basis_lines(board, used, extra, clock, supply)),
    )


def find_sleep(board: BoardLike, name: str | None) -> SleepCurrent:
    """A sleep state of the chip by name, its default one without."""
    power = board.chip.power
    wanted = power.default_sleep if name is None else name
    for row in power.sleep:
        if row.name == wanted:
            return row
    known = ", ".join(s.name for s in power.sleep)
    message = f"{wanted!r} is not a sleep state of {board.chip.name}; choose one of {known}"
    raise UsageError(message) if name is not None else BoardError(message)


def sleep_current(board: BoardLike, row: SleepCurrent) -> Band:
    """Amperes in a sleep state, at any supply (see `mcusim.power.supply`)."""
    spread = board.chip.power.spread
    high = row.typical_a * (1.0 + spread) if row.maximum_a is None else row.maximum_a
    low = row.typical_a * max(LOWEST, 1.0 - spread)
    return Band(low, row.typical_a, max(high, row.typical_a))


def _mismatch() -> Vector:
    uncertainty = np.full(len(COLUMNS), 0.3)
    uncertainty[[INDEX["cycles"], INDEX["stall"]]] = 0.0
    uncertainty[[INDEX[name] for name in INSTRUCTION_CLASSES]] = 0.15
    uncertainty[[INDEX["flash_fetch"], INDEX["flash_data"]]] = 0.5
    return uncertainty


MISMATCH: Vector = _mismatch()
"""Relative uncertainty of each class away from the anchors' mixes, shape (columns,)."""


def _check_supply(board: BoardLike, supply_v: float) -> None:
    power = board.chip.power
    if not power.supply_min_v <= supply_v <= power.supply_max_v:
        raise UsageError(
            f"{supply_v:g} V is outside the supply of {board.chip.name} "
            f"({power.supply_min_v:g} to {power.supply_max_v:g} V); choose a voltage in it"
        )


def _neighbours(points: Sequence[Point], clock_hz: float) -> list[Point]:
    """The one or two points that the clock lies at or between."""
    below = [p for p in points if p.clock_hz <= clock_hz * (1.0 + 1e-9)]
    above = [p for p in points if p.clock_hz >= clock_hz * (1.0 - 1e-9)]
    if not below:
        return [above[0]]
    if not above or above[0] is below[-1]:
        return [below[-1]]
    return [below[-1], above[0]]


def _interpolate(
    board: BoardLike, points: Sequence[Point], clock_hz: float, supply_v: float, static_w: float
) -> Vector:
    """Joules per event, shape (columns,), linear in the clock between the points."""
    vectors = [_fit_point(board, p, supply_v, static_w) for p in points]
    if len(vectors) == 1:
        return vectors[0]
    first, last = points[0].clock_hz, points[1].clock_hz
    part = (clock_hz - first) / (last - first)
    return vectors[0] * (1.0 - part) + vectors[1] * part


def _fit_point(board: BoardLike, point: Point, supply_v: float, static_w: float) -> Vector:
    rows = [a.current for a in point.anchors]
    watts = [power_at(r.typical_a, r.supply_v, supply_v, r.regulator) for r in rows]
    for row, watt in zip(rows, watts, strict=True):
        if watt <= static_w:
            raise BoardError(
                f"chip {board.chip.name!r}: the static current is not below the run current of "
                f"{row.workload} at {format_quantity(row.clock_hz, 'Hz')}; correct [[power.static]]"
            )
    per_cycle = (np.array(watts) - static_w) / point.clock_hz
    mixes = np.array([a.vector() for a in point.anchors])
    return fit(shape(board.core.relative_energy), mixes, per_cycle)


def _shares(joules: Vector, points: Sequence[Point]) -> Vector:
    energies = np.array([a.vector() for p in points for a in p.anchors]) * joules
    shares: Vector = energies / energies.sum(axis=1, keepdims=True)
    return shares


def _anchor_band(board: BoardLike, points: Sequence[Point]) -> tuple[float, float]:
    """Relative half-widths down and up, the widest of the anchors used."""
    power = board.chip.power
    upward = power.spread if power.spread_up is None else power.spread_up
    rows = [a.current for p in points for a in p.anchors]
    ups = [upward if r.maximum_a is None else r.maximum_a / r.typical_a - 1.0 for r in rows]
    return power.spread, max(0.0, *ups)


def _band(value: float, down: float, up: float) -> Band:
    return Band(value * max(LOWEST, 1.0 - down), value, value * (1.0 + up))


def _overhead(rows: Sequence[Overhead], supply_v: float) -> Band:
    watts = sum(row.typical_a for row in rows) * supply_v
    return Band(watts, watts, watts)
