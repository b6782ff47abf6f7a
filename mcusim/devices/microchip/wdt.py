"""SAM D21 watchdog (DS40001882, 18): resets the chip when it isn't cleared in time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.counter import Counter, Mark
from mcusim.devices.microchip.registers import SamPeripheral

CTRL, CONFIG, EWCTRL, INTENCLR, INTENSET, INTFLAG, STATUS, CLEAR = 0, 1, 2, 4, 5, 6, 7, 8
ENABLE, WEN, ALWAYSON = 1 << 1, 1 << 2, 1 << 7
EARLY_WARNING, TIMEOUT = 1 << 0, 1 << 1
KEY = 0xA5
LONGEST = 11
"""PER and its like: 8 clocks and on, each twice the one before, up to 16384 (component/wdt.h)."""


class SamWdt(SamPeripheral):
    """Counts its generic clock; off at reset, as the fuses of the chip are delivered."""

    widths: ClassVar[Mapping[int, int]] = dict.fromkeys((*range(3), *range(4, 9)), 1)
    reset: ClassVar[Mapping[int, int]] = {CONFIG: 0xBB, EWCTRL: 0x0B}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._changed)
        self._counter = Counter(host, self._update)

    def load(self, register: int) -> int:
        match register:
            case 0x04:
                return self.stored.get(INTENSET, 0)
            case 0x06:
                self._counter.catch_up()
                return self._counter.flags & EARLY_WARNING
            case 0x07 | 0x08:
                return 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        self._counter.catch_up()
        control = self.stored.get(CTRL, 0)
        match register:
            case 0x00:
                self._control(control, value)
            case 0x01 | 0x02:
                # Protected while the watchdog runs (DS40001882, WDT, CONFIG).
                if not control & (ENABLE | ALWAYSON):
                    super().store(register, value)
            case 0x04:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x05:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value & EARLY_WARNING
            case 0x06:
                self._counter.flags &= ~(value & EARLY_WARNING)
            case 0x08:
                self._clear(value)
        self._changed()

    def _control(self, before: int, value: int) -> None:
        if before & ALWAYSON:
            return
        self.stored[CTRL] = value
        runs = bool(value & (ENABLE | ALWAYSON))
        if runs != self._counter.running:
            self._counter.set(0)
        self._counter.running = runs

    def _clear(self, value: int) -> None:
        if value != KEY:
            self._bite(f"CLEAR was written with 0x{value:02X}; the key is 0x{KEY:02X}")
        elif self._counter.running and self._counter.count < self._window():
            self._bite("it was cleared while its window was still closed")
        else:
            self._counter.set(0)

    def _window(self) -> int:
        """Clocks after a clear during which the next one is forbidden."""
        if not self.stored.get(CTRL, 0) & WEN:
            return 0
        return _clocks(self.stored[CONFIG] >> 4)

    def _changed(self) -> None:
        counter = self._counter
        counter.set_rate(self._tree.peripheral_hz(self.name, self.host))
        counter.period = self._window() + _clocks(self.stored[CONFIG])
        marks: list[Mark] = [(TIMEOUT, counter.period)]
        marks.append((EARLY_WARNING, _clocks(self.stored[EWCTRL])))
        counter.marks = marks
        self._update()

    def _update(self) -> None:
        if self._counter.flags & TIMEOUT:
            clocks = self._counter.period
            self._bite(f"it was not cleared within {clocks} of its clocks")
        warned = self._counter.flags & self.stored.get(INTENSET, 0) & EARLY_WARNING
        self.interrupt(bool(warned))
        self._counter.plan(TIMEOUT | EARLY_WARNING)

    def _bite(self, reason: str) -> None:
        self._counter.running = False
        self._counter.flags &= ~TIMEOUT
        self.host.reset("watchdog", f"the watchdog (WDT) reset the chip: {reason}")


def _clocks(field: int) -> int:
    return 8 << min(field & 0xF, LONGEST)
