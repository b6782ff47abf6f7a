"""STM32U5 instruction cache (RM0456, ICACHE) between the core's C-bus and the flash."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.words import WordDevice

CR, SR, FCR, HMONR, MMONR = 0x00, 0x04, 0x0C, 0x10, 0x14
EN, CACHEINV, WAYSEL = 1 << 0, 1 << 1, 1 << 2
BSYENDF = 1 << 1


class Stm32u5Icache(WordDevice):
    """On and off, and invalidation, which is over at once.

    The monitors and the remapping of external memory aren't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {CR: WAYSEL}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._direct_mapped = False

    def store(self, register: int, value: int) -> None:
        if register == CR:
            super().store(register, value & ~CACHEINV)
            self._control(value)
        elif register == FCR:
            self.stored[SR] = self.stored.get(SR, 0) & ~value
        elif register not in (SR, HMONR, MMONR):
            super().store(register, value)

    def _control(self, value: int) -> None:
        direct_mapped = not value & WAYSEL
        if direct_mapped != self._direct_mapped:
            self._direct_mapped = direct_mapped
            self.host.flash.set_icache_ways(1 if direct_mapped else 2)
        self.host.flash.set_icache(bool(value & EN))
        if value & CACHEINV:
            self.host.flash.invalidate_icache()
            self.stored[SR] = self.stored.get(SR, 0) | BSYENDF
