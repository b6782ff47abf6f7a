"""SiFive PWM (FE310-G002 manual v1p5, 20): one counter, four comparators."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.sifive.clocks import SifiveClocks
from mcusim.devices.sifive.counter import Counter, first_match
from mcusim.devices.sifive.registers import SifivePeripheral

PWMCFG, PWMCOUNT, PWMS, PWMCMP = 0x00, 0x08, 0x10, 0x20
COMPARATORS = 4
STICKY, ZEROCMP, ENALWAYS, ENONESHOT = 1 << 8, 1 << 9, 1 << 12, 1 << 13
IP_SHIFT = 28
SETTINGS = 0x0F0F370F
"""The bits of pwmcfg that keep what is written, but for those pending."""


class SifivePwm(SifivePeripheral):
    """Counts tlclk; a comparator is pending while pwms is at least its value.

    Interrupts come with pwmsticky set, as a handler needs it. Outputs on pins, pwmdeglitch, centre
    alignment and ganging aren't modelled.
    """

    width: ClassVar[int] = 16

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._counter = Counter(host, self._plan)
        self._config = 0
        self._pending = 0
        host.shared(SifiveClocks).watch(self._plan)

    def load(self, register: int) -> int:
        self._plan()
        count = self._counter.value
        match register:
            case 0x00:
                return self._config | (self._pending | self._matches(count)) << IP_SHIFT
            case 0x08:
                return count & (1 << self.width + 15) - 1
            case 0x10:
                return count >> self._scale & self._top
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        self._plan()
        match register:
            case 0x00:
                self._config, self._pending = value & SETTINGS, value >> IP_SHIFT
            case 0x08:
                self._counter.set(value & (1 << self.width + 15) - 1)
            case _ if PWMCMP <= register < PWMCMP + 4 * COMPARATORS:
                super().store(register, value & self._top)
        self._plan()

    @property
    def _top(self) -> int:
        return (1 << self.width) - 1

    @property
    def _scale(self) -> int:
        return self._config & 0xF

    def _compare(self, number: int) -> int:
        return self.stored.get(PWMCMP + 4 * number, 0)

    def _matches(self, count: int) -> int:
        """Comparators whose value pwms has reached."""
        scaled = count >> self._scale & self._top
        return sum(1 << n for n in range(COMPARATORS) if scaled >= self._compare(n))

    def _period(self) -> int:
        """Ticks from 0 back to 0."""
        if self._config & ZEROCMP:
            return (self._compare(0) << self._scale) + 1
        return 1 << self.width + self._scale

    def _plan(self) -> None:
        """Brings counter and pending bits to the present; drives the interrupts; plans the next."""
        runs = bool(self._config & (ENALWAYS | ENONESHOT))
        self._counter.set_rate(self.host.clock_hz if runs else 0.0)
        self._wrap()
        runs = bool(self._config & (ENALWAYS | ENONESHOT))
        if not self._config & STICKY:
            self._pending = 0
        elif runs:
            self._pending |= self._matches(self._counter.value)
        for number in range(COMPARATORS):
            self.interrupt(bool(self._pending >> number & 1), number)
        self._counter.call_at(self._next() if runs else None)

    def _wrap(self) -> None:
        period = self._period()
        periods = self._counter.value // period
        if not periods:
            return
        if self._config & STICKY:
            # pwms has been through all values up to the last one of the period.
            self._pending |= self._matches(period - 1)
        self._counter.take(periods * period)
        if self._config & ENONESHOT:
            self._config &= ~ENONESHOT
            if not self._config & ENALWAYS:
                self._counter.set_rate(0.0)
                self._counter.set(0)

    def _next(self) -> int | None:
        """The count at which something is to happen: a new interrupt, or the end of one shot."""
        count = self._counter.value
        wanted: list[int | None] = []
        if self._config & ENONESHOT:
            wanted.append(self._period())
        if self._config & STICKY:
            for number in range(COMPARATORS):
                if not self._pending >> number & 1:
                    wanted.append(self._next_match(count, self._compare(number)))
        return min((at for at in wanted if at is not None), default=None)

    def _next_match(self, count: int, compare: int) -> int | None:
        """The count of the next match, in the next period if need be; None for never."""
        match = first_match(count, self._scale, self.width, compare)
        if match < self._period():
            return match
        later = first_match(0, self._scale, self.width, compare)
        return self._period() + later if later < self._period() else None


class SifivePwm8(SifivePwm):
    """With comparators of 8 bits, as PWM0 of the FE310 has them."""

    width: ClassVar[int] = 8
