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
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

LATEST = 1 << 62
"""A cycle that no run reaches."""


@dataclass(frozen=True, slots=True)
class Segment:
    """A stretch of the run at one core clock."""

    cycle: int
    """At which it begins."""
    hz: float
    seconds: float
    """Simulated time at its beginning."""
    activity: NDArray[np.int64]
    """Totals of the run at its beginning, shape (columns,); empty for the first segment."""
    asleep: dict[str, int]
    """Cycles asleep up to its beginning, by sleep state."""


class Clock:
    """The segments so far; the last one has no end."""

    def __init__(self, hz: float) -> None:
        self.segments = [Segment(0, hz, 0.0, np.zeros(0, np.int64), {})]
        self._cycles = [0]

    @property
    def hz(self) -> float:
        """The present core clock."""
        return self.segments[-1].hz

    def change(
        self, cycle: int, hz: float, activity: NDArray[np.int64], asleep: dict[str, int]
    ) -> None:
        """Goes on at `hz` from `cycle` on; what was counted up to there belongs to the past."""
        segment = Segment(cycle, hz, self.seconds(cycle), activity, dict(asleep))
        self.segments.append(segment)
        self._cycles.append(cycle)

    def restart(self, hz: float) -> None:
        """The first segment was at `hz` after all."""
        if len(self.segments) == 1:
            self.segments = [replace(self.segments[0], hz=hz)]

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

    def rates(self, cycles: ArrayLike) -> NDArray[np.float64]:
        """Core clock at each of `cycles`."""
        rows = np.searchsorted(self._cycles, np.asarray(cycles), side="right") - 1
        hz: NDArray[np.float64] = np.array([s.hz for s in self.segments])[rows]
        return hz

    def main_hz(self, end_cycle: int) -> float:
        """The clock at which most of the run's cycles passed."""
        spent: dict[float, int] = {}
        ends = [*self._cycles[1:], end_cycle]
        for segment, end in zip(self.segments, ends, strict=True):
            spent[segment.hz] = spent.get(segment.hz, 0) + end - segment.cycle
        return max(spent, key=lambda hz: spent[hz])
