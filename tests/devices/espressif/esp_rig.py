"""Devices of the ESP32-C3 on a host that writes down what they ask."""

from __future__ import annotations

from fake_host import FakeHost

from mcusim.boards import load_board
from mcusim.devices import create
from mcusim.devices.device import Device

CORE_HZ = 160e6


class Rig:
    """Devices by their names in the chip file, with the interrupt sources that it gives them."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.host.clock_hz = CORE_HZ
        self._entries = {entry.name: entry for entry in load_board("esp32-c3").chip.device}
        self._made: dict[str, Device] = {}

    def __getitem__(self, name: str) -> Device:
        if name not in self._made:
            entry = self._entries[name]
            device = create(entry.type, entry.name, self.host)
            device.interrupts = tuple(entry.interrupts)
            device.placed(entry.base)
            self._made[name] = device
        return self._made[name]

    def later(self, seconds: float) -> None:
        """Lets time pass."""
        self.host.run_events(self.host.now + round(seconds * self.host.clock_hz))

    def route(self, source: int, line: int, priority: int = 1, *, edge: bool = False) -> None:
        """Sends an interrupt source to a line of the CPU."""
        matrix = self["interrupt-matrix"]
        matrix.write(4 * source, 4, line)
        matrix.write(0x114 + 4 * line, 4, priority)
        enabled, kinds = matrix.read(0x104, 4), matrix.read(0x108, 4)
        matrix.write(0x108, 4, kinds | edge << line)
        matrix.write(0x104, 4, enabled | 1 << line)
