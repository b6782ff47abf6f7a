"""nRF52 WDT: resets the chip when the firmware doesn't reload it in time."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock import NrfClock
from mcusim.devices.nordic.clock_rates import HFCLK_HZ, lfclk_ticks
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import NrfPeripheral
from mcusim.devices.reset import Reset

# PS, WDT, Registers.
START, TIMEOUT = 0x000, 0x100
RUNSTATUS, REQSTATUS, CRV, RREN, CONFIG, RR = 0x400, 0x404, 0x504, 0x508, 0x50C, 0x600
RELOAD = 0x6E524635
CHANNELS = 8
RUN_IN_SLEEP = 1 << 0
RESET_DELAY_TICKS = 2
"""From TIMEOUT to the reset, time for an interrupt handler (PS, WDT, Watchdog reset)."""


class NrfWdt(NrfPeripheral):
    """Once started, its configuration is locked and it can't be stopped."""

    reset: ClassVar[dict[int, int]] = {CRV: 0xFFFFFFFF, RREN: 1, CONFIG: 1}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._running = False
        self._requested = 0
        self._began_asleep = 0
        self._timeout = Countdown(host, self._timed_out)
        self._bite = Countdown(host, self._reset_chip)

    def inherit(self, before: Self, reset: Reset) -> None:
        """A reset by software or lock-up leaves it running (PS, POWER, Reset behavior)."""
        if reset.cause not in ("software", "lock-up") or not before._running:
            return
        self.stored, self._requested = before.stored, before._requested
        self._running, self._began_asleep = True, before._began_asleep
        for clock in self.fabric.find(NrfClock):
            clock.force_lfclk()
        for mine, old in ((self._timeout, before._timeout), (self._bite, before._bite)):
            if old.due is not None:
                mine.at(old.due)

    def task(self, offset: int) -> None:
        if offset == START and not self._running:
            self._running = True
            for clock in self.fabric.find(NrfClock):
                clock.force_lfclk()
            self._reload()

    def write(self, offset: int, size: int, value: int) -> None:
        if self._running and offset in (CRV, RREN, CONFIG):
            return
        super().write(offset, size, value)

    def value(self, offset: int) -> int:
        if offset == RUNSTATUS:
            return int(self._running)
        if offset == REQSTATUS:
            return self._requested if self._running else 1
        return super().value(offset)

    def configured(self, offset: int, value: int) -> None:
        if RR <= offset < RR + 4 * CHANNELS and value == RELOAD and self._running:
            self._requested &= ~(1 << (offset - RR >> 2))
            if not self._requested:
                self._reload()

    def _period(self) -> int:
        return lfclk_ticks(self.stored[CRV] + 1)

    def _reload(self) -> None:
        self._requested = self.stored[RREN] & 0xFF
        self._began_asleep = self.host.asleep
        self._timeout.start(self._period())

    def _timed_out(self) -> None:
        if not self.stored[CONFIG] & RUN_IN_SLEEP:
            slept = self.fabric.time.ticks(self.host.asleep - self._began_asleep)
            if slept > 0:
                self._began_asleep = self.host.asleep
                self._timeout.start(slept)
                return
        self.fire(TIMEOUT)
        self._bite.start(lfclk_ticks(RESET_DELAY_TICKS))

    def _reset_chip(self) -> None:
        period_s = self._period() / HFCLK_HZ
        self.host.reset(
            "watchdog",
            f"the watchdog (WDT) reset the chip: it was not reloaded within {period_s:g} s; write "
            f"0x{RELOAD:08X} to each enabled WDT.RR in time, or raise WDT.CRV",
        )
