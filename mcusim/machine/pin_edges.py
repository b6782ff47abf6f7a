"""Who is told of edges at pins: regions of interest, loads of the board, and whoever listens."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.machine.loads import Loads
from mcusim.machine.regions import Regions

ALL = (1 << 64) - 1


class PinListeners(list[Callable[[str, int, bool], None]]):
    """Those outside the machine listen to all pins; regions and loads each have their own."""

    def __init__(self, regions: Regions, loads: Loads) -> None:
        super().__init__()
        self._regions, self._loads = regions, loads

    def tell(self, port: str, pin: int, level: bool) -> None:
        """Begins or ends the region of a watched pin, switches its load, and tells who listens."""
        self._regions.pin_changed(port, pin, level)
        self._loads.pin_changed(port, pin, level)
        for listener in self:
            listener(port, pin, level)

    def watched(self, port: str) -> int:
        """Pins of a port whose edges anybody waits for, a bit for each."""
        if self:
            return ALL
        watched = {*self._regions.pins, *self._loads.pins}
        return sum(1 << pin for of_port, pin in watched if of_port == port)
