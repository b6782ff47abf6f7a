"""RP2040 PWM (datasheet 4.5): eight counters; their outputs are not on the pins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree, Source
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.raspberrypi.ticks import TickCounter

SLICE_BYTES = 0x14
CSR, DIV, CTR, CC, TOP = 0x00, 0x04, 0x08, 0x0C, 0x10
EN, INTR, LINES, LINE_BYTES = 0x00, 0x04, 0x08, 0x0C
"""Behind the slices: what each interrupt line has of enable, force and status begins at LINES."""
INTE, INTF, INTS = 0x00, 0x04, 0x08
ENABLE, PHASE_CORRECT = 1 << 0, 1 << 1


def reset_values(slices: int) -> dict[int, int]:
    """Dividers of 1 and tops of 65535."""
    return {
        n * SLICE_BYTES + place: value
        for n in range(slices)
        for place, value in ((DIV, 0x10), (TOP, 0xFFFF))
    }


class RpPwm(Peripheral):
    """Free-running counting and the interrupt at each wrap; counting of an input isn't modelled."""

    reset_bit = 14
    slices: ClassVar[int] = 8
    lines: ClassVar[int] = 1
    reset: ClassVar[Mapping[int, int]] = reset_values(8)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._rates_changed)
        slices = range(self.slices)
        self._counters = [TickCounter(host) for _ in slices]
        self._wraps = [host.add_timer(lambda n=n: self._wrapped(n)) for n in slices]  # type: ignore[misc]
        self._raw = 0
        self._behind = self.slices * SLICE_BYTES

    def load(self, register: int) -> int:
        if register < self._behind:
            if register % SLICE_BYTES == CTR:
                return self._count(register // SLICE_BYTES)
            return super().load(register)
        place = register - self._behind
        if place == EN:
            return sum(
                (self.stored.get(n * SLICE_BYTES, 0) & ENABLE) << n for n in range(self.slices)
            )
        if place == INTR:
            return self._raw
        line, kind = divmod(place - LINES, LINE_BYTES)
        return self._status(line) if kind == INTS else super().load(register)

    def held(self, register: int) -> int:
        return self.load(register) if register == self._behind + EN else super().held(register)

    def store(self, register: int, value: int) -> None:
        place = register - self._behind
        if place < 0:
            self._set(register, value)
            return
        if place == EN:
            for number in range(self.slices):
                control = self.stored.get(number * SLICE_BYTES, 0) & ~ENABLE
                self._set(number * SLICE_BYTES, control | value >> number & 1)
        elif place == INTR:
            self._raw &= ~value
        elif (place - LINES) % LINE_BYTES != INTS:
            super().store(register, value & (1 << self.slices) - 1)
            self._rates_changed()
        self._update()

    def restart(self) -> None:
        super().restart()
        self._raw = 0
        for counter in self._counters:
            counter.set(0)
        self._rates_changed()
        self._update()

    def _enabled(self, line: int) -> int:
        return self.stored.get(self._behind + LINES + line * LINE_BYTES + INTE, 0)

    def _status(self, line: int) -> int:
        forced = self.stored.get(self._behind + LINES + line * LINE_BYTES + INTF, 0)
        return self._raw & self._enabled(line) | forced

    def _update(self) -> None:
        for line in range(self.lines):
            self.interrupt(bool(self._status(line)), line)

    def _set(self, register: int, value: int) -> None:
        number, place = divmod(register, SLICE_BYTES)
        count = self._count(number)
        if place == CTR:
            count = value & 0xFFFF
        else:
            super().store(register, value)
        self._counters[number].set(count)
        self._plan(number)

    def _period(self, number: int) -> int:
        """Ticks from one wrap to the next; phase-correct slices count up and down again."""
        top = self.stored[number * SLICE_BYTES + TOP] & 0xFFFF
        phase_correct = self.stored.get(number * SLICE_BYTES, 0) & PHASE_CORRECT
        return max(2 * top, 1) if phase_correct else top + 1

    def _count(self, number: int) -> int:
        position, period = self._counters[number].count, self._period(number)
        place = position % period
        if self.stored.get(number * SLICE_BYTES, 0) & PHASE_CORRECT and place > period // 2:
            return period - place
        return place

    def _rates_changed(self) -> None:
        for number in range(self.slices):
            self._plan(number)

    def _plan(self, number: int) -> None:
        """Sets the counter's rate, and has its next wrap told of where somebody wants to know."""
        on = self.stored.get(number * SLICE_BYTES, 0) & ENABLE and not self.in_reset
        divider = (self.stored[number * SLICE_BYTES + DIV] & 0xFFF) / 16.0 or 256.0
        counter = self._counters[number]
        counter.set_rate(self._tree.hz(Source.SYS) / max(divider, 1.0) if on else 0.0)
        self.host.cancel(self._wraps[number])
        if on and any(self._enabled(line) >> number & 1 for line in range(self.lines)):
            period = self._period(number)
            cycle = counter.cycle_of((counter.count // period + 1) * period)
            if cycle is not None:
                self.host.schedule(self._wraps[number], cycle)

    def _wrapped(self, number: int) -> None:
        self._raw |= 1 << number
        self._update()
        self._plan(number)
