"""What an energy figure rests on: its grade and a line for each source."""

from __future__ import annotations

from collections.abc import Sequence

from mcusim.boards.schema import Grade, Overhead
from mcusim.power.anchors import Anchor, BoardLike, Point
from mcusim.units import format_quantity

GRADES: tuple[Grade, ...] = ("measured", "published", "derived", "assumed")
"""From the best known to the least."""


def weakest(grades: Sequence[Grade]) -> Grade:
    """The least known of some grades."""
    return max(grades, key=GRADES.index)


def grade_of(board: BoardLike, points: Sequence[Point], extra: Sequence[Overhead]) -> Grade:
    """Weakest of anchors, their mixes, static current, class energies and extras."""
    anchors = [a for p in points for a in p.anchors]
    regulator = anchors[0].current.regulator
    grades: list[Grade] = [a.current.grade for a in anchors]
    grades += ["assumed" if a.borrowed else a.mix.grade for a in anchors]
    grades += [s.grade for s in board.chip.power.static if s.regulator == regulator]
    grades += [row.grade for row in extra]
    return weakest([*grades, board.core.relative_energy_grade])


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
    lines.append(f"Spread between parts ±{100 * power.spread:.0f} %: {power.spread_source}")
    lines += [f"Board: {row.name}, {row.source} ({row.grade})" for row in extra]
    return lines


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
