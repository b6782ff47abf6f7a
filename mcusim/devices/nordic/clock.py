"""nRF52 and nRF53 CLOCK: the high- and low-frequency clocks, and how long they take to start."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock_rates import microseconds
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.lfclk_user import LfclkUser
from mcusim.devices.nordic.peripheral import NrfPeripheral

# PS, CLOCK, Registers.
HFCLKSTART, HFCLKSTOP, LFCLKSTART, LFCLKSTOP = 0x000, 0x004, 0x008, 0x00C
CAL, CTSTART, CTSTOP = 0x010, 0x014, 0x018
HFCLKSTARTED, LFCLKSTARTED, DONE, CTTO, CTSTARTED, CTSTOPPED = (
    *(0x100, 0x104, 0x10C, 0x110),
    *(0x128, 0x12C),
)
HFCLKRUN, HFCLKSTAT, LFCLKRUN, LFCLKSTAT, LFCLKSRCCOPY = 0x408, 0x40C, 0x414, 0x418, 0x41C
LFCLKSRC, HFXODEBOUNCE, CTIV = 0x518, 0x528, 0x538
STATE_RUNNING = 1 << 16
RC, XTAL, SYNTH = 0, 1, 2

HFXO_POWER_UP_US = 104.0
"""With the debounce time at reset, 256 us, it makes the 0.36 ms that PS, CLOCK gives as the typical
start-up time of the crystal (0.36 ms also in devzone.nordicsemi.com/f/nordic-q-a/23495)."""
DEBOUNCE_US = 16
"""A unit of HFXODEBOUNCE (nrf52840.svd)."""
LFCLK_START_US = {RC: 600.0, XTAL: 250_000.0, SYNTH: 100.0}
"""PS, CLOCK: 0.6 ms for LFRC and 0.25 s for LFXO, typical (quoted from memory); assumed for LFSYNT.
With the crystal, the clock runs from LFRC until the crystal is ready (PS, CLOCK, LFCLK)."""
CALIBRATION_US = 17_000.0
"""PS, CLOCK: t_CAL_LFRC about 16 to 17 ms (quoted from memory)."""
CTIV_US = 250_000
"""A unit of CTIV: 0.25 s (PS, CLOCK)."""


class NrfClock(NrfPeripheral):
    """The clocks of the peripherals; the core's own clock is always 64 MHz on the nRF52."""

    reset: ClassVar[dict[int, int]] = {HFXODEBOUNCE: 0x10, CTIV: 0}
    lfrc: ClassVar[int] = 0
    """LFRC in LFCLKSRC; LFXO and LFSYNT are the next two."""
    done: ClassVar[int] = DONE

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.hfxo_running = False
        self.lfclk_running = False
        self._hfclk_wanted = False
        self._lfclk_wanted = False
        self._source = RC
        self._hfxo_start = Countdown(host, self._hfxo_started)
        self._lfclk_start = Countdown(host, self._lfclk_started)
        self._calibration = Countdown(host, lambda: self.fire(self.done))
        self._calibration_timer = Countdown(host, lambda: self.fire(CTTO))

    def task(self, offset: int) -> None:
        match offset:
            case 0x000:
                self._start_hfclk()
            case 0x004:
                self._hfclk_wanted = self.hfxo_running = False
                self._hfxo_start.stop()
                self.fabric.demand(self.fabric.hfclk_users, self.name, False)
            case 0x008:
                self._start_lfclk()
            case 0x00C:
                self._lfclk_wanted = False
                self._lfclk_start.stop()
                self._set_lfclk(running=False)
            case 0x010:
                self._calibration.start(microseconds(CALIBRATION_US))
            case 0x014:
                self.fire(CTSTARTED)
                self._calibration_timer.start(microseconds(self.stored[CTIV] * CTIV_US))
            case 0x018:
                self._calibration_timer.stop()
                self.fire(CTSTOPPED)

    def value(self, offset: int) -> int:
        match offset:
            case 0x408:
                return int(self._hfclk_wanted)
            case 0x40C:
                return STATE_RUNNING | int(self.hfxo_running)
            case 0x414:
                return int(self._lfclk_wanted)
            case 0x418:
                return STATE_RUNNING * self.lfclk_running | self._running_source() + self.lfrc
            case 0x41C:
                return self._source + self.lfrc
        return super().value(offset)

    def force_lfclk(self) -> None:
        """Starts the clock from LFRC for a peripheral that can't do without it (WDT)."""
        if not self.lfclk_running and not self._lfclk_start.running:
            self._source = RC
            self._set_lfclk(running=True)

    def _running_source(self) -> int:
        waiting = self._source == XTAL and self._lfclk_start.running
        return RC if waiting else self._source

    def _start_hfclk(self) -> None:
        self._hfclk_wanted = True
        self.fabric.demand(self.fabric.hfclk_users, self.name, True)
        if self.hfxo_running:
            self.fire(HFCLKSTARTED)
        elif not self._hfxo_start.running:
            debounce = self.stored[HFXODEBOUNCE] & 0xFF
            self._hfxo_start.start(microseconds(HFXO_POWER_UP_US + debounce * DEBOUNCE_US))

    def _hfxo_started(self) -> None:
        self.hfxo_running = True
        self.fire(HFCLKSTARTED)

    def _start_lfclk(self) -> None:
        source = max(0, (self.stored.get(LFCLKSRC, 0) & 3) - self.lfrc)
        # A running clock goes on until another source is ready: so firmware changes from LFRC to
        # LFXO (PS, CLOCK, LFCLK).
        if self._lfclk_wanted and source == self._source:
            if self.lfclk_running and not self._lfclk_start.running:
                self.fire(LFCLKSTARTED)
            return
        self._lfclk_wanted = True
        self._source = source
        if source == XTAL:
            self._set_lfclk(running=True)
        self._lfclk_start.start(microseconds(LFCLK_START_US.get(source, 0.0)))

    def _lfclk_started(self) -> None:
        self._set_lfclk(running=True)
        self.fire(LFCLKSTARTED)

    def _set_lfclk(self, *, running: bool) -> None:
        if running == self.lfclk_running:
            return
        self.lfclk_running = running
        for user in self.fabric.find(LfclkUser):
            user.lfclk_changed(running)
