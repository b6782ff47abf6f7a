"""Registers of 8, 16 and 32 bits side by side, as the SAM D family has them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

from mcusim.devices.device import Device, Host


class SamPeripheral(Device):
    """A peripheral of registers of several widths: subclasses override `load` and `store`.

    An access that covers several registers reaches each of them; a narrow write keeps the
    register's other bytes as they were written last.
    """

    widths: ClassVar[Mapping[int, int]] = {}
    """Bytes of each register that does something, by offset; all others are bytes that remember."""
    reset: ClassVar[Mapping[int, int]] = {}
    """Values at reset that aren't 0, by offset."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.stored.update(self.reset)

    def load(self, register: int) -> int:
        """What the register at this offset reads as."""
        return self.stored.get(register, 0)

    def store(self, register: int, value: int) -> None:
        """Writes the whole register at this offset."""
        self.stored[register] = value

    def read(self, offset: int, size: int) -> int:
        value = 0
        for register, at, count in self._parts(offset, size):
            part = self.load(register) >> 8 * (at - register) & (1 << 8 * count) - 1
            value |= part << 8 * (at - offset)
        return value

    def write(self, offset: int, size: int, value: int) -> None:
        for register, at, count in self._parts(offset, size):
            part, shift = value >> 8 * (at - offset), 8 * (at - register)
            mask = (1 << 8 * count) - 1
            kept = self.stored.get(register, 0) & ~(mask << shift)
            if count == self.widths.get(register, 1):
                kept = 0
            self.store(register, kept | (part & mask) << shift)

    def interrupt(self, level: bool) -> None:
        """Drives the interrupt line that the chip file gives this device."""
        for line in self.interrupts[:1]:
            self.host.set_interrupt(line, level)

    def _parts(self, offset: int, size: int) -> Iterator[tuple[int, int, int]]:
        """Register, first byte and number of bytes of what an access reaches."""
        at = offset
        while at < offset + size:
            register = self._register(at)
            count = min(register + self.widths.get(register, 1), offset + size) - at
            yield register, at, count
            at += count

    def _register(self, offset: int) -> int:
        for register in (offset, offset & ~1, offset & ~3):
            if register <= offset < register + self.widths.get(register, 0):
                return register
        return offset
