"""STM32U5 power control (RM0456, PWR): regulator, core voltage, booster, low-power modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.st.sleep_control import SHUTDOWN, STANDBY, Stm32SleepControl
from mcusim.devices.st.u5.voltage import VoltageRange

CR1, CR3, VOSR, SVMCR, WUCR1, WUCR2, WUCR3 = 0x00, 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C
SR, SVMSR, WUSR, WUSCR = 0x38, 0x3C, 0x44, 0x48
RRSB1, RRSB2, REGSEL = 1 << 5, 1 << 6, 1 << 1
BOOSTRDY, VOSRDY, BOOSTEN = 1 << 14, 1 << 15, 1 << 18
CSSF, STOPF, SBF = 1 << 0, 1 << 1, 1 << 2
REGS, ACTVOSRDY = 1 << 1, 1 << 15
MONITORS = 0xF << 24
"""Enables of the supply monitors in SVMCR; SVMSR has their ready flags at the same places."""
Pins = tuple[tuple[tuple[int, int], ...], ...]
"""Of each wake-up line, the port and pin by WUCR3.WUSELx."""
A, B, C, E, F = 0, 1, 2, 4, 5
PINS: Pins = (
    # stm32u5xx_hal_pwr.h, PWR_WAKEUP_PINx_HIGH_y.
    ((A, 0), (B, 2), (E, 4)),
    ((A, 4), (C, 13), (E, 5)),
    ((E, 6), (A, 1), (B, 6)),
    ((A, 2), (B, 1), (B, 7)),
    ((C, 5), (A, 3), (B, 8)),
    ((B, 5), (A, 5), (E, 7)),
    ((B, 15), (A, 6), (E, 8)),
    ((F, 2), (A, 7), (B, 10)),
)


class Stm32u5Pwr(Stm32SleepControl):
    """Regulator, voltage and booster are as chosen at once.

    Shut-off of single RAMs, the monitors and the pull-ups of Standby aren't modelled; the RTC ends
    Standby and Shutdown whatever WUSELx says.
    """

    reset: ClassVar[Mapping[int, int]] = {}
    modes: ClassVar[tuple[str, ...]] = (
        *("stop0", "stop1", "stop2", "stop3"),
        *(STANDBY, STANDBY, SHUTDOWN, SHUTDOWN),
    )
    """What SLEEPDEEP leads to, by CR1.LPMS."""
    # RM0456, PWR; stm32u5xx_ll_utils.c, UTILS_MAX_FREQUENCY_SCALEx.
    highest_hz: ClassVar[Mapping[int, float]] = {1: 160e6, 2: 110e6, 3: 55e6, 4: 25e6}
    """Of HCLK by range."""
    boosted_beyond_hz: ClassVar[float] = 55e6
    """The booster (EPOD) must be on beyond (RM0456, PWR, dynamic voltage scaling)."""
    booster: ClassVar[int] = BOOSTEN
    """BOOSTEN of VOSR."""
    pins: ClassVar[Pins] = PINS

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._range = host.shared(VoltageRange)
        self._clocks.watch(self._check_voltage)

    def load(self, register: int) -> int:
        value = super().load(register)
        if register == VOSR:
            return self._voltage_status(value)
        return self._monitor_status() if register == SVMSR else value

    def store(self, register: int, value: int) -> None:
        if register == SR:
            if value & CSSF:
                self.stored[SR] = 0
            return
        if register == WUSCR:
            self.stored[WUSR] = self.stored.get(WUSR, 0) & ~value
            return
        if register in (SVMSR, WUSR):
            return
        if register == VOSR:
            value = self._choose_voltage(value)
        super().store(register, value)
        if register == CR1:
            self._name_deep_sleep()
        elif register == CR3:
            self.host.set_regulator("dcdc" if value & REGSEL else "ldo", at_reset="ldo")
        if register == VOSR and self._clocks.running:
            self.host.set_voltage_range(f"range{self._range.number}")

    # --- core voltage ---

    def _voltage_status(self, vosr: int) -> int:
        """VOSR with its ready flags."""
        return vosr | VOSRDY | (BOOSTRDY if vosr & BOOSTEN else 0)

    def _monitor_status(self) -> int:
        """SVMSR."""
        regulator = REGS if self.stored.get(CR3, 0) & REGSEL else 0
        voltage = self.stored.get(VOSR, 0) & 3 << 16
        return self.stored.get(SVMCR, 0) & MONITORS | voltage | ACTVOSRDY | regulator

    def _choose_voltage(self, value: int) -> int:
        """Takes the range that a write of VOSR asks for; returns what the register keeps."""
        self._range.number = 4 - (value >> 16 & 3)
        return value & ~(BOOSTRDY | VOSRDY)

    # --- low-power modes ---

    def _mode(self) -> str:
        return self.modes[self.stored.get(CR1, 0) & 7]

    def _take_flags(self, before: Self) -> None:
        if before._off == SHUTDOWN:
            return
        for register in (SR, WUSR, WUCR1, WUCR2, WUCR3):
            self.stored[register] = before.stored.get(register, 0)

    def _kept_in_standby(self) -> tuple[str, ...]:
        return ("sram2",) if self.stored.get(CR1, 0) & (RRSB1 | RRSB2) else ()

    def _flag_sleep(self, standby: bool) -> None:
        self.stored[SR] = self.stored.get(SR, 0) | (SBF if standby else STOPF)

    def _rtc_wakes(self) -> bool:
        return True

    def _pin_edge(self, port: int, pin: int, rising: bool) -> None:
        chosen = self.stored.get(WUCR3, 0)
        for number, pins in enumerate(self.pins):
            choice = chosen >> 2 * number & 3
            if choice < len(pins) and pins[choice] == (port, pin):
                self._wake_up_pin(number, port, pin, rising)

    def _pin_wakes(self, number: int, rising: bool) -> bool:
        enabled = self.stored.get(WUCR1, 0) >> number & 1
        falling = self.stored.get(WUCR2, 0) >> number & 1
        if not enabled or rising == bool(falling):
            return False
        self.stored[WUSR] = self.stored.get(WUSR, 0) | 1 << number
        return True

    def _check_voltage(self) -> None:
        if not self._clocks.running:
            return
        number, hclk = self._range.number, self._clocks.hclk
        self.host.set_voltage_range(f"range{number}")
        if hclk > self.highest_hz[number] * 1.001:
            self.host.warn(
                f"HCLK is {hclk / 1e6:g} MHz, but Range {number} allows "
                f"{self.highest_hz[number] / 1e6:g} MHz: choose a higher core voltage first"
            )
        elif hclk > self.boosted_beyond_hz * 1.001 and not self.stored.get(VOSR, 0) & self.booster:
            self.host.warn(
                f"HCLK is {hclk / 1e6:g} MHz, but needs the booster beyond "
                f"{self.boosted_beyond_hz / 1e6:g} MHz: set PWR_VOSR.BOOSTEN first"
            )
