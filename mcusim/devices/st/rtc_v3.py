"""STM32 real-time clock with the newer register layout (RM0455, RTC): ICSR, SR and SCR."""

from __future__ import annotations

from mcusim.devices.st import rtc
from mcusim.devices.st.rtc import Stm32Rtc

SSR, ICSR, CR, CALR, ALRMAR, ALRMBR, ALRMBSSR = 0x08, 0x0C, 0x18, 0x28, 0x40, 0x48, 0x4C
SR, MISR, SCR, CFGR = 0x50, 0x54, 0x5C, 0x60
OLDER = {
    SSR: rtc.SSR,
    CR: rtc.CR,
    CALR: 0x3C,
    ALRMAR: rtc.ALRMAR,
    ALRMBR: rtc.ALRMBR,
    ALRMBSSR: 0x48,
}
"""Where the older layout has a register."""
FLAGS = rtc.ALRAF | rtc.ALRBF | rtc.WUTF
"""In ISR; SR has them 8 bits lower, in the order of their enables from bit 12 of CR."""


class Stm32RtcV3(Stm32Rtc):
    """The same clock; its backup registers and tamper detection are in a block of their own."""

    def load(self, register: int) -> int:
        if register == SR:
            return self._flags >> 8 & 7
        if register == MISR:
            return self._flags >> 8 & self.stored.get(rtc.CR, 0) >> 12 & 7
        if register == CFGR:
            return self.stored.get(CFGR, 0)
        value = super().load(OLDER.get(register, register))
        return value & ~FLAGS if register == ICSR else value

    def store(self, register: int, value: int) -> None:
        if register == SCR:
            self._flags &= ~(value << 8 & FLAGS)
        elif register == CFGR:
            self.stored[CFGR] = value
        elif register == ICSR:
            super().store(rtc.ISR, value | FLAGS)
        elif register not in (SR, MISR):
            super().store(OLDER.get(register, register), value)
