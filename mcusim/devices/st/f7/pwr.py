"""STM32F7 power control (RM0385, PWR): core voltage, over-drive, low-power modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.st.sleep_control import STANDBY, Stm32SleepControl

CR1, CSR1, CR2, CSR2 = 0x00, 0x04, 0x08, 0x0C
LPDS, PDDS, CSBF = 1 << 0, 1 << 1, 1 << 3
ODEN, ODSWEN = 1 << 16, 1 << 17
BRE, BRR, EIWUP, WUIF, SBF = (1 << n for n in (9, 3, 8, 0, 1))
ENABLES, PIN_FLAGS = 0x3F00, 0x3F
"""WUPP in CR2, EWUP in CSR2; CWUPF in CR2, WUPF in CSR2: one bit a WKUP pin each."""
VOSRDY, ODRDY, ODSWRDY = 1 << 14, 1 << 16, 1 << 17
HIGHEST_HZ = {1: 144e6, 2: 168e6, 3: 180e6}
"""Of HCLK by VOS (scales 3, 2, 1) without over-drive (RM0385, PWR_CR1.VOS)."""
OVER_DRIVE_HZ = {1: 144e6, 2: 180e6, 3: 216e6}


class Stm32f7Pwr(Stm32SleepControl):
    """Voltages and over-drive are in force at once; under-drive isn't told from Stop."""

    reset: ClassVar[Mapping[int, int]] = {CR1: 0xC000}
    wake_up_pins: ClassVar[tuple[tuple[int, int], ...]] = (
        # PA0, PA2, PC1, PC13, PI8, PI11 (STM32_open_pin_data, mcu/STM32F746NGHx.xml, SYS_WKUPn).
        *((0, 0), (0, 2), (2, 1), (2, 13), (8, 8), (8, 11)),
    )

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks.watch(self._check_voltage)

    def restart(self) -> None:
        before = self.stored
        super().restart()
        self.stored.update({register: before.get(register, 0) for register in (CSR1, CSR2)})
        self._name_deep_sleep()

    def load(self, register: int) -> int:
        value = super().load(register)
        if register != CSR1:
            return value
        # ODEN and ODSWEN lie where CSR1 has their ready flags.
        over_drive = self.stored[CR1] & (ODEN | ODSWEN)
        return value | VOSRDY | over_drive | (BRR if value & BRE else 0)

    def store(self, register: int, value: int) -> None:
        if register == CSR1:
            value = value & (BRE | EIWUP) | self.stored.get(CSR1, 0) & (SBF | WUIF)
        elif register == CSR2:
            value = value & ENABLES | self.stored.get(CSR2, 0) & PIN_FLAGS
        elif register == CR2:
            # CWUPF has the places of the flags that it clears.
            self.stored[CSR2] = self.stored.get(CSR2, 0) & ~(value & PIN_FLAGS)
            value &= ENABLES
        elif register == CR1 and value & CSBF:
            self.stored[CSR1] = self.stored.get(CSR1, 0) & ~SBF
            value &= ~CSBF
        super().store(register, value)
        if register == CR1:
            self._name_deep_sleep()

    # --- low-power modes ---

    def _mode(self) -> str:
        control = self.stored[CR1]
        return STANDBY if control & PDDS else "stop-low-power" if control & LPDS else "stop"

    def _take_flags(self, before: Self) -> None:
        for register in (CSR1, CSR2):
            self.stored[register] = before.stored.get(register, 0)

    def _kept_in_standby(self) -> tuple[str, ...]:
        return ()  # the backup SRAM is a peripheral

    def _flag_sleep(self, standby: bool) -> None:
        if standby:
            self.stored[CSR1] = self.stored.get(CSR1, 0) | SBF

    def _rtc_wakes(self) -> bool:
        wakes = bool(self.stored.get(CSR1, 0) & EIWUP)
        self.stored[CSR1] = self.stored.get(CSR1, 0) | (WUIF if wakes else 0)
        return wakes

    def _pin_wakes(self, number: int, rising: bool) -> bool:
        enabled = self.stored.get(CSR2, 0) >> 8 + number & 1
        falling = self.stored.get(CR2, 0) >> 8 + number & 1
        if not enabled or rising == bool(falling):
            return False
        self.stored[CSR2] = self.stored.get(CSR2, 0) | 1 << number
        return True

    def _check_voltage(self) -> None:
        control = self.stored[CR1]
        vos, over = max(1, control >> 14 & 3), bool(control & ODSWEN)
        limit = (OVER_DRIVE_HZ if over else HIGHEST_HZ)[vos]
        if self._clocks.running and self._clocks.hclk > limit * 1.001:
            self.host.warn(
                f"HCLK is {self._clocks.hclk / 1e6:g} MHz, but voltage scale {4 - vos} "
                f"{'with' if over else 'without'} over-drive allows {limit / 1e6:g} MHz: choose a "
                f"higher core voltage first"
            )
