"""One timed event of a peripheral, planned to the tick."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host
from mcusim.devices.nordic.fabric import NrfFabric


class Countdown:
    """Calls a function some ticks of 64 MHz from now, or not at all.

    The core comes to look between two blocks, a little late. While the function runs, the fabric's
    `moment` is the tick that was meant, so that periods don't drift and chains stay exact.
    """

    def __init__(self, host: Host, expired: Callable[[], None]) -> None:
        self._host = host
        self._fabric = host.shared(NrfFabric)
        self._expired = expired
        self._source = host.add_timer(self._due)
        self.due: int | None = None
        """The tick for which it is planned."""
        self._fabric.countdowns.append(self)

    def start(self, ticks: int) -> None:
        """Plans the call `ticks` from now, instead of any earlier plan."""
        self.at(self._fabric.now(self._host) + ticks)

    def at(self, tick: int) -> None:
        """Plans the call at a tick."""
        if self.due != tick:
            self.due = tick
            self.replan()

    def replan(self) -> None:
        """Has the host call at the cycle that the planned tick has at the core's present clock."""
        if self.due is not None:
            self._host.schedule(self._source, self._fabric.time.cycle_of(self.due))

    def stop(self) -> None:
        """Drops the plan."""
        if self.due is not None:
            self.due = None
            self._host.cancel(self._source)

    def catch_up(self, tick: int) -> None:
        """Makes calls that were due by `tick` and that the core has not come to yet."""
        while self.due is not None and self.due <= tick:
            self._host.cancel(self._source)
            self._due()

    @property
    def running(self) -> bool:
        """Whether the call is planned."""
        return self.due is not None

    def _due(self) -> None:
        before = self._fabric.moment
        self._fabric.moment = self.due
        self.due = None
        try:
            self._expired()
        finally:
            self._fabric.moment = before
