"""Registers of 32 bits on the APB, as the peripherals of Arm's subsystems have them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Device, Host

IDENTITY = 0xFD0


class ApbDevice(Device):
    """A peripheral of whole words: subclasses override `load` and `store`.

    A narrow read gives its part of the register; a narrow write keeps the register's other bytes
    as they were written last.
    """

    reset: ClassVar[Mapping[int, int]] = {}
    """Values at reset that aren't 0, by offset."""
    identity: ClassVar[tuple[int, ...]] = ()
    """PID4 to PID7, PID0 to PID3, CID0 to CID3 (DDI0479D, CMSDK, component identification)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.stored.update(self.reset)
        for index, value in enumerate(self.identity):
            self.stored[IDENTITY + 4 * index] = value

    def load(self, register: int) -> int:
        """What the register at this offset reads as."""
        return self.stored.get(register, 0)

    def store(self, register: int, value: int) -> None:
        """Writes the whole register at this offset."""
        if not self.identity or register < IDENTITY:
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
        """Drives one of the interrupt lines that the chip file gives this device."""
        if line < len(self.interrupts):
            self.host.set_interrupt(self.interrupts[line], level)


class Remembered(ApbDevice):
    """Registers that keep what is written: security and power settings that change nothing here."""
