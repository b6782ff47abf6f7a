"""STM32L4+ power control (RM0432 5): core voltage, low-power modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

CR1, CR3, SR1, SR2, SCR, CR5 = 0x00, 0x08, 0x10, 0x14, 0x18, 0x80  # RM0432 5.4
LPR, R1MODE = 1 << 14, 1 << 8
REGLPF = 1 << 9
RANGE_2 = 2
LOW_POWER_MODES = ("stop0", "stop1", "stop2", "standby", *["shutdown"] * 4)
"""What SLEEPDEEP leads to, by CR1.LPMS (RM0432 5.4.1)."""
RANGE_2_HZ, RANGE_1_HZ = 26e6, 80e6
"""Highest HCLK in Range 2, and in Range 1 without boost (RM0432 5.1.8)."""


class Stm32Pwr(WordDevice):
    """A change of the voltage is ready at once (VOSF reads as 0); CR1.LPMS names the deep sleep."""

    reset: ClassVar[Mapping[int, int]] = {CR1: 0x200, CR3: 0x8000, CR5: R1MODE}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._check_voltage)
        host.set_deep_sleep(LOW_POWER_MODES[0], self._asleep)

    def load(self, register: int) -> int:
        if register == SR2:
            return REGLPF if self.stored[CR1] & LPR else 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register in (SR1, SR2, SCR):
            return
        super().store(register, value)
        if register == CR1:
            self.host.set_deep_sleep(LOW_POWER_MODES[value & 7], self._asleep)

    def _asleep(self) -> None:
        mode = LOW_POWER_MODES[self.stored[CR1] & 7]
        if mode.startswith("stop"):
            self._clocks.stop_entered()
        else:
            self.host.end(f"the firmware put the chip into {mode}: waking is a reset")

    def _check_voltage(self) -> None:
        if not self._clocks.running:
            return
        if self.stored[CR1] >> 9 & 3 == RANGE_2:
            limit, name = RANGE_2_HZ, "Range 2"
        elif self.stored[CR5] & R1MODE:
            limit, name = RANGE_1_HZ, "Range 1 without boost (PWR_CR5.R1MODE)"
        else:
            return
        if self._clocks.hclk > limit * 1.001:
            self.host.warn(
                f"HCLK is {self._clocks.hclk / 1e6:g} MHz, but {name} allows "
                f"{limit / 1e6:g} MHz: choose a higher core voltage first"
            )
