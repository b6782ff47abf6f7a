"""One timed event of a peripheral, planned to the cycle."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host
from mcusim.devices.nordic.fabric import NrfFabric


class Countdown:
    """Calls a function some cycles from now, or not at all.

    The core comes to look between two blocks, a little late. While the function runs, the fabric's
    `moment` is the cycle that was meant, so that periods don't drift and chains stay exact.
    """

    def __init__(self, host: Host, expired: Callable[[], None]) -> None:
        self._host = host
        self._fabric = host.shared(NrfFabric)
        self._expired = expired
        self._source = host.add_timer(self._due)
        self.due: int | None = None
        """The cycle for which it is planned."""

    def start(self, cycles: int) -> None:
        """Plans the call `cycles` from now, instead of any earlier plan."""
        self.at(self._fabric.now(self._host) + cycles)

    def at(self, cycle: int) -> None:
        """Plans the call at a cycle."""
        if self.due != cycle:
            self.due = cycle
            self._host.schedule(self._source, cycle)

    def stop(self) -> None:
        """Drops the plan."""
        if self.due is not None:
            self.due = None
            self._host.cancel(self._source)

    def catch_up(self, cycle: int) -> None:
        """Makes calls that were due by `cycle` and that the core has not come to yet."""
        while self.due is not None and self.due <= cycle:
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
