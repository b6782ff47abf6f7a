"""nRF5340 CACHE: instructions and data of flash, on the core's code bus."""

from __future__ import annotations

from mcusim.devices.device import Device

# nRF5340 PS, CACHE, Registers.
ENABLE, INVALIDATE, MODE = 0x500, 0x504, 0x514
RAM_MODE = 1


class Nrf53Cache(Device):
    """Off at reset; switching it off, or from use as RAM, invalidates it (PS, CACHE)."""

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        if offset == INVALIDATE and value & 1:
            self._invalidate()
        elif offset in (ENABLE, MODE):
            on = bool(self.stored.get(ENABLE, 0) & 1) and not self.stored.get(MODE, 0) & RAM_MODE
            if not on:
                self._invalidate()
            self.host.flash.set_icache(on)
            self.host.flash.set_dcache(on)

    def _invalidate(self) -> None:
        self.stored[INVALIDATE] = 0
        self.host.flash.invalidate_icache()
        self.host.flash.invalidate_dcache()
