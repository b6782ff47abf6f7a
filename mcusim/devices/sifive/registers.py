"""Registers of 32 bits on SiFive's TileLink peripheral bus."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.words import Words


class SifivePeripheral(Words):
    """Subclasses override `load` and `store`; only aligned accesses of 32 bits are specified."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._levels: dict[int, bool] = {}

    def interrupt(self, level: bool, line: int = 0) -> None:
        """Drives one of the interrupt lines that the chip file gives this device."""
        if line < len(self.interrupts) and self._levels.get(line, False) != level:
            self._levels[line] = level
            self.host.set_interrupt(self.interrupts[line], level)
