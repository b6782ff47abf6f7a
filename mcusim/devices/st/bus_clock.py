"""Time of the clocks that Stop modes switch off: it stands still there, with all that is due."""

from __future__ import annotations

from mcusim.devices.device import Host


class BusClock:
    """Cycles of the core's clock, without those in Stop; and events on that time."""

    def __init__(self) -> None:
        self.stopped = False
        self._stopped_at = 0
        self._lost = 0
        self._due: dict[int, int] = {}

    def now(self, host: Host) -> int:
        """The present cycle of the bus clock."""
        return self._stopped_at if self.stopped else host.now - self._lost

    def schedule(self, host: Host, source: int, cycle: int) -> None:
        """Has a timer of `host` expire at a cycle of the bus clock."""
        self._due[source] = cycle
        if not self.stopped:
            host.schedule(source, cycle + self._lost)

    def cancel(self, host: Host, source: int) -> None:
        """Drops the plan."""
        self._due.pop(source, None)
        host.cancel(source)

    def stop(self, host: Host) -> None:
        """The clock stands still from now on."""
        self._stopped_at = self.now(host)
        self.stopped = True
        for source in self._due:
            host.cancel(source)

    def go_on(self, host: Host) -> None:
        """The clock runs again."""
        self.stopped = False
        self._lost = host.now - self._stopped_at
        for source, cycle in self._due.items():
            if cycle >= self._stopped_at:
                host.schedule(source, cycle + self._lost)
