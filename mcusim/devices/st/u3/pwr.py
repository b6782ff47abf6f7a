"""STM32U3 power control (RM0487, PWR): two voltage ranges, each with an enable of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.u5.pwr import (
    CR1,
    CR3,
    MONITORS,
    REGS,
    REGSEL,
    SVMCR,
    VOSR,
    Pins,
    Stm32u5Pwr,
)

R1EN, R2EN, BOOSTEN = 1 << 0, 1 << 1, 1 << 8
READY = 1 << 24 | 3 << 16
"""BOOSTRDY, R2RDY and R1RDY of VOSR."""
RETAINED = 7 << 4
"""RRSB1 to RRSB3 of CR1."""


class Stm32u3Pwr(Stm32u5Pwr):
    """Range 2 after reset; a write that leaves R1EN and R2EN equal changes neither.

    No pin ends Standby or Shutdown: which pins the wake-up lines have was not at hand.
    """

    reset: ClassVar[Mapping[int, int]] = {VOSR: R2EN}
    # RM0487, tables 103 and 104.
    highest_hz: ClassVar[Mapping[int, float]] = {1: 96e6, 2: 48e6}
    boosted_beyond_hz: ClassVar[float] = 24e6
    booster: ClassVar[int] = BOOSTEN
    pins: ClassVar[Pins] = ()

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._range.number = 2

    def _voltage_status(self, vosr: int) -> int:
        return vosr | (vosr & (R1EN | R2EN | BOOSTEN)) << 16

    def _monitor_status(self) -> int:
        regulator = REGS if self.stored.get(CR3, 0) & REGSEL else 0
        return self.stored.get(SVMCR, 0) & MONITORS | regulator

    def _choose_voltage(self, value: int) -> int:
        value &= ~READY
        if value & (R1EN | R2EN) not in (R1EN, R2EN):
            value = value & ~(R1EN | R2EN) | self.stored[VOSR] & (R1EN | R2EN)
        self._range.number = 1 if value & R1EN else 2
        return value

    def _kept_in_standby(self) -> tuple[str, ...]:
        return ("sram2",) if self.stored.get(CR1, 0) & RETAINED else ()
