"""Interrupt lines of the NVIC that several sources of a chip share."""

from __future__ import annotations

from mcusim.devices.device import Host


class InterruptLines:
    """A line is high while any of its sources is."""

    def __init__(self) -> None:
        self._high: dict[int, set[tuple[str, int]]] = {}
        """By interrupt number: device and its own number of the source."""

    def drive(self, host: Host, number: int, source: tuple[str, int], level: bool) -> None:
        """Takes the level of one source."""
        high = self._high.setdefault(number, set())
        if level:
            high.add(source)
        else:
            high.discard(source)
        host.set_interrupt(number, bool(high))
