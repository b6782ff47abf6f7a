"""STM32 real-time clock that interrupts by a line of its own, past the EXTI (RM0444, RTC)."""

from __future__ import annotations

from typing import Self

from mcusim.devices.reset import Reset
from mcusim.devices.st.rtc_v3 import MISR, Stm32RtcV3


class Stm32RtcDirect(Stm32RtcV3):
    """The line is high while an enabled flag is set (MISR)."""

    def inherit(self, before: Self, reset: Reset) -> None:
        super().inherit(before, reset)
        self._drive()

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        self._drive()

    def _interrupt(self, line: int) -> None:
        self._lines.rtc_event()
        self._drive()

    def _drive(self) -> None:
        self.interrupt(bool(self.load(MISR)))
