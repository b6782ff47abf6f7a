"""The counter of SiFive's watchdog, real-time clock and PWM: it follows from time."""

from __future__ import annotations

import math
from collections.abc import Callable

from mcusim.devices.device import Host

ROUNDING = 1e-4
"""Ticks by which a time in seconds may miss a tick's beginning."""


class Counter:
    """Counts up from what it is set to, at a rate in hertz that may change on the way."""

    def __init__(self, host: Host, reached: Callable[[], None]) -> None:
        self._host = host
        self._timer = host.add_timer(reached)
        self._ticks = self._since_s = self._hz = 0.0

    @property
    def value(self) -> int:
        """Whole ticks counted."""
        return max(0, math.floor(self._now() + ROUNDING))

    def set(self, value: int) -> None:
        """Goes on from `value`."""
        self._ticks, self._since_s = float(value), self._host.seconds

    def take(self, ticks: int) -> None:
        """Goes back by whole ticks, with what has passed of the present one."""
        self._ticks -= ticks

    def set_rate(self, hz: float) -> None:
        """Goes on at `hz` ticks a second; at 0 it stands still."""
        self._ticks, self._since_s = self._now(), self._host.seconds
        self._hz = hz

    def call_at(self, value: int | None) -> None:
        """Has the owner called when the counter gets to `value`; None drops the plan."""
        self._host.cancel(self._timer)
        if value is not None and self._hz:
            missing_s = max(0.0, value - self._now()) / self._hz
            self._host.schedule(self._timer, self._host.cycle_in(missing_s))

    def _now(self) -> float:
        return self._ticks + (self._host.seconds - self._since_s) * self._hz


def first_match(count: int, scale: int, width: int, compare: int) -> int:
    """The first count, from `count` on, whose field is at least `compare`.

    The field has `width` bits from bit `scale` on: wdogs, rtcs, pwms.
    """
    field = count >> scale & (1 << width) - 1
    if field >= compare:
        return count
    return (count >> scale + width << scale + width) + (compare << scale)
