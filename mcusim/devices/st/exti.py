"""STM32L4+ extended interrupts and events (RM0432 17), with what other series have elsewhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from mcusim.devices.device import Host
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

PINS = (*(1 << n for n in range(5)), 0x3E0, 0xFC00)
"""Lines 0 to 4, 5 to 9, 10 to 15: each group has an interrupt."""


class Registers(NamedTuple):
    """Offsets of the registers of lines 0 to 31."""

    imr: int
    rtsr: int
    ftsr: int
    swier: int
    pr: int


class Stm32Exti(WordDevice):
    """Configurable lines; the direct lines (wake-up by other peripherals) do nothing."""

    reset: ClassVar[Mapping[int, int]] = {0x00: 0xFF820000, 0x20: 0x87}
    at: ClassVar[Registers] = Registers(0x00, 0x08, 0x0C, 0x10, 0x14)  # RM0432 17.5
    groups: ClassVar[tuple[int, ...]] = (
        *PINS,
        1 << 16,  # PVD
        1 << 18,  # RTC alarms
        1 << 19,  # RTC tamper and time stamp
        1 << 20,  # RTC wake-up
        0x600000,  # comparators
    )
    """Lines of each interrupt, in the order of the chip file's `interrupts`."""
    rtc_lines: ClassVar[tuple[int, int]] = (18, 20)
    """Of the RTC's alarms and wake-up (RM0432 17.3.2, EXTI lines connections)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        lines = host.shared(ExtiLines)
        lines.edge = self._edge
        lines.rtc_alarm, lines.rtc_wake_up = self.rtc_lines

    def store(self, register: int, value: int) -> None:
        at = self.at
        if register == at.pr:
            self.stored[at.pr] = self.stored.get(at.pr, 0) & ~value
            self.stored[at.swier] = self.stored.get(at.swier, 0) & ~value
        elif register == at.swier:
            risen = value & ~self.stored.get(at.swier, 0)
            self.stored[at.swier] = value
            pending = self.stored.get(at.pr, 0) | risen & self.stored.get(at.imr, 0)
            self.stored[at.pr] = pending
        else:
            super().store(register, value)
        self._drive()

    def _edge(self, line: int, rising: bool) -> None:
        selected = self.stored.get(self.at.rtsr if rising else self.at.ftsr, 0)
        if selected >> line & 1:
            self.stored[self.at.pr] = self.stored.get(self.at.pr, 0) | 1 << line
            self._drive()

    def _drive(self) -> None:
        active = self.stored.get(self.at.pr, 0) & self.stored.get(self.at.imr, 0)
        for number, lines in enumerate(self.groups):
            self.interrupt(bool(active & lines), number)
