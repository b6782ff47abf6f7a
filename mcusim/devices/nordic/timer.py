"""nRF52 TIMER: counts 16 MHz through a prescaler, compares, captures."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import EVENTS, NrfPeripheral
from mcusim.devices.nordic.tick_counter import TickCounter, next_match

# PS, TIMER, Registers.
START, STOP, COUNT, CLEAR, SHUTDOWN, CAPTURE = 0x000, 0x004, 0x008, 0x00C, 0x010, 0x040
COMPARE = 0x140
MODE, BITMODE, PRESCALER, CC = 0x504, 0x508, 0x510, 0x540
CHANNELS = 6
"""TIMER3 and TIMER4 have six; the two that the others lack do no harm."""
STOP_BIT = 8
"""The first bit of SHORTS that stops; the first that clears is bit 0."""
BITS = (16, 8, 24, 32)
TICKS_OF_16_MHZ = 4
"""16 MHz are a quarter of 64 MHz."""


class NrfTimer(NrfPeripheral):
    """Nothing happens per tick: matches are planned where somebody waits, else found on a look."""

    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {
        **{i: (COMPARE + 4 * i, CLEAR) for i in range(CHANNELS)},
        **{STOP_BIT + i: (COMPARE + 4 * i, STOP) for i in range(CHANNELS)},
    }
    reset: ClassVar[dict[int, int]] = {PRESCALER: 4}
    stop_bit: ClassVar[int] = STOP_BIT

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._ticks = TickCounter(Fraction(TICKS_OF_16_MHZ << 4))
        self._seen = 0
        """Count up to which matches have been found."""
        self._match = Countdown(host, self._matched)

    @property
    def _modulus(self) -> int:
        return 1 << BITS[self.stored.get(BITMODE, 0) & 3]

    def task(self, offset: int) -> None:
        now = self.now
        self._look(now)
        if offset == START:
            if self.stored.get(MODE, 0) == 0:
                self._ticks.start(now)
        elif offset in (STOP, SHUTDOWN):
            self._ticks.stop(now)
        elif offset == CLEAR:
            self._ticks.set(0, now)
            self._seen = 0
        elif offset == COUNT and self.stored.get(MODE, 0) != 0:
            self._count_one()
        elif offset & ~0x1F == CAPTURE:
            self.stored[CC + offset - CAPTURE] = self._ticks.count(now) % self._modulus
        self._plan()

    def configured(self, offset: int, value: int) -> None:
        if offset == PRESCALER and not self._ticks.running:
            count = self._ticks.count(0)
            self._ticks = TickCounter(Fraction(TICKS_OF_16_MHZ << min(value & 0xF, 9)))
            self._ticks.set(count, 0)
        self._plan()

    def now_enabled(self) -> None:
        self._plan()

    def rerouted(self) -> None:
        self._look(self.now)
        self._plan()

    def read(self, offset: int, size: int) -> int:
        self._look(self.now)
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        self._look(self.now)
        super().write(offset, size, value)

    def _count_one(self) -> None:
        count = self._ticks.count(0) + 1
        self._ticks.set(count, 0)
        self._seen = count
        self._fire_at(count)

    def _fire_at(self, count: int) -> None:
        shown = count % self._modulus
        for channel in [i for i in range(CHANNELS) if self._compare(i) == shown]:
            self.fire(COMPARE + 4 * channel)

    def _compare(self, channel: int) -> int:
        return self.stored.get(CC + 4 * channel, 0)

    def _is_awaited(self, channel: int) -> bool:
        event = COMPARE + 4 * channel
        bits = 1 << (event - EVENTS >> 2)
        shorts = self.stored.get(0x200, 0) & (1 | 1 << self.stop_bit) << channel
        return bool(self.inten & bits or shorts) or self.is_routed(event)

    def _look(self, now: int) -> None:
        """Raises the flags of matches that nobody waited for."""
        self._match.catch_up(now)
        if not self._ticks.running:
            return
        self._pass(self._ticks.count(now))

    def _pass(self, count: int) -> None:
        if count <= self._seen:
            return
        for channel in range(CHANNELS):
            value = self._compare(channel)
            if value < self._modulus and next_match(self._seen, value, self._modulus) <= count:
                self._events[COMPARE + 4 * channel] = 1
        self._seen = count

    def _plan(self) -> None:
        self.fabric.demand(self.fabric.hfclk_users, self.name, self._ticks.running)
        matches = [
            next_match(self._seen, self._compare(i), self._modulus)
            for i in range(CHANNELS)
            if self._ticks.running and self._is_awaited(i) and self._compare(i) < self._modulus
        ]
        if matches:
            self._match.at(self._ticks.cycle_of(min(matches)))
        else:
            self._match.stop()

    def _matched(self) -> None:
        count = self._ticks.count(self.now)
        self._pass(count)
        self._fire_at(count)
        self._plan()
