"""The tick of the RP2040's watchdog and timer: clk_ref divided (datasheet 4.7.2)."""

from __future__ import annotations

import math
from collections.abc import Callable

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree, Source

ROUNDING = 1e-4
"""Ticks by which a time in seconds may miss a tick's beginning."""


class Ticks:
    """How fast ticks come; whoever counts them is told of changes."""

    def __init__(self) -> None:
        self.divider = 0
        """Periods of clk_ref in a tick; 0: off."""
        self._users: list[Callable[[], None]] = []

    def hz(self, tree: ClockTree) -> float:
        """Ticks a second."""
        return tree.hz(Source.REF) / self.divider if self.divider else 0.0

    def watch(self, changed: Callable[[], None]) -> None:
        """Has `changed` called when the divider changes."""
        self._users.append(changed)

    def set(self, divider: int) -> None:
        """Takes the divider; 0 stops the ticks."""
        self.divider = divider
        for user in self._users:
            user()


class TickCounter:
    """A count that follows from time, at a rate that may change on the way."""

    def __init__(self, host: Host) -> None:
        self._host = host
        self._position = self._since_s = self._hz = 0.0

    def _exactly(self) -> float:
        return self._position + (self._host.seconds - self._since_s) * self._hz

    @property
    def count(self) -> int:
        """Whole ticks."""
        return math.floor(self._exactly() + ROUNDING)

    def set(self, count: int) -> None:
        """Goes on from a count."""
        self._position, self._since_s = float(count), self._host.seconds

    def set_rate(self, hz: float) -> None:
        """Goes on at `hz`; 0 has it stand still."""
        if hz != self._hz:
            self._position, self._since_s, self._hz = self._exactly(), self._host.seconds, hz

    def cycle_of(self, count: int) -> int | None:
        """The cycle at which it will come to a count; None while it stands still."""
        if not self._hz:
            return None
        return self._host.cycle_in(max(0.0, (count - self._exactly()) / self._hz))
