"""The system counter of an SSE-300 (TRM 101773; Arm ARM DDI0487, I2: its frames).

It counts the system clock, which is the core's on the AN547 (QEMU hw/arm/mps2-tz.c: MAINCLK).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host

CNTCR, CNTSR, CNTCV_LOW, CNTCV_HIGH, CNTSCR = 0x00, 0x04, 0x08, 0x0C, 0x10
CNTID, CNTSCR0, CNTSCR1 = 0x1C, 0xD0, 0xD4
ENABLE, SCALE = 1 << 0, 1 << 2
ONE = 1 << 24
"""A scale of 1: 8 bits before the point, 24 behind it."""
WORD, WRAP = 0xFFFFFFFF, (1 << 64) - 1


class SystemCounter:
    """64 bits of time, shared by its frames and by the system timers."""

    def __init__(self) -> None:
        self.control = 0
        self.scale = ONE
        self._begin = self._count = 0
        self._listeners: list[Callable[[], None]] = []

    def watch(self, listener: Callable[[], None]) -> None:
        """Has `listener` called after each change of the counter's course."""
        self._listeners.append(listener)

    @property
    def step(self) -> int:
        """What a cycle of the clock adds, in 2^-24; 0 while the counter is off."""
        if not self.control & ENABLE:
            return 0
        return self.scale if self.control & SCALE else ONE

    def count(self, cycle: int) -> int:
        """The counter's value at a cycle."""
        return self._count + ((cycle - self._begin) * self.step >> 24) & WRAP

    def cycle_of(self, count: int, cycle: int) -> int | None:
        """The first cycle after `cycle` with a count of `count` or more; None for never."""
        if not self.step:
            return None
        ahead = max(count - self._count, 0)
        return max(self._begin + -(-(ahead << 24) // self.step), cycle + 1)

    def set(self, count: int, cycle: int) -> None:
        """Goes on from a value."""
        self._count, self._begin = count & WRAP, cycle
        for listener in self._listeners:
            listener()

    def change(self, cycle: int, *, control: int | None = None, scale: int | None = None) -> None:
        """Takes new settings from a cycle on."""
        now = self.count(cycle)
        self.control = self.control if control is None else control
        self.scale = self.scale if scale is None else scale
        self.set(now, cycle)


class Sse300CounterControl(ApbDevice):
    """The Secure control frame: on, off, scale and the value itself; CNTSR.HLTDBG stays 0."""

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0xBA, 0xB0, 0x0B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._counter = host.shared(SystemCounter)

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self._counter.control
            case 0x08:
                return self._counter.count(self.host.now) & WORD
            case 0x0C:
                return self._counter.count(self.host.now) >> 32
            case 0x10 | 0xD0 | 0xD4:
                return self._counter.scale
            case 0x1C:
                return 1 << 0 | 1 << 17  # it can be scaled, and has one clock
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        counter, now = self._counter, self.host.now
        match register:
            case 0x00:
                counter.change(now, control=value & (ENABLE | 2 | SCALE))
            case 0x08:
                counter.set(counter.count(now) & ~WORD | value, now)
            case 0x0C:
                counter.set(counter.count(now) & WORD | value << 32, now)
            case 0x10 | 0xD0:
                # CNTSCR is CNTSCR0 under its older name. The second scale isn't modelled.
                counter.change(now, scale=value)


class Sse300CounterStatus(ApbDevice):
    """The frame for reading: CNTCV alone."""

    def load(self, register: int) -> int:
        count = self.host.shared(SystemCounter).count(self.host.now)
        return {0: count & WORD, 4: count >> 32}.get(register, 0)

    def store(self, register: int, value: int) -> None:
        """Nothing here can be written."""
