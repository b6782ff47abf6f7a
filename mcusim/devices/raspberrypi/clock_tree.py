"""The clocks of an RP2040: sources, generators, and who depends on them (datasheet 2.15)."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum

from mcusim.devices.device import Host

ROSC_HZ = 6.5e6
"""Nominal, after reset (datasheet 2.17: 6.5 MHz; it varies with process, voltage, temperature)."""


class Source(Enum):
    """Where a clock can come from."""

    ROSC = "rosc"
    XOSC = "xosc"
    PLL_SYS = "pll_sys"
    PLL_USB = "pll_usb"
    PIN0 = "gpin0"
    PIN1 = "gpin1"
    REF = "clk_ref"
    SYS = "clk_sys"
    USB = "clk_usb"
    ADC = "clk_adc"
    RTC = "clk_rtc"
    PERI = "clk_peri"


class ClockTree:
    """Frequencies in hertz, 0 for a clock that stands still."""

    def __init__(self) -> None:
        self.frequency: dict[Source, Callable[[], float]] = {Source.ROSC: lambda: ROSC_HZ}
        """What tells a clock's frequency; sources and generators enter themselves."""
        self.asleep = False
        """Whether the chip is in its SLEEP state, with the clocks of SLEEP_EN alone."""
        self.sleep_enabled = (1 << 64) - 1
        """SLEEP_EN1:0."""
        self._users: list[Callable[[], None]] = []

    def hz(self, source: Source) -> float:
        """The frequency of a clock."""
        asked = self.frequency.get(source)
        return asked() if asked is not None else 0.0

    def gated(self, bit: int) -> bool:
        """Whether the SLEEP state takes away the clock of this bit of SLEEP_EN1:0."""
        return self.asleep and not self.sleep_enabled >> bit & 1

    def watch(self, changed: Callable[[], None]) -> None:
        """Has `changed` called after each change of a clock."""
        self._users.append(changed)

    def changed(self, host: Host) -> None:
        """Hands the core its clock and tells all users."""
        if core_hz := self.hz(Source.SYS):
            host.set_clock(core_hz)
        for user in self._users:
            user()
