"""Published run currents as anchors: which of them apply to an operating point, and how well.

An anchor is a run current with the mix of its workload. Anchors of one voltage range, supply and
clock form a `Point`, which is fitted as a whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from mcusim.boards.power_schema import Power, Regulator, RunCurrent
from mcusim.boards.schema import Chip, Core, Overhead, WorkloadMix
from mcusim.errors import BoardError
from mcusim.machine.activity import COLUMNS, INDEX
from mcusim.power.calibration import Vector
from mcusim.power.supply import power_at


class BoardLike(Protocol):
    """What the energy model reads of a loaded board."""

    @property
    def name(self) -> str: ...
    @property
    def chip(self) -> Chip: ...
    @property
    def core(self) -> Core: ...
    @property
    def clock_hz(self) -> float: ...
    @property
    def supply_v(self) -> float: ...
    @property
    def regulator(self) -> Regulator: ...
    @property
    def overhead(self) -> Sequence[Overhead]: ...


@dataclass(frozen=True)
class Anchor:
    """A run current, the mix found for its workload, and how near that mix is."""

    current: RunCurrent
    mix: WorkloadMix
    borrowed: bool
    """The mix was counted on another chip or with another cache setting."""
    asleep_cycles: float = 0.0
    """Cycles' worth of energy that cores asleep took beside those awake, a cycle."""

    def vector(self) -> Vector:
        """Events per cycle, shape (columns,)."""
        vector = np.zeros(len(COLUMNS))
        for name, value in self.mix.per_cycle.items():
            if name not in INDEX:
                raise BoardError(
                    f"workload mix {self.mix.name!r}: {name!r} is not an activity column; "
                    f"use one of {', '.join(COLUMNS)}"
                )
            vector[INDEX[name]] = value
        vector[INDEX["cycles"]] = 1.0
        vector *= self.current.cores_awake
        vector[INDEX["cycles"]] += self.asleep_cycles
        return vector


@dataclass(frozen=True)
class Point:
    """The anchors that share voltage range and clock."""

    clock_hz: float
    anchors: tuple[Anchor, ...]


def find_mix(
    current: RunCurrent, mixes: Sequence[WorkloadMix], chip: str
) -> tuple[WorkloadMix, bool] | None:
    """The mix of the current's workload and code memory: same chip and cache, else the nearest."""
    same = [m for m in mixes if m.name == current.workload and m.code == current.code]
    if not same:
        return None
    # Cache before chip: a core without its cache behaves less like itself than a sister chip does.
    best = max(same, key=lambda m: 2 * (m.cache == current.cache) + (m.chip == chip))
    return best, best.cache != current.cache or best.chip != chip


def usable_anchors(
    board: BoardLike, regulator: Regulator, mixes: Sequence[WorkloadMix]
) -> list[Anchor]:
    """Anchors of the regulator that have a mix."""
    chip = board.chip
    currents = [c for c in chip.power.run if c.regulator == regulator]
    if not currents:
        known = sorted({c.regulator for c in chip.power.run})
        raise BoardError(
            f"chip {chip.name!r} has no run current with regulator {regulator!r}; "
            f"choose one of {', '.join(known) or '(none)'} or add a [[power.run]] row"
        )
    found = [(c, find_mix(c, mixes, chip.name)) for c in currents]
    anchors = [Anchor(c, f[0], f[1], _asleep_cycles(chip, c)) for c, f in found if f is not None]
    if not anchors:
        wanted = sorted({f"{c.workload} from {c.code}" for c in currents})
        raise BoardError(
            f"no workload mix for {', '.join(wanted)} (chip {chip.name!r}); "
            "add it to boards/workloads.toml"
        )
    return anchors


def _asleep_cycles(chip: Chip, current: RunCurrent) -> float:
    if chip.cores is None:
        return 0.0
    return chip.cores.asleep_share * (chip.cores.count - current.cores_awake)


def select_points(
    anchors: Sequence[Anchor], clock_hz: float, supply_v: float, voltage_range: str | None
) -> list[Point]:
    """The points of the voltage range in force, in rising order of clock.

    The range is the slowest one with an anchor at `clock_hz` or above (firmware is held to choose
    the lowest core voltage that allows its clock), or the fastest one when none reaches it. Within
    it only the anchors published at the supply nearest to `supply_v` count.
    """
    if voltage_range is None:
        voltage_range = _range_for(anchors, clock_hz)
    inside = [a for a in anchors if a.current.voltage_range == voltage_range]
    nearest = min(abs(a.current.supply_v - supply_v) for a in inside)
    inside = [a for a in inside if abs(a.current.supply_v - supply_v) <= nearest + 1e-9]
    clocks = sorted({a.current.clock_hz for a in inside})
    return [Point(f, tuple(a for a in inside if a.current.clock_hz == f)) for f in clocks]


def _range_for(anchors: Sequence[Anchor], clock_hz: float) -> str:
    top: dict[str, float] = {}
    for anchor in anchors:
        name = anchor.current.voltage_range
        top[name] = max(top.get(name, 0.0), anchor.current.clock_hz)
    able = {name: f for name, f in top.items() if f >= clock_hz * (1.0 - 1e-9)}
    if able:
        return min(able, key=lambda name: able[name])
    return max(top, key=lambda name: top[name])


def static_power(power: Power, supply_v: float, regulator: Regulator) -> float:
    """Clock-independent watts while running; 0 when the chip file gives no intercept."""
    rows = [s for s in power.static if s.regulator == regulator]
    if not rows:
        return 0.0
    row = min(rows, key=lambda s: abs(s.supply_v - supply_v))
    return power_at(row.typical_a, row.supply_v, supply_v, regulator)
