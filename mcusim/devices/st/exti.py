"""STM32L4+ extended interrupts and events (RM0432 17)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

IMR1, RTSR1, FTSR1, SWIER1, PR1 = 0x00, 0x08, 0x0C, 0x10, 0x14  # RM0432 17.5
IMR2 = 0x20
GROUPS = (
    *(1 << n for n in range(5)),
    0x3E0,  # lines 5 to 9
    0xFC00,  # 10 to 15
    1 << 16,  # PVD
    1 << 18,  # RTC alarms
    1 << 19,  # RTC tamper and time stamp
    1 << 20,  # RTC wake-up
    0x600000,  # comparators
)
"""Lines of each interrupt, in the order of the chip file's `interrupts`."""


class Stm32Exti(WordDevice):
    """Configurable lines 0 to 22; the direct lines (wake-up by other peripherals) do nothing."""

    reset: ClassVar[Mapping[int, int]] = {IMR1: 0xFF820000, IMR2: 0x87}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        host.shared(ExtiLines).edge = self._edge

    def store(self, register: int, value: int) -> None:
        if register == PR1:
            self.stored[PR1] = self.stored.get(PR1, 0) & ~value
            self.stored[SWIER1] = self.stored.get(SWIER1, 0) & ~value
        elif register == SWIER1:
            risen = value & ~self.stored.get(SWIER1, 0)
            self.stored[SWIER1] = value
            self.stored[PR1] = self.stored.get(PR1, 0) | risen & self.stored[IMR1]
        else:
            super().store(register, value)
        self._drive()

    def _edge(self, line: int, rising: bool) -> None:
        selected = self.stored.get(RTSR1 if rising else FTSR1, 0)
        if selected >> line & 1:
            self.stored[PR1] = self.stored.get(PR1, 0) | 1 << line
            self._drive()

    def _drive(self) -> None:
        active = self.stored.get(PR1, 0) & self.stored[IMR1]
        for number, lines in enumerate(GROUPS):
            self.interrupt(bool(active & lines), number)
