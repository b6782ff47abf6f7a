"""A counter that follows from time: it wraps at its period and tells which marks it passed."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

from mcusim.devices.device import Host

ROUNDING = 1e-4
"""Ticks by which a time in seconds may miss a tick's beginning."""

Mark = tuple[int, int]
"""A flag, and the tick of the period at whose beginning it is set."""


class Counter:
    """Counts from 0 to `period` and begins again, at a rate that may change on the way."""

    def __init__(self, host: Host, happened: Callable[[], None]) -> None:
        self._host = host
        self._happened = happened
        self._timer = host.add_timer(self._due)
        self._position = self._since_s = self._hz = 0.0
        self.period = 1
        self.marks: Sequence[Mark] = ()
        self.once = False
        self.running = False
        self.flags = 0
        """Flags of the marks that were passed since somebody cleared them."""

    @property
    def count(self) -> int:
        """Whole ticks into the period."""
        self.catch_up()
        return math.floor(self._position + ROUNDING)

    def set(self, count: int) -> None:
        """Goes on from a count."""
        self.catch_up()
        self._position = float(count)

    def set_rate(self, hz: float) -> None:
        """Goes on at `hz` ticks a second; 0 has it stand still."""
        self.catch_up()
        self._hz = hz

    def catch_up(self) -> None:
        """Brings position and flags to the present."""
        now_s = self._host.seconds
        passed, self._since_s = (now_s - self._since_s) * self._hz, now_s
        if not self.running or passed <= 0.0:
            return
        for flag, at in self.marks:
            if self._ticks_to(at) <= passed + ROUNDING:
                self.flags |= flag
        self._position += passed
        if self._position + ROUNDING >= self.period:
            self.running = not self.once
            self._position = 0.0 if self.once else max(0.0, self._position % self.period)

    def plan(self, awaited: int) -> None:
        """Has its owner told when a mark is passed whose flag is awaited and not yet set."""
        self._host.cancel(self._timer)
        missing = awaited & ~self.flags
        waits = [self._ticks_to(at) for flag, at in self.marks if flag & missing]
        if self.running and self._hz and waits:
            self._host.schedule(self._timer, self._host.cycle_in(min(waits) / self._hz))

    def _ticks_to(self, mark: int) -> float:
        """Ticks until the beginning of tick `mark` comes next; never, beyond the period."""
        if mark > self.period:
            return math.inf
        ahead = mark - self._position
        return ahead if ahead > ROUNDING else ahead + self.period

    def _due(self) -> None:
        self.catch_up()
        self._happened()
