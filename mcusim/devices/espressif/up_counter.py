"""A counter that follows from time, and an event at a moment of it."""

from __future__ import annotations

import math
from collections.abc import Callable

from mcusim._native import LatchedCounter
from mcusim.devices.device import Host

ROUNDING = 1e-4
"""Ticks by which a time in seconds may miss a tick's beginning."""


class UpCounter:
    """Counts up, or down, at a rate that may change on the way."""

    def __init__(self, host: Host, bits: int) -> None:
        self._host = host
        self._mask = (1 << bits) - 1
        self._whole = 0
        self._part = self._since_s = 0.0
        self._hz = 0.0
        self.latch = LatchedCounter(bits)
        """The same counter, for the native core to latch."""

    @property
    def value(self) -> int:
        """The count, of `bits` bits."""
        return self._whole + math.floor(self._ticks() + ROUNDING) & self._mask

    def set(self, value: int) -> None:
        """Goes on from `value`."""
        self._whole, self._part, self._since_s = value & self._mask, 0.0, self._host.seconds
        self._tell()

    def set_rate(self, hz: float) -> None:
        """Goes on at `hz` ticks a second; negative to count down, 0 to stand still."""
        if hz == self._hz:
            return
        ticks = self._ticks()
        whole = math.floor(ticks + ROUNDING)
        self._whole = self._whole + whole & self._mask
        self._part, self._since_s = max(0.0, ticks - whole), self._host.seconds
        self._hz = hz
        self._tell()

    def take(self) -> None:
        """Latches the present count."""
        self.latch.latched = self.value

    def _tell(self) -> None:
        self.latch.count_from(self._whole, self._part, self._since_s, self._hz)

    def seconds_to(self, value: int) -> float:
        """Time until the count is `value`; infinite while it stands still."""
        if self._hz == 0.0:
            return math.inf
        down = self._hz < 0.0
        ahead = (self.value - value if down else value - self.value) & self._mask
        part = self._ticks() - math.floor(self._ticks() + ROUNDING)
        return max(0.0, ahead - abs(part)) / abs(self._hz)

    def _ticks(self) -> float:
        """Ticks, and the part of one, since `_whole` was set."""
        return self._part + (self._host.seconds - self._since_s) * self._hz


class Alarm:
    """Calls a function at a moment that its owner plans anew whenever a clock changes."""

    def __init__(self, host: Host, rings: Callable[[], None]) -> None:
        self._host = host
        self._source = host.add_timer(rings)

    def after(self, seconds: float) -> None:
        """Plans the call `seconds` from now; infinite drops it."""
        if math.isinf(seconds):
            self.stop()
        else:
            self._host.schedule(self._source, self._host.cycle_in(seconds))

    def stop(self) -> None:
        """Drops the plan."""
        self._host.cancel(self._source)
