"""Registers of 32 bits, reached by accesses of any width."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Device, Host


class Words(Device):
    """A peripheral of whole registers: subclasses override `load` and `store`.

    A narrow read gives its part of the register; a narrow write keeps the register's other bytes
    as they were written last.
    """

    reset: ClassVar[Mapping[int, int]] = {}
    """Values at reset that aren't 0, by offset."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.stored.update(self.reset)

    def restart(self) -> None:
        self.stored = dict(self.reset)

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
