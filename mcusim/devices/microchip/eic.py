"""SAM D21 external interrupt controller (DS40001882, 21): EXTINT0 to EXTINT15."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import EIC, ClockTree
from mcusim.devices.microchip.pins import Pins
from mcusim.devices.microchip.registers import SamPeripheral

CTRL, STATUS, NMICTRL, NMIFLAG, EVCTRL = 0x00, 0x01, 0x02, 0x03, 0x04
INTENCLR, INTENSET, INTFLAG, WAKEUP, CONFIG0, CONFIG1 = 0x08, 0x0C, 0x10, 0x14, 0x18, 0x1C
SWRST, ENABLE = 1 << 0, 1 << 1
RISE, FALL, BOTH, HIGH, LOW = range(1, 6)
FUNCTION_A = 0
NO_LINE = -1
LINES = (
    (*range(8), NO_LINE, *range(9, 16), *range(8), 12, 13, NO_LINE, 15, 8, NO_LINE, 10, 11),
    (NO_LINE, NO_LINE, 2, 3, *[NO_LINE] * 4, 8, 9, 10, 11, *[NO_LINE] * 10, 6, 7),
)
"""EXTINT of each pin of PA and PB (hal_atmel, pio/samd21g18a.h); PA08 is NMI."""


class SamEic(SamPeripheral):
    """An edge needs the block's generic clock, a level doesn't.

    The NMI, the filter and events aren't modelled. Each enabled line wakes the core.
    """

    widths: ClassVar[Mapping[int, int]] = {
        **dict.fromkeys((CTRL, STATUS, NMICTRL, NMIFLAG), 1),
        **dict.fromkeys((EVCTRL, INTENCLR, INTENSET, INTFLAG, WAKEUP, CONFIG0, CONFIG1), 4),
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._pins = host.shared(Pins)
        self._pins.edge = self._edge
        self._flags = 0

    def load(self, register: int) -> int:
        match register:
            case 0x01:
                return 0
            case 0x08:
                return self.stored.get(INTENSET, 0)
            case 0x10:
                return self._flags
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00 if value & SWRST:
                self.stored.clear()
                self._flags = 0
            case 0x08:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x0C:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
            case 0x10:
                self._flags &= ~value
            case 0x01:
                return
            case _:
                super().store(register, value)
        self._look_at_levels()
        self._update()

    def _sense(self, line: int) -> int:
        if not self.stored.get(CTRL, 0) & ENABLE:
            return 0
        return self.stored.get(CONFIG1 if line > 7 else CONFIG0, 0) >> 4 * (line & 7) & 7

    def _line(self, group: int, pin: int) -> int:
        """The line that a pin leads to; NO_LINE while it has another function."""
        if pin >= len(LINES[group]) or self._pins.function(group, pin) != FUNCTION_A:
            return NO_LINE
        return LINES[group][pin]

    def _edge(self, group: int, pin: int, level: bool) -> None:
        line = self._line(group, pin)
        if line == NO_LINE:
            return
        clocked = self._tree.standby or self._tree.channel_hz(EIC, self.host) > 0.0
        wanted = {RISE: level, FALL: not level, BOTH: True}.get(self._sense(line), False)
        if wanted and clocked:
            self._flags |= 1 << line
        self._look_at_levels()
        self._update()

    def _look_at_levels(self) -> None:
        """A line that senses a level is flagged as long as the level lasts."""
        if not any(self.stored.get(register, 0) & 0x44444444 for register in (CONFIG0, CONFIG1)):
            return
        for group, lines in enumerate(LINES):
            for pin in range(len(lines)):
                line = self._line(group, pin)
                sense = 0 if line == NO_LINE else self._sense(line)
                if sense in (HIGH, LOW) and self._pins.level(group, pin) == (sense == HIGH):
                    self._flags |= 1 << line

    def _update(self) -> None:
        self.interrupt(bool(self._flags & self.stored.get(INTENSET, 0)))
