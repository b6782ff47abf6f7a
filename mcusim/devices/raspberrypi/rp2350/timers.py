"""RP2350 tick generators, timers and watchdog (pico-sdk, src/rp2350, regs/ticks.h and timer.h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.raspberrypi.ticks import Ticks
from mcusim.devices.raspberrypi.timer import RpTimer
from mcusim.devices.raspberrypi.watchdog import TICK, RpWatchdog


class Timer0Ticks(Ticks):
    """What TIMER0 counts."""


class Timer1Ticks(Ticks):
    """What TIMER1 counts."""


class WatchdogTicks(Ticks):
    """What the watchdog counts."""


class Rp2350Ticks(Peripheral):
    """Six generators; those of the cores and of RISC-V's timer are remembered."""

    CTRL, CYCLES, COUNT, STEP = 0x0, 0x4, 0x8, 0xC
    ENABLE, RUNNING = 1 << 0, 1 << 1
    USERS: ClassVar[Mapping[int, type[Ticks]]] = {
        2: Timer0Ticks, 3: Timer1Ticks, 4: WatchdogTicks,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._ticks = {number: host.shared(kind) for number, kind in self.USERS.items()}

    def load(self, register: int) -> int:
        value = super().load(register)
        if register % self.STEP == self.CTRL and value & self.ENABLE:
            return value | self.RUNNING
        return value

    def store(self, register: int, value: int) -> None:
        number, place = divmod(register, self.STEP)
        if place == self.COUNT:
            return
        super().store(register, value & 0x1FF)
        ticks = self._ticks.get(number)
        if ticks is not None:
            on = self.stored.get(number * self.STEP, 0) & self.ENABLE
            ticks.set(self.stored.get(number * self.STEP + self.CYCLES, 0) if on else 0)


class Rp2350Timer0(RpTimer):
    """The RP2040's, with two registers more before the interrupts; both are remembered."""

    reset_bit = 23
    sleep_bit = 32 + 20
    tick: ClassVar[type[Ticks]] = Timer0Ticks
    LOCKED, INTR, MOVED, OWN = 0x34, 0x3C, 0x8, 0x800

    def load(self, register: int) -> int:
        return super().load(self._as_on_rp2040(register))

    def store(self, register: int, value: int) -> None:
        super().store(self._as_on_rp2040(register), value)

    def held(self, register: int) -> int:
        # The base class asks itself for registers that it keeps elsewhere.
        moved = self._as_on_rp2040(register)
        return RpTimer.load(self, moved) if moved in (0x38, 0x3C) else self.stored.get(moved, 0)

    def _as_on_rp2040(self, register: int) -> int:
        if self.LOCKED <= register < self.INTR:
            return self.OWN + register
        return register - self.MOVED if register >= self.INTR else register


class Rp2350Timer1(Rp2350Timer0):
    """The second one."""

    reset_bit = 24
    sleep_bit = 32 + 21
    tick = Timer1Ticks


class Rp2350Watchdog(RpWatchdog):
    """Without the RP2040's erratum, and with ticks from elsewhere."""

    decrement = 1
    tick = WatchdogTicks

    def load(self, register: int) -> int:
        return 0 if register == TICK else super().load(register)

    def store(self, register: int, value: int) -> None:
        if register != TICK:
            super().store(register, value)
