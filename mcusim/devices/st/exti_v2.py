"""STM32 extended interrupts with pending flags by edge, and the choice of ports (RM0444, EXTI)."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

RTSR1, FTSR1, SWIER1, RPR1, FPR1, IMR1 = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x80
EXTICR1, EXTICR4 = 0x60, 0x6C
PORT_BITS = 8


class Stm32ExtiV2(WordDevice):
    """Configurable lines of the first 32; direct lines belong to their peripherals alone.

    The RTC of these series interrupts by a line of its own (`Stm32RtcDirect`).
    """

    groups: ClassVar[tuple[int, ...]] = ()
    """Lines of each interrupt, in the order of the chip file's `interrupts`."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._lines = host.shared(ExtiLines)
        self._lines.edge = self._edge

    def store(self, register: int, value: int) -> None:
        if register in (RPR1, FPR1):
            # Flags are cleared by writing 1.
            self.stored[register] = self.stored.get(register, 0) & ~value
        elif register == SWIER1:
            self.stored[RPR1] = self.stored.get(RPR1, 0) | value & self.stored.get(RTSR1, 0)
        else:
            super().store(register, value)
        if EXTICR1 <= register <= EXTICR4:
            for place in range(4):
                self._lines.ports[register - EXTICR1 + place] = value >> PORT_BITS * place & 0xF
        self._drive()

    def _edge(self, line: int, rising: bool) -> None:
        selected, pending = (RTSR1, RPR1) if rising else (FTSR1, FPR1)
        if self.stored.get(selected, 0) >> line & 1:
            self.stored[pending] = self.stored.get(pending, 0) | 1 << line
            self._drive()

    def _drive(self) -> None:
        pending = self.stored.get(RPR1, 0) | self.stored.get(FPR1, 0)
        active = pending & self.stored.get(IMR1, 0)
        for number, lines in enumerate(self.groups):
            self.interrupt(bool(active & lines), number)
