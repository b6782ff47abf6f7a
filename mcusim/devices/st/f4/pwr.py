"""STM32F4 power control (RM0090, PWR): that of the STM32F7 without over-drive, one WKUP pin."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.f7.pwr import CR1, CSR1, WUIF, Stm32f7Pwr

CWUF, EWUP, VOS = 1 << 2, 1 << 8, 1 << 14
HIGHEST_HZ = {1: 168e6, 2: 144e6}
"""Of HCLK by voltage scale (DocID022152, table 14)."""


class Stm32f4Pwr(Stm32f7Pwr):
    """The RTC ends Standby by itself, WKUP (PA0) where CSR.EWUP is set."""

    reset: ClassVar[Mapping[int, int]] = {CR1: VOS}
    wake_up_pins: ClassVar[tuple[tuple[int, int], ...]] = ((0, 0),)

    def store(self, register: int, value: int) -> None:
        if register == CR1 and value & CWUF:
            self.stored[CSR1] = self.stored.get(CSR1, 0) & ~WUIF
            value &= ~CWUF
        super().store(register, value)
        if register == CR1:
            self._check_voltage()

    def _rtc_wakes(self) -> bool:
        self.stored[CSR1] = self.stored.get(CSR1, 0) | WUIF
        return True

    def _pin_wakes(self, number: int, rising: bool) -> bool:
        if not rising or not self.stored.get(CSR1, 0) & EWUP:
            return False
        return self._rtc_wakes()

    def _check_voltage(self) -> None:
        scale = 1 if self.stored[CR1] & VOS else 2
        if self._clocks.running and self._clocks.hclk > HIGHEST_HZ[scale] * 1.001:
            self.host.warn(
                f"HCLK is {self._clocks.hclk / 1e6:g} MHz, but voltage scale {scale} allows "
                f"{HIGHEST_HZ[scale] / 1e6:g} MHz: choose a higher core voltage first"
            )
