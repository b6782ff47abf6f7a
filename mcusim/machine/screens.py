"""What stands before a device that not every access may reach."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices import Device

Passes = Callable[[int, int, bool], int]
"""Which bits of a word an access reaches, by its address and the offset of the word; the last
argument: it is a write."""


class Screen(Device):
    """Lets accesses reach some bits of a device; others read as zero and keep their value."""

    def __init__(self, device: Device, base: int, passes: Passes) -> None:
        super().__init__(device.name, device.host)
        self.device = device
        self._base = base
        self._passes = passes

    def read(self, offset: int, size: int) -> int:
        bits = self._bits(offset, size, False)
        return self.device.read(offset, size) & bits if bits else 0

    def write(self, offset: int, size: int, value: int) -> None:
        bits = self._bits(offset, size, True)
        kept = (1 << 8 * size) - 1 & ~bits
        if not bits:
            return
        value &= bits
        if kept and offset & ~3 not in self.device.write_ones:
            value |= self.device.read(offset, size) & kept
        self.device.write(offset, size, value)

    def _bits(self, offset: int, size: int, write: bool) -> int:
        """Those of the bytes that are accessed."""
        word = self._passes(self._base + offset, offset & ~3, write)
        return word >> 8 * (offset & 3) & (1 << 8 * size) - 1
