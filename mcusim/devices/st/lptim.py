"""STM32 low-power timer (RM0432 45): counts on in Stop when LSE or LSI clocks it."""

from __future__ import annotations

import math

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

ISR, ICR, IER, CFGR, CR, CMP, ARR, CNT = range(0x00, 0x20, 4)  # RM0432 45.7
CMPM, ARRM, CMPOK, ARROK = 1 << 0, 1 << 1, 1 << 3, 1 << 4
ENABLE, SNGSTRT, CNTSTRT, COUNTRST = (1 << n for n in range(4))
TOP = 0xFFFF
ROUNDING = 1e-6
"""Ticks by which a time in seconds may miss a tick's beginning."""


class Stm32Lptim(WordDevice):
    """Counts up to ARR, once or again and again, with compare and reload events.

    External clocks and triggers, the encoder mode and the output aren't modelled. Writes of ARR and
    CMP are in force, and told so (ARROK, CMPOK), at once.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._clocks.watch(self._clock_changed)
        self._bus = host.shared(BusClock)
        self._timer = host.add_timer(self._due)
        self._running = self._once = False
        self._ticks = 0.0
        """Into the period, at `_since`."""
        self._since = 0.0
        self._steady = False
        self._rate = 0.0
        """Ticks a second of a clock that Stop leaves on, else ticks a cycle of the bus clock."""

    def restart(self) -> None:
        super().restart()
        self._running, self._ticks = False, 0.0
        self._plan()

    def load(self, register: int) -> int:
        if register in (CNT, ISR):
            self._catch_up()
        return self._count() if register == CNT else super().load(register)

    def store(self, register: int, value: int) -> None:
        self._catch_up()
        if register == ICR:
            self.stored[ISR] = self.stored.get(ISR, 0) & ~value
        elif register == CR:
            self._control(value)
        elif register in (CMP, ARR):
            super().store(register, value & TOP)
            self.stored[ISR] = self.stored.get(ISR, 0) | (CMPOK if register == CMP else ARROK)
        elif register not in (ISR, CNT):
            super().store(register, value)
        self._plan()

    def _control(self, value: int) -> None:
        super().store(CR, value & ENABLE)
        if not value & ENABLE:
            self._running, self._ticks = False, 0.0
        elif value & (SNGSTRT | CNTSTRT):
            self._set_rate()
            self._running, self._once = True, bool(value & SNGSTRT)
        if value & COUNTRST:
            self._ticks = 0.0

    # --- counting ---

    def _moment(self) -> float:
        return self.host.seconds if self._steady else float(self._bus.now(self.host))

    def _set_rate(self) -> None:
        hz = self._clocks.kernel_hz(self.name) / (1 << (self.stored.get(CFGR, 0) >> 9 & 7))
        self._steady = self._clocks.kernel_in_stop(self.name)
        self._rate = hz if self._steady else hz / self.host.clock_hz
        self._since = self._moment()

    def _clock_changed(self) -> None:
        self._catch_up()
        self._set_rate()
        self._plan()

    @property
    def _period(self) -> int:
        return self.stored.get(ARR, 0) + 1

    def _count(self) -> int:
        return math.floor(self._ticks + ROUNDING)

    def _catch_up(self) -> None:
        """Brings position and flags to the present."""
        now = self._moment()
        passed, self._since = (now - self._since) * self._rate, now
        if not self._running or passed <= 0.0:
            return
        flags = self.stored.get(ISR, 0)
        for flag, at in ((CMPM, self.stored.get(CMP, 0)), (ARRM, self._period - 1)):
            if 0.0 < self._ticks_to(at) <= passed + ROUNDING:
                flags |= flag
        self.stored[ISR] = flags
        self._ticks += passed
        if self._ticks + ROUNDING >= self._period:
            self._running = not self._once
            self._ticks = 0.0 if self._once else max(0.0, self._ticks % self._period)

    def _ticks_to(self, count: int) -> float:
        """Ticks until the counter next gets to `count`."""
        ahead = count - self._ticks
        return ahead if ahead > ROUNDING else ahead + self._period

    # --- events ---

    def _due(self) -> None:
        self._catch_up()
        self._plan()

    def _plan(self) -> None:
        flags, enabled = self.stored.get(ISR, 0), self.stored.get(IER, 0)
        self.interrupt(bool(flags & enabled))
        self._bus.cancel(self.host, self._timer)
        missing = enabled & ~flags
        counts = ((CMPM, self.stored.get(CMP, 0)), (ARRM, self._period - 1))
        waits = [self._ticks_to(at) for flag, at in counts if missing & flag]
        if self._running and self._once:
            waits.append(self._ticks_to(self._period))
        if not self._running or not waits or not self._rate:
            return
        wait = min(waits) / self._rate
        if self._steady:
            self.host.schedule(self._timer, self.host.cycle_in(wait))
        else:
            due = self._bus.now(self.host) + max(1, math.ceil(wait))
            self._bus.schedule(self.host, self._timer, due)
