"""SAM D21 timer/counter (DS40001882, 30): counting, compare, overflow."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.counter import Counter, Mark
from mcusim.devices.microchip.registers import SamPeripheral

CTRLA, READREQ, CTRLBCLR, CTRLBSET, CTRLC = 0x00, 0x02, 0x04, 0x05, 0x06
INTENCLR, INTENSET, INTFLAG, STATUS, COUNT, PER, CC0 = 0x0C, 0x0D, 0x0E, 0x0F, 0x10, 0x14, 0x18
SWRST, ENABLE, RUNSTDBY = 1 << 0, 1 << 1, 1 << 11
COUNT16, COUNT8, COUNT32 = range(3)
BITS = {COUNT16: 16, COUNT8: 8, COUNT32: 32}
NFRQ, MFRQ, NPWM, MPWM = range(4)
PRESCALERS = (1, 2, 4, 8, 16, 64, 256, 1024)
DIR, ONESHOT = 1 << 0, 1 << 2
RETRIGGER, STOP = 1, 2
OVF, SYNCRDY, MC0, MC1 = 1 << 0, 1 << 3, 1 << 4, 1 << 5
STOPPED = 1 << 3


class SamTc(SamPeripheral):
    """Counts up or down in 8, 16 or 32 bits, with two compare channels.

    Capture, events, the waveform on pins and the pairing of two counters to 32 bits beyond their
    common count aren't modelled. Registers synchronise at once.
    """

    widths: ClassVar[Mapping[int, int]] = {
        CTRLA: 2, READREQ: 2, CTRLBCLR: 1, CTRLBSET: 1, INTENCLR: 1, INTENSET: 1, INTFLAG: 1,
        STATUS: 1, COUNT: 4,
    }  # fmt: skip
    reset: ClassVar[Mapping[int, int]] = {PER: 0xFF}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._changed)
        self._counter = Counter(host, self._update)

    # --- registers ---

    def load(self, register: int) -> int:
        match register:
            case 0x04 | 0x05:
                return self.stored.get(CTRLBSET, 0)
            case 0x0C:
                return self.stored.get(INTENSET, 0)
            case 0x0E:
                self._counter.catch_up()
                return self._counter.flags | SYNCRDY
            case 0x0F:
                return 0 if self._counter.running else STOPPED
            case 0x10:
                return self._count()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        self._counter.catch_up()
        match register:
            case 0x00:
                self._control(value)
            case 0x04:
                self.stored[CTRLBSET] = self.stored.get(CTRLBSET, 0) & ~value & (DIR | ONESHOT)
            case 0x05:
                self.stored[CTRLBSET] = self.stored.get(CTRLBSET, 0) | value & (DIR | ONESHOT)
                self._command(value >> 6)
            case 0x0C:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x0D:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
            case 0x0E:
                self._counter.flags &= ~value
            case 0x0F:
                return
            case 0x10:
                self._configure()
                value &= self._maximum
                self._counter.set(self._counter.period - 1 - value if self._down else value)
            case _:
                super().store(register, value)
        self._changed()

    def _control(self, value: int) -> None:
        if value & SWRST:
            self.stored.clear()
            self.stored.update(self.reset)
            self._counter.running, self._counter.flags = False, 0
            self._counter.set(0)
            return
        was_enabled = bool(self.stored.get(CTRLA, 0) & ENABLE)
        self.stored[CTRLA] = value
        if not value & ENABLE:
            self._counter.running = False
        elif not was_enabled:
            self._counter.running = True

    def _command(self, command: int) -> None:
        if command == RETRIGGER and self.stored.get(CTRLA, 0) & ENABLE:
            self._counter.set(0)
            self._counter.running = True
        elif command == STOP:
            self._counter.running = False

    # --- counting ---

    @property
    def _mode(self) -> int:
        return min(self.stored.get(CTRLA, 0) >> 2 & 3, COUNT32)

    @property
    def _maximum(self) -> int:
        return int((1 << BITS[self._mode]) - 1)

    @property
    def _down(self) -> bool:
        return bool(self.stored.get(CTRLBSET, 0) & DIR)

    def _compare(self, channel: int) -> int:
        """CC of a channel; its width is that of the counter."""
        width = BITS[self._mode] // 8
        at = CC0 + width * channel
        return sum(self.stored.get(at + byte, 0) << 8 * byte for byte in range(width))

    @property
    def _top(self) -> int:
        if self.stored.get(CTRLA, 0) >> 5 & 3 in (MFRQ, MPWM):
            return self._compare(0)
        return self.stored.get(PER, 0) if self._mode == COUNT8 else self._maximum

    def _count(self) -> int:
        count = self._counter.count
        return self._counter.period - 1 - count if self._down else count

    def _configure(self) -> None:
        counter, top = self._counter, self._top
        counter.period = top + 1
        counter.once = bool(self.stored.get(CTRLBSET, 0) & ONESHOT)
        marks: list[Mark] = [(OVF, counter.period)]
        for flag, channel in ((MC0, 0), (MC1, 1)):
            compare = self._compare(channel)
            if compare <= top:
                at = top - compare if self._down else compare
                marks.append((flag, at or counter.period))
        counter.marks = marks

    def _rate_hz(self) -> float:
        control = self.stored.get(CTRLA, 0)
        if self._tree.standby and not control & RUNSTDBY:
            return 0.0
        return self._tree.peripheral_hz(self.name, self.host) / PRESCALERS[control >> 8 & 7]

    def _changed(self) -> None:
        self._counter.set_rate(self._rate_hz())
        self._configure()
        self._update()

    def _update(self) -> None:
        enabled = self.stored.get(INTENSET, 0)
        self.interrupt(bool(self._counter.flags & enabled))
        # The end of a single shot stops the counter, whether or not anybody asked to be told.
        self._counter.plan(enabled)
