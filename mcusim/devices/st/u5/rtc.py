"""STM32U5 real-time clock (RM0456 rev 6, RTC): which of its functions are for Secure code."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD
from mcusim.devices.st import rtc
from mcusim.devices.st.rtc_direct import Stm32RtcDirect
from mcusim.devices.st.rtc_v3 import CALR, MISR, OLDER
from mcusim.devices.st.u5.gtzc import IllegalAccesses
from mcusim.devices.st.u5.rtc_security import (
    PRIVCFGR,
    SECCFGR,
    SHIFTR,
    SMISR,
    protected,
    secure_flags,
)
from mcusim.devices.st.u5.secured import is_secured

CONFIGURATION = {PRIVCFGR: 0x80, SECCFGR: 0x84}
"""Where they are kept: at their own offsets the older layout has alarms."""
SECURE_LINE = 1
KEYED = {
    **dict.fromkeys((rtc.TR, rtc.DR, rtc.PRER, OLDER[CALR], SHIFTR), WHOLE_WORD),
    rtc.CR: 1 << 4 | 1 << 6 | 1 << 16 | 1 << 17,
}
"""By offset in the older layout: whole registers, and REFCKON, FMT, ADD1H and SUB1H."""


class Stm32u5Rtc(Stm32RtcDirect):
    """With TrustZone, SECCFGR keeps functions for Secure code; the privilege isn't checked.

    The interrupt of such a function is the second line, and shows in SMISR instead of MISR.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._on = is_secured(host)
        if self._on:
            accesses = host.shared(IllegalAccesses)
            host.screen_device(name, lambda: accesses.report(name), self._allowed)

    def load(self, register: int) -> int:
        if register in CONFIGURATION:
            return self.stored.get(CONFIGURATION[register], 0)
        if register in (MISR, SMISR):
            secure = secure_flags(self.load(SECCFGR)) if self._on else 0
            return super().load(MISR) & (secure if register == SMISR else ~secure)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in CONFIGURATION:
            self.stored[CONFIGURATION[register]] = value
            self._drive()
        elif register != SMISR:
            super().store(register, value)

    def protected_bits(self, register: int) -> int:
        """Fewer than in older ones: alarms and wake-up timer need no keys (63.3.11)."""
        return KEYED.get(register, 0)

    def _drive(self) -> None:
        super()._drive()
        self.interrupt(bool(self.load(SMISR)), SECURE_LINE)

    def _allowed(self, offset: int, write: bool) -> int:
        return WHOLE_WORD & ~protected(self.load(SECCFGR), offset, write)
