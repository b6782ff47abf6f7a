"""SAM D21 real-time counter (DS40001882, 19) as a counter of 32 or 16 bits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.counter import Counter, Mark
from mcusim.devices.microchip.registers import SamPeripheral

CTRL, READREQ, INTENCLR, INTENSET, INTFLAG, STATUS = 0x00, 0x02, 0x06, 0x07, 0x08, 0x0A
COUNT, PER, COMP = 0x10, 0x14, 0x18
SWRST, ENABLE, MATCHCLR = 1 << 0, 1 << 1, 1 << 7
COUNT32, COUNT16, CLOCK = range(3)
CMP0, CMP1, SYNCRDY, OVF = 1 << 0, 1 << 1, 1 << 6, 1 << 7
LAST_PRESCALER = 10


class SamRtc(SamPeripheral):
    """Modes 0 and 1; the calendar (mode 2), periodic events and FREQCORR aren't modelled.

    Registers synchronise at once. It runs on in standby, as long as its oscillator does.
    """

    widths: ClassVar[Mapping[int, int]] = {
        CTRL: 2, READREQ: 2, INTENCLR: 1, INTENSET: 1, INTFLAG: 1, STATUS: 1,
        COUNT: 4, PER: 2, COMP: 4,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._changed)
        self._counter = Counter(host, self._update)

    @property
    def _mode(self) -> int:
        return self.stored.get(CTRL, 0) >> 2 & 3

    def load(self, register: int) -> int:
        match register:
            case 0x06:
                return self.stored.get(INTENSET, 0)
            case 0x08:
                self._counter.catch_up()
                return self._counter.flags | SYNCRDY
            case 0x0A:
                return 0
            case 0x10:
                return self._counter.count
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        self._counter.catch_up()
        match register:
            case 0x00:
                self._control(value)
            case 0x06:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x07:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
            case 0x08:
                self._counter.flags &= ~value
            case 0x0A:
                return
            case 0x10:
                self._counter.set(value if self._mode == COUNT32 else value & 0xFFFF)
            case _:
                super().store(register, value)
        self._changed()

    def _control(self, value: int) -> None:
        if value & SWRST:
            self.stored.clear()
            self._counter.running, self._counter.flags = False, 0
            self._counter.set(0)
            return
        self.stored[CTRL] = value
        self._counter.running = bool(value & ENABLE) and self._mode != CLOCK
        if value & ENABLE and self._mode == CLOCK:
            self.host.warn("RTC: the calendar (CTRL.MODE = 2) isn't modelled; it stands still")

    def _configure(self) -> None:
        counter, compare = self._counter, self.stored.get(COMP, 0)
        if self._mode == COUNT16:
            counter.period = self.stored.get(PER, 0) + 1
            pairs = [(CMP0, compare & 0xFFFF), (CMP1, compare >> 16)]
        elif self.stored.get(CTRL, 0) & MATCHCLR:
            counter.period = compare + 1
            pairs = [(CMP0, compare)]
        else:
            counter.period = 1 << 32
            pairs = [(CMP0, compare)]
        marks: list[Mark] = [(OVF, counter.period)]
        marks += [(flag, at or counter.period) for flag, at in pairs if at < counter.period]
        counter.marks = marks

    def _changed(self) -> None:
        prescaler = min(self.stored.get(CTRL, 0) >> 8 & 0xF, LAST_PRESCALER)
        self._counter.set_rate(self._tree.peripheral_hz(self.name, self.host) / (1 << prescaler))
        self._configure()
        self._update()

    def _update(self) -> None:
        enabled = self.stored.get(INTENSET, 0)
        self.interrupt(bool(self._counter.flags & enabled))
        self._counter.plan(enabled)
