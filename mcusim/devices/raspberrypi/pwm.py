"""RP2040 PWM (datasheet 4.5): eight counters; their outputs are not on the pins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree, Source
from mcusim.devices.raspberrypi.registers import Interrupts, Peripheral
from mcusim.devices.raspberrypi.ticks import TickCounter

SLICES, SLICE_BYTES = 8, 0x14
CSR, DIV, CTR, CC, TOP = 0x00, 0x04, 0x08, 0x0C, 0x10
EN, INTR, INTE, INTF, INTS = 0xA0, 0xA4, 0xA8, 0xAC, 0xB0
ENABLE, PHASE_CORRECT = 1 << 0, 1 << 1


class RpPwm(Peripheral):
    """Free-running counting and the interrupt at each wrap; counting of an input isn't modelled."""

    reset_bit = 14
    reset: ClassVar[Mapping[int, int]] = {
        **{n * SLICE_BYTES + DIV: 0x10 for n in range(SLICES)},
        **{n * SLICE_BYTES + TOP: 0xFFFF for n in range(SLICES)},
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._rates_changed)
        self._counters = [TickCounter(host) for _ in range(SLICES)]
        self._wraps = [host.add_timer(lambda n=n: self._wrapped(n)) for n in range(SLICES)]  # type: ignore[misc]
        self._interrupts = Interrupts(self.interrupt)

    def load(self, register: int) -> int:
        if register < SLICES * SLICE_BYTES and register % SLICE_BYTES == CTR:
            return self._count(register // SLICE_BYTES)
        match register:
            case 0xA0:
                return sum(
                    (self.stored.get(n * SLICE_BYTES, 0) & ENABLE) << n for n in range(SLICES)
                )
            case 0xA4:
                return self._interrupts.raw
            case 0xA8:
                return self._interrupts.enabled
            case 0xAC:
                return self._interrupts.forced
            case 0xB0:
                return self._interrupts.status
        return super().load(register)

    def held(self, register: int) -> int:
        return self.load(register) if register in (EN, INTE, INTF) else super().held(register)

    def store(self, register: int, value: int) -> None:
        if register < SLICES * SLICE_BYTES:
            self._set(register, value)
            return
        match register:
            case 0xA0:
                for number in range(SLICES):
                    control = self.stored.get(number * SLICE_BYTES, 0) & ~ENABLE
                    self._set(number * SLICE_BYTES, control | value >> number & 1)
            case 0xA4:
                self._interrupts.raw &= ~value
            case 0xA8:
                self._interrupts.enabled = value & 0xFF
                self._rates_changed()
            case 0xAC:
                self._interrupts.forced = value & 0xFF
        self._interrupts.update()

    def restart(self) -> None:
        super().restart()
        self._interrupts.raw = self._interrupts.enabled = self._interrupts.forced = 0
        for counter in self._counters:
            counter.set(0)
        self._rates_changed()
        self._interrupts.update()

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
        for number in range(SLICES):
            self._plan(number)

    def _plan(self, number: int) -> None:
        """Sets the counter's rate, and has its next wrap told of where somebody wants to know."""
        on = self.stored.get(number * SLICE_BYTES, 0) & ENABLE and not self.in_reset
        divider = (self.stored[number * SLICE_BYTES + DIV] & 0xFFF) / 16.0 or 256.0
        counter = self._counters[number]
        counter.set_rate(self._tree.hz(Source.SYS) / max(divider, 1.0) if on else 0.0)
        self.host.cancel(self._wraps[number])
        if on and self._interrupts.enabled >> number & 1:
            period = self._period(number)
            cycle = counter.cycle_of((counter.count // period + 1) * period)
            if cycle is not None:
                self.host.schedule(self._wraps[number], cycle)

    def _wrapped(self, number: int) -> None:
        self._interrupts.raw |= 1 << number
        self._interrupts.update()
        self._plan(number)
