"""nRF52 RTC: counts the low-frequency clock, and wakes the core from sleep."""

from __future__ import annotations

from fractions import Fraction

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock import NrfClock
from mcusim.devices.nordic.clock_rates import LFCLK_TICKS
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.lfclk_user import LfclkUser
from mcusim.devices.nordic.peripheral import NrfPeripheral
from mcusim.devices.nordic.tick_counter import TickCounter, next_match

# PS, RTC, Registers.
START, STOP, CLEAR, TRIGOVRFLW = 0x000, 0x004, 0x008, 0x00C
TICK, OVRFLW, COMPARE = 0x100, 0x104, 0x140
EVTEN, EVTENSET, EVTENCLR = 0x340, 0x344, 0x348
COUNTER, PRESCALER, CC = 0x504, 0x508, 0x540
CHANNELS = 4
"""RTC0 has three; a fourth does no harm."""
MODULUS = 1 << 24
BEFORE_OVERFLOW = 0xFFFFF0
COMPARE_BIT = 16


class NrfRtc(NrfPeripheral, LfclkUser):
    """An event happens only while EVTEN or INTEN has it enabled (PS, RTC, Event control)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._ticks = TickCounter(LFCLK_TICKS)
        self._evten = 0
        self._wanted = False
        self._planned: list[tuple[int, int]] = []
        self._next = Countdown(host, self._happened)

    def task(self, offset: int) -> None:
        if offset == START:
            self._wanted = True
            self._run_if_clocked()
        elif offset == STOP:
            self._wanted = False
            self._ticks.stop(self.now)
        elif offset == CLEAR:
            self._ticks.set(0, self._edge())
        elif offset == TRIGOVRFLW:
            self._ticks.set(BEFORE_OVERFLOW, self._edge())
        self._plan()

    def lfclk_changed(self, running: bool) -> None:
        if not running:
            self._ticks.stop(self.now)
        elif self._wanted:
            self._ticks.start(self._edge())
        self._plan()

    def value(self, offset: int) -> int:
        if offset == COUNTER:
            return self._ticks.count(self.now) % MODULUS
        if offset in (EVTENSET, EVTENCLR, EVTEN):
            return self._evten
        return super().value(offset)

    def configured(self, offset: int, value: int) -> None:
        if offset == EVTEN:
            self._evten = value
        elif offset == EVTENSET:
            self._evten |= value
        elif offset == EVTENCLR:
            self._evten &= ~value
        elif offset == PRESCALER and not self._ticks.running:
            count = self._ticks.count(0)
            self._ticks = TickCounter(LFCLK_TICKS * ((value & 0xFFF) + 1))
            self._ticks.set(count, 0)
        self._plan()

    def now_enabled(self) -> None:
        self._plan()

    def read(self, offset: int, size: int) -> int:
        self._next.catch_up(self.now)
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        self._next.catch_up(self.now)
        super().write(offset, size, value)

    def _edge(self) -> Fraction:
        # A task takes effect at the next edge of the clock: the first count comes 46 +- 15 us
        # after START (PS, RTC, Task and event jitter).
        return (self.now // LFCLK_TICKS + 1) * LFCLK_TICKS

    def _run_if_clocked(self) -> None:
        clocks = self.fabric.find(NrfClock)
        if not clocks or clocks[0].lfclk_running:
            self._ticks.start(self._edge())
        else:
            self.host.warn(
                f"{self.name}: started while the low-frequency clock is off; it counts once the "
                f"firmware triggers CLOCK.TASKS_LFCLKSTART"
            )

    def _awaited(self) -> list[tuple[int, int]]:
        """Next count and event of everything that is enabled."""
        enabled = self._evten | self.inten
        if not enabled or not self._ticks.running:
            return []
        count = self._ticks.count(self.now)
        found = []
        if enabled & 1:
            found.append((count + 1, TICK))
        if enabled & 2:
            found.append((next_match(count, 0, MODULUS), OVRFLW))
        for channel in range(CHANNELS):
            value = self.stored.get(CC + 4 * channel, 0) % MODULUS
            if enabled >> (COMPARE_BIT + channel) & 1:
                found.append((next_match(count, value, MODULUS), COMPARE + 4 * channel))
        return found

    def _plan(self) -> None:
        self.fabric.demand(self.fabric.rtc_users, self.name, self._ticks.running)
        self._planned = self._awaited()
        if self._planned:
            self._next.at(self._ticks.cycle_of(min(self._planned)[0]))
        else:
            self._next.stop()

    def _happened(self) -> None:
        first = min(self._planned)[0]
        for count, event in self._planned:
            if count == first:
                self.fire(event)
        self._plan()
