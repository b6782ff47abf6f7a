"""The core clock over a run: segments of constant frequency, and time made of them.

A run starts at the board's clock. On a chip whose clock controller is modelled, the firmware's
first write to a register that selects a clock (RCC_CR, ICSCR, CFGR, PLLCFGR) hands the clock over
to that controller; what ran before it, the start-up code, is restated at the chip's clock after
reset. So firmware that sets up its clocks runs at what it set up, and firmware that leaves them
alone runs at what the board file says. A clock that the user forces (`--clock`) stays. Limit: the
wait states of the flash during that start-up are those of the board's clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from mcusim.boards.power_schema import Regulator

LATEST = 1 << 62
"""A cycle that no run reaches."""
CHANGES_LIMIT = 500_000
"""Segments that are kept, at some 600 bytes each; a run with more ends."""


class Supply(NamedTuple):
    """What makes the core's voltage, as the firmware chose it; None is the board's choice."""

    regulator: Regulator | None = None
    voltage_range: str | None = None
    """The vendor's name, as the chip file's run currents have it."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the run at one core clock and supply of the core."""

    cycle: int
    """At which it begins."""
    hz: float
    seconds: float
    """Simulated time at its beginning."""
    activity: NDArray[np.int64]
    """Totals of the run at its beginning, shape (columns,); empty for the first segment."""
    asleep: dict[str, int]
    """Cycles asleep up to its beginning, by sleep state."""
    supply: Supply


class Clock:
    """The segments so far; the last one has no end."""

    def __init__(
        self,
        hz: float,
        told: Callable[[Segment], None] = lambda _: None,
        full: Callable[[], None] = lambda: None,
    ) -> None:
        """`told` is the first of `listeners`; `full` ends the run."""
        self.segments = [Segment(0, hz, 0.0, np.zeros(0, np.int64), {}, Supply())]
        self._cycles = [0]
        self._full = full
        self.listeners = [told]
        """Take each segment that becomes the last one."""
        self._tell()

    @property
    def hz(self) -> float:
        """The present core clock."""
        return self.segments[-1].hz

    @property
    def is_full(self) -> bool:
        """Whether no further change should come."""
        return len(self.segments) >= CHANGES_LIMIT

    @property
    def supply(self) -> Supply:
        """The present supply of the core."""
        return self.segments[-1].supply

    def change(
        self,
        cycle: int,
        hz: float,
        activity: NDArray[np.int64],
        asleep: dict[str, int],
        supply: Supply | None = None,
    ) -> None:
        """Goes on at `hz` from `cycle` on; what was counted up to there belongs to the past."""
        begin_s, supply = self.seconds(cycle), self.supply if supply is None else supply
        if cycle == self.segments[-1].cycle and len(self.segments) > 1:
            self.segments.pop()
            self._cycles.pop()
        segment = Segment(cycle, hz, begin_s, activity, dict(asleep), supply)
        self.segments.append(segment)
        self._cycles.append(cycle)
        self._tell()
        if self.is_full:
            self._full()

    def restart(self, hz: float) -> None:
        """The run so far was at `hz` after all, unless its clock has changed already."""
        if len({segment.hz for segment in self.segments}) == 1:
            self.segments = [
                replace(segment, hz=hz, seconds=segment.cycle / hz) for segment in self.segments
            ]
            self._tell()

    def restart_supply(self, supply: Supply) -> None:
        """All segments so far had this supply after all."""
        self.segments = [replace(segment, supply=supply) for segment in self.segments]

    def _tell(self) -> None:
        for listener in self.listeners:
            listener(self.segments[-1])

    def at(self, cycle: int) -> Segment:
        """The segment that `cycle` lies in."""
        return self.segments[max(0, bisect_right(self._cycles, cycle) - 1)]

    def seconds(self, cycle: int) -> float:
        """Simulated time at `cycle`."""
        segment = self.at(cycle)
        return segment.seconds + (cycle - segment.cycle) / segment.hz

    def cycle_at(self, seconds: float) -> int:
        """The cycle at which it will be `seconds` at the present clock."""
        last = self.segments[-1]
        return min(LATEST, max(0, last.cycle + round((seconds - last.seconds) * last.hz)))

    def times(self, cycles: ArrayLike) -> NDArray[np.float64]:
        """Simulated time at each of `cycles`."""
        wanted = np.asarray(cycles, dtype=np.float64)
        rows = np.searchsorted(self._cycles, wanted, side="right") - 1
        starts = np.array(self._cycles, dtype=np.float64)[rows]
        hz = np.array([s.hz for s in self.segments])[rows]
        seconds = np.array([s.seconds for s in self.segments])[rows]
        result: NDArray[np.float64] = seconds + (wanted - starts) / hz
        return result

    def rows(self, cycles: ArrayLike) -> NDArray[np.int64]:
        """Number of the segment that each of `cycles` lies in."""
        found = np.searchsorted(self._cycles, np.asarray(cycles), side="right") - 1
        return np.maximum(found, 0).astype(np.int64)

    def main(self, end_cycle: int) -> Segment:
        """A segment of the clock and supply at which most of the run's cycles passed."""
        spent: dict[tuple[float, Supply], int] = {}
        ends = [*self._cycles[1:], end_cycle]
        for segment, end in zip(self.segments, ends, strict=True):
            point = segment.hz, segment.supply
            spent[point] = spent.get(point, 0) + end - segment.cycle
        most = max(spent, key=lambda point: spent[point])
        return next(s for s in self.segments if (s.hz, s.supply) == most)
