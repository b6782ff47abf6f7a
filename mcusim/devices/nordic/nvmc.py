"""nRF52 non-volatile memory controller: ready flags and the instruction cache."""

from __future__ import annotations

from mcusim.devices.device import Device

READY, READYNEXT = 0x400, 0x408
ICACHECNF = 0x540
CACHEEN = 1 << 0


class NrfNvmc(Device):
    """Always ready; ICACHECNF switches the instruction cache (PS, NVMC, Registers)."""

    def read(self, offset: int, size: int) -> int:
        return 1 if offset in (READY, READYNEXT) else super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        if offset == ICACHECNF:
            self.host.flash.invalidate_icache()
            self.host.flash.set_icache(bool(value & CACHEEN))
