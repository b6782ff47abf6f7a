"""RP2040 watchdog (datasheet 4.7): resets the chip, makes the tick, keeps eight words."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.raspberrypi.ticks import TickCounter, Ticks
from mcusim.devices.reset import Reset

CTRL, LOAD, REASON, SCRATCH0, SCRATCH4, TICK = 0x00, 0x04, 0x08, 0x0C, 0x1C, 0x2C
ENABLE, TRIGGER = 1 << 30, 1 << 31
BY_TIMER, BY_FORCE = 1 << 0, 1 << 1
TICK_ENABLE, TICK_RUNNING = 1 << 9, 1 << 10
COUNT_BITS = 0xFFFFFF
REBOOT = 0xB007C0D3
"""In SCRATCH4: the firmware asks for the reset, and where to go on (datasheet 2.8.1.1)."""


class RpWatchdog(Peripheral):
    """All that a reset of it takes along starts anew; the debugger never pauses it.

    The choice of what it resets (WDSEL) is remembered: it resets all.
    """

    decrement: ClassVar[int] = 2
    """What each tick takes from the count: erratum RP2040-E1."""
    tick: ClassVar[type[Ticks]] = Ticks
    reset: ClassVar[Mapping[int, int]] = {CTRL: 0x07000000, TICK: TICK_ENABLE}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree, self._ticks = host.shared(ClockTree), host.shared(self.tick)
        self._tree.watch(self._rate_changed)
        self._ticks.watch(self._rate_changed)
        self._counter = TickCounter(host)
        self._bites = host.add_timer(self._bite)
        self._loaded = 0
        self._reason = 0

    def inherit(self, before: Self, reset: Reset) -> None:
        """The scratch registers stay, and the reason is told."""
        for register in range(SCRATCH0, TICK, 4):
            self.stored[register] = before.stored.get(register, 0)
        self.stored[REASON] = before._reason

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self.stored[CTRL] & ~COUNT_BITS | self._left()
            case 0x2C:
                running = self.stored[TICK] & TICK_ENABLE and self._ticks.divider
                return self.stored[TICK] | (TICK_RUNNING if running else 0)
        return super().load(register)

    def held(self, register: int) -> int:
        return self.load(register) if register == CTRL else super().held(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                left = self._left()
                super().store(register, value & ~(COUNT_BITS | TRIGGER))
                self._loaded = left
                self._counter.set(0)
                if value & TRIGGER:
                    self._reset(BY_FORCE, "the firmware asked for it (CTRL.TRIGGER)")
            case 0x04:
                self._loaded = value & COUNT_BITS
                self._counter.set(0)
            case 0x2C:
                super().store(register, value & 0x3FF)
                self._ticks.set(value & 0x1FF if value & TICK_ENABLE else 0)
            case 0x08:
                return
            case _:
                super().store(register, value)
        self._rate_changed()

    def _left(self) -> int:
        return max(0, self._loaded - self.decrement * self._counter.count)

    def _rate_changed(self) -> None:
        on = bool(self.stored[CTRL] & ENABLE)
        self._counter.set_rate(self._ticks.hz(self._tree) if on else 0.0)
        self.host.cancel(self._bites)
        cycle = self._counter.cycle_of(-(-self._loaded // self.decrement)) if on else None
        if cycle is not None:
            self.host.schedule(self._bites, cycle)

    def _bite(self) -> None:
        self._reset(
            BY_TIMER, f"it was not fed within {self._loaded // self.decrement} of its ticks"
        )

    def _reset(self, reason: int, why: str) -> None:
        self._reason = reason
        asked = reason == BY_FORCE or self.stored.get(SCRATCH4, 0) == REBOOT
        message = f"the watchdog reset the chip: {why}"
        self.host.reset("software" if asked else "watchdog", message)
