"""What an energy figure rests on: its grade and a line for each source.

The grade of a figure is the weakest among the inputs that decide at least a tenth of it
(`DECIDES`). The inputs, and how much each decides:

- the anchors with their mixes: all energy of activity;
- the static current, a sleep current, the board's other consumers: the energy priced with each;
- the relative energies of the core's classes: the part of the activity's energy that lies in other
  classes than at the nearest anchor. At an anchor's own mix they cancel out of the sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from mcusim.boards.power_schema import Power, SleepCurrent
from mcusim.boards.schema import Grade, Overhead
from mcusim.power.anchors import Anchor, BoardLike, Point
from mcusim.power.calibration import Vector
from mcusim.units import format_quantity

GRADES: tuple[Grade, ...] = ("measured", "published", "derived", "assumed")
"""From the best known to the least."""


DECIDES = 0.1
"""The part of a figure from which on an input counts for its grade."""


class Grades(NamedTuple):
    """The grade of each input of an energy model."""

    anchors: Grade
    """Weakest of the run currents and their mixes."""
    classes: Grade
    static: Grade
    sleep: Grade
    overhead: Grade


class FixedEnergy(NamedTuple):
    """Joules that flow without activity."""

    static_j: float
    sleep_j: float
    overhead_j: float


def weakest(grades: Sequence[Grade]) -> Grade:
    """The least known of some grades."""
    return max(grades, key=GRADES.index)


def grades_of(
    board: BoardLike, points: Sequence[Point], sleep: SleepCurrent, extra: Sequence[Overhead]
) -> Grades:
    """The grade of each input at an operating point; a borrowed mix is assumed."""
    anchors = [a for p in points for a in p.anchors]
    regulator = anchors[0].current.regulator
    static = [s.grade for s in board.chip.power.static if s.regulator == regulator]
    return Grades(
        anchors=weakest(
            [a.current.grade for a in anchors]
            + ["assumed" if a.borrowed else a.mix.grade for a in anchors]
        ),
        classes=board.core.relative_energy_grade,
        static=weakest(static) if static else "assumed",
        sleep=sleep.grade,
        overhead=weakest([row.grade for row in extra]) if extra else "assumed",
    )


def figure_grade(grades: Grades, activity: Vector, anchors: Vector, fixed: FixedEnergy) -> Grade:
    """Grade of an energy figure, by the rule at the head of this module.

    activity: joules by class, shape (columns,); anchors: part of each class in the energy of each
    anchor, shape (anchors, columns).
    """
    active = float(activity.sum())
    decided = (active, active * _distance(activity, anchors), *fixed)
    least = DECIDES * (active + sum(fixed))
    return weakest([grade for grade, j in zip(grades, decided, strict=True) if j >= least])


def _distance(activity: Vector, anchors: Vector) -> float:
    """The part of the energy that lies in other classes than at the nearest anchor, 0 to 1."""
    if not activity.any():
        return 0.0
    return float(np.abs(activity / activity.sum() - anchors).sum(axis=1).min()) / 2.0


def basis_lines(
    board: BoardLike,
    points: Sequence[Point],
    extra: Sequence[Overhead],
    clock_hz: float,
    supply_v: float,
) -> list[str]:
    """One line for each anchor and assumption, with its source and grade."""
    power, core = board.chip.power, board.core
    lines = [_anchor_line(a) for p in points for a in p.anchors]
    lines += _conversions(points, clock_hz, supply_v)
    regulator = points[0].anchors[0].current.regulator
    static = [s for s in power.static if s.regulator == regulator]
    lines += [f"Static current: {s.source} ({s.grade})" for s in static]
    if not static:
        lines.append("No static current published: all of the run current scales with the clock")
    lines.append(
        f"Relative class energies of {core.title}: {core.relative_energy_source} "
        f"({core.relative_energy_grade})"
    )
    lines.append(f"Spread {_spread(power)}: {power.spread_source}")
    lines += [f"Board: {row.name}, {row.source} ({row.grade})" for row in extra]
    return lines


def _spread(power: Power) -> str:
    down, up = 100 * power.spread, power.spread_up
    return f"±{down:.0f} %" if up is None else f"-{down:.0f} to +{100 * up:.0f} %"


def _conversions(points: Sequence[Point], clock_hz: float, supply_v: float) -> list[str]:
    """What was carried from the published conditions to the operating point."""
    lines = []
    clocks = [p.clock_hz for p in points]
    if not min(clocks) * (1.0 - 1e-9) <= clock_hz <= max(clocks) * (1.0 + 1e-9):
        lines.append(
            f"No current is published at {format_quantity(clock_hz, 'Hz')}: "
            f"energy per event as at {format_quantity(clocks[0], 'Hz')}"
        )
    row = points[0].anchors[0].current
    if abs(row.supply_v - supply_v) > 1e-9:
        kept = "current" if row.regulator == "ldo" else "power"
        lines.append(f"Published at {row.supply_v:g} V, taken to {supply_v:g} V with equal {kept}")
    return lines


def _anchor_line(anchor: Anchor) -> str:
    row = anchor.current
    mix = f"; mix counted on {anchor.mix.chip}" if anchor.borrowed else ""
    return (
        f"{row.workload} from {row.code}, {format_quantity(row.clock_hz, 'Hz')}, "
        f"{row.supply_v:g} V, {row.regulator}: {format_quantity(row.typical_a, 'A')} "
        f"({row.grade}, {row.source}{mix})"
    )
