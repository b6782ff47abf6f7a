"""STM32H7 power control (RM0433 and RM0455, PWR): supply, core voltage, low-power modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.st.h7.core_voltage import CoreVoltage
from mcusim.devices.st.sleep_control import STANDBY, Stm32SleepControl

CR1, CSR1, CR2, CR3, CPUCR, D3CR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x18
WKUPCR, WKUPFR, WKUPEPR = 0x20, 0x24, 0x28
ACTVOSRDY, VOSRDY = 1 << 13, 1 << 13
BYPASS, LDOEN, SMPSEN, SMPSEXTRDY = 1 << 0, 1 << 1, 1 << 2, 1 << 16
USBREGEN, USB33DEN, USB33RDY = 1 << 25, 1 << 24, 1 << 26
BREN, BRRDY = 1 << 0, 1 << 16
CSSF, STOPF, SBF = 1 << 9, 1 << 5, 1 << 6
STOP_BY_SVOS = ("stop-svos5", "stop-svos5", "stop-svos4", "stop")
"""What SLEEPDEEP leads to by the voltage in Stop, CR1.SVOS: scale 5, 4 or 3."""


class Stm32h743Pwr(Stm32SleepControl):
    """The core voltage is in force at once, from the first choice of a supply (CR3) on.

    Until CR3 is written the voltage is never ready, as on the chip: firmware that forgets it waits
    for ever.
    """

    reset: ClassVar[Mapping[int, int]] = {CR1: 0xF000C000, CR3: 0x6, D3CR: 1 << 14}
    scales: ClassVar[tuple[int, ...]] = (3, 3, 2, 1)
    """Scale of the core voltage by VOS (stm32h7xx_hal_pwr.h, PWR_REGULATOR_VOLTAGE_SCALEx)."""
    highest_hz: ClassVar[tuple[float, ...]] = (480e6, 400e6, 300e6, 200e6)
    """Of the core by scale (DS12110, general operating conditions; also embassy-stm32 rcc/h.rs)."""
    standby_bits: ClassVar[int] = 7
    """Of CPUCR: all domains may go to Standby."""
    wake_up_pins: ClassVar[tuple[tuple[int, int], ...]] = (
        # PA0, PA2, PI8, PC13, PI11, PC1 (DS12110, table 9; also the STM32H7A3's).
        *((0, 0), (0, 2), (8, 8), (2, 13), (8, 11), (2, 1)),
    )

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._voltage = host.shared(CoreVoltage)
        self._clocks.watch(self._check_voltage)
        self._supplied = False

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == CSR1:
            return self.stored[D3CR] & 3 << 14 | (ACTVOSRDY if self._supplied else 0)
        if register == D3CR:
            return value | (VOSRDY if self._supplied else 0)
        if register == CR2:
            return value | (BRRDY if value & BREN else 0)
        if register == CR3:
            return value | (USB33RDY if value & USB33DEN else 0) | self._smps_ready(value)
        return value

    def store(self, register: int, value: int) -> None:
        if register in (CSR1, WKUPFR):
            return
        if register == CPUCR:
            flags = 0 if value & CSSF else self.stored.get(CPUCR, 0) & (STOPF | SBF)
            value = value & ~(CSSF | STOPF | SBF) | flags
        elif register == WKUPCR:
            self.stored[WKUPFR] = self.stored.get(WKUPFR, 0) & ~value
            return
        super().store(register, value)
        if register == CR3:
            self._choose_supply(value)
        elif register == D3CR:
            self._voltage.scale = self.scales[value >> 14 & 3]
        elif register in (CR1, CPUCR):
            self._name_deep_sleep()

    def _smps_ready(self, cr3: int) -> int:
        """Only a chip with a converter has this flag."""
        return 0

    def _choose_supply(self, cr3: int) -> None:
        self._supplied = True

    # --- low-power modes ---

    def _mode(self) -> str:
        if self.stored.get(CPUCR, 0) & self.standby_bits == self.standby_bits:
            return STANDBY
        return STOP_BY_SVOS[self.stored[CR1] >> 14 & 3]

    def _take_flags(self, before: Self) -> None:
        # The choice of the supply is lost only with the power (RM0433, PWR_CR3).
        self._supplied = before._supplied
        self.stored[CR3] = before.stored[CR3]
        self.stored[WKUPFR] = before.stored.get(WKUPFR, 0)
        if before._off:
            self.stored[WKUPEPR] = before.stored.get(WKUPEPR, 0)
            self.stored[CPUCR] = SBF

    def _kept_in_standby(self) -> tuple[str, ...]:
        return ("bkpsram",) if self.stored.get(CR2, 0) & BREN else ()

    def _flag_sleep(self, standby: bool) -> None:
        self.stored[CPUCR] = self.stored.get(CPUCR, 0) | (SBF if standby else STOPF)

    def _rtc_wakes(self) -> bool:
        return True

    def _pin_wakes(self, number: int, rising: bool) -> bool:
        settings = self.stored.get(WKUPEPR, 0)
        if not settings >> number & 1 or rising == bool(settings >> 8 + number & 1):
            return False
        self.stored[WKUPFR] = self.stored.get(WKUPFR, 0) | 1 << number
        return True

    def _check_voltage(self) -> None:
        scale = self._voltage.in_force
        if self._clocks.running and self.host.clock_hz > self.highest_hz[scale] * 1.001:
            self.host.warn(
                f"the core clock is {self.host.clock_hz / 1e6:g} MHz, but VOS{scale} allows "
                f"{self.highest_hz[scale] / 1e6:g} MHz: choose a higher core voltage first"
            )


class Stm32h7a3Pwr(Stm32h743Pwr):
    """That of the STM32H7A3, whose core can be fed by a converter (SMPS) on the chip."""

    reset: ClassVar[Mapping[int, int]] = {CR1: 0xF000C000, CR3: 0x6, D3CR: 0}
    scales: ClassVar[tuple[int, ...]] = (3, 2, 1, 0)
    highest_hz: ClassVar[tuple[float, ...]] = (280e6, 225e6, 160e6, 88e6)
    """stm32h7xx_ll_utils.c, UTILS_MAX_FREQUENCY_SCALEx."""
    standby_bits: ClassVar[int] = 1 << 2

    def _smps_ready(self, cr3: int) -> int:
        return SMPSEXTRDY if cr3 & SMPSEN else 0

    def _choose_supply(self, cr3: int) -> None:
        super()._choose_supply(cr3)
        if cr3 & BYPASS:
            return
        converter = cr3 & SMPSEN and not cr3 & LDOEN
        self.host.set_regulator("dcdc" if converter else "ldo", at_reset="ldo")

    def _mode(self) -> str:
        control = self.stored.get(CPUCR, 0)
        return STANDBY if control & self.standby_bits else "stop2" if control & 1 else "stop"
