"""What stands before a device that not every access may reach."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices import Device

Passes = Callable[[int, int, bool], bool]
"""Whether an access passes, by its address and offset; the last argument: it is a write."""


class Screen(Device):
    """Lets some accesses of a device through; others read as zero and write nothing."""

    def __init__(self, device: Device, base: int, passes: Passes) -> None:
        super().__init__(device.name, device.host)
        self.device = device
        self._base = base
        self._passes = passes

    def read(self, offset: int, size: int) -> int:
        if self._passes(self._base + offset, offset, False):
            return self.device.read(offset, size)
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        if self._passes(self._base + offset, offset, True):
            self.device.write(offset, size, value)
