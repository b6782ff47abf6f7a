"""Registers of 32 bits and interrupt sources, as all peripherals of the ESP32-C3 have them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from mcusim.devices.device import Device, Host
from mcusim.devices.espressif.clocks import Clocks


class Sources:
    """Levels of the interrupt sources: one object a machine, read by the interrupt matrix."""

    def __init__(self) -> None:
        self.levels = 0
        """A bit for each source (TRM v1.3, table 8.3-1)."""
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> None:
        """Has a function called after each change."""
        self._listeners.append(changed)

    def drive(self, source: int, level: bool) -> None:
        """Sets the level of a source."""
        levels = self.levels | 1 << source if level else self.levels & ~(1 << source)
        if levels != self.levels:
            self.levels = levels
            for listener in self._listeners:
                listener()


class EspPeripheral(Device):
    """Subclasses override `load` and `store`; a narrow access reaches its part of a register."""

    reset: ClassVar[Mapping[int, int]] = {}
    """Values at the start of the application that aren't 0, by offset."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.clocks = host.shared(Clocks)
        self._sources = host.shared(Sources)
        self.stored.update(self.reset)

    def load(self, register: int) -> int:
        """What the register at this offset reads as."""
        return self.stored.get(register, 0)

    def store(self, register: int, value: int) -> None:
        """Writes the whole register at this offset."""
        self.stored[register] = value

    def read(self, offset: int, size: int) -> int:
        word = self.load(offset & ~3)
        return word >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        register, shift = offset & ~3, 8 * (offset & 3)
        mask = (1 << 8 * size) - 1
        value &= mask
        if size < 4:
            value = self.stored.get(register, 0) & ~(mask << shift) | value << shift
        self.store(register, value & 0xFFFFFFFF)

    def interrupt(self, level: bool, line: int = 0) -> None:
        """Drives one of the interrupt sources that the chip file gives this device."""
        if line < len(self.interrupts):
            self._sources.drive(self.interrupts[line], level)
