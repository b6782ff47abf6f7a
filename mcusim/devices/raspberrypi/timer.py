"""RP2040 timer (datasheet 4.6): 64 bits of microseconds, four alarms."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree
from mcusim.devices.raspberrypi.registers import WHOLE, Interrupts, Peripheral
from mcusim.devices.raspberrypi.ticks import TickCounter, Ticks

TIMEHW, TIMELW, TIMEHR, TIMELR, ALARM0, ARMED = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x20
TIMERAWH, TIMERAWL, PAUSE, INTR, INTE, INTF, INTS = 0x24, 0x28, 0x30, 0x34, 0x38, 0x3C, 0x40
ALARMS = 4


class RpTimer(Peripheral):
    """Counts the ticks of the watchdog's tick generator. An alarm goes off in its tick."""

    reset_bit = 21
    sleep_bit: ClassVar[int] = 32 + 5
    """CLK_SYS_TIMER in SLEEP_EN1:0 (pico-sdk, regs/clocks.h)."""
    tick: ClassVar[type[Ticks]] = Ticks

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree, self._ticks = host.shared(ClockTree), host.shared(self.tick)
        self._tree.watch(self._rate_changed)
        self._ticks.watch(self._rate_changed)
        self._counter = TickCounter(host)
        self._alarms = [host.add_timer(lambda n=n: self._reached(n)) for n in range(ALARMS)]  # type: ignore[misc]
        self._armed = 0
        self._latched = 0
        self._interrupts = Interrupts(lambda on: None)

    def load(self, register: int) -> int:
        match register:
            case 0x08:
                return self._latched
            case 0x0C:
                # Reading the low half keeps the high one for the read that follows.
                count = self._counter.count
                self._latched = count >> 32 & WHOLE
                return count & WHOLE
            case 0x20:
                return self._armed
            case 0x24:
                return self._counter.count >> 32 & WHOLE
            case 0x28:
                return self._counter.count & WHOLE
            case 0x34:
                return self._interrupts.raw
            case 0x38:
                return self._interrupts.enabled
            case 0x3C:
                return self._interrupts.forced
            case 0x40:
                return self._interrupts.status
        return super().load(register)

    def held(self, register: int) -> int:
        return self.load(register) if register in (INTE, INTF) else super().held(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x04:
                self._counter.set(self.stored.get(TIMEHW, 0) << 32 | value)
                self._plan_all()
            case 0x10 | 0x14 | 0x18 | 0x1C:
                super().store(register, value)
                self._armed |= 1 << (register - ALARM0 >> 2)
                self._plan(register - ALARM0 >> 2)
            case 0x20:
                self._armed &= ~value
                self._plan_all()
            case 0x30:
                super().store(register, value & 1)
                self._rate_changed()
            case 0x34:
                self._interrupts.raw &= ~value
            case 0x38:
                self._interrupts.enabled = value & 0xF
            case 0x3C:
                self._interrupts.forced = value & 0xF
            case 0x08 | 0x0C | 0x24 | 0x28 | 0x40:
                return
            case _:
                super().store(register, value)
        self._update()

    def restart(self) -> None:
        super().restart()
        self._counter.set(0)
        self._armed = self._interrupts.raw = self._interrupts.enabled = 0
        self._interrupts.forced = 0
        self._plan_all()
        self._update()

    def _rate_changed(self) -> None:
        stands = self.stored.get(PAUSE, 0) or self._tree.gated(self.sleep_bit)
        self._counter.set_rate(0.0 if stands else self._ticks.hz(self._tree))
        self._plan_all()

    def _plan_all(self) -> None:
        for number in range(ALARMS):
            self._plan(number)

    def _plan(self, number: int) -> None:
        self.host.cancel(self._alarms[number])
        if not self._armed >> number & 1:
            return
        now, wanted = self._counter.count, self.stored.get(ALARM0 + 4 * number, 0)
        # An alarm at the present tick is one that has just been reached.
        cycle = self._counter.cycle_of(now + ((wanted - now) & WHOLE))
        if cycle is not None:
            self.host.schedule(self._alarms[number], cycle)

    def _reached(self, number: int) -> None:
        self._armed &= ~(1 << number)
        self._interrupts.raw |= 1 << number
        self._update()

    def _update(self) -> None:
        for number in range(ALARMS):
            self.interrupt(bool(self._interrupts.status >> number & 1), number)
