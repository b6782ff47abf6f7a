"""nRF52 SAADC: conversions in their time, into RAM; inputs are at 0 V until a script sets them."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock_rates import microseconds
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import NrfPeripheral

# PS, SAADC, Registers.
START, SAMPLE, STOP, CALIBRATEOFFSET = 0x000, 0x004, 0x008, 0x00C
STARTED, END, DONE, RESULTDONE, CALIBRATEDONE, STOPPED = range(0x100, 0x118, 4)
STATUS, ENABLE, CH0, RESOLUTION, OVERSAMPLE, SAMPLERATE = 0x400, 0x500, 0x510, 0x5F0, 0x5F4, 0x5F8
PTR, MAXCNT, AMOUNT = 0x62C, 0x630, 0x634
PSELP, PSELN, CONFIG, LIMIT, STRIDE = 0x0, 0x4, 0x8, 0xC, 0x10
CHANNELS = INPUTS = 8
BY_TIMER, DIFFERENTIAL, BURST, BY_VDD = 1 << 12, 1 << 20, 1 << 24, 1 << 12
GAINS = (1 / 6, 1 / 5, 1 / 4, 1 / 3, 1 / 2, 1.0, 2.0, 4.0)
ACQUISITION_US = (3, 5, 10, 15, 20, 40, 40, 40)
CONVERSION_US = 2
"""PS, SAADC, electrical specification: t_CONV is less than this."""
REFERENCE_V = 0.6
VDD_V = 3.0
"""The supply that the reference VDD/4 is taken of; that of the development kits' board files."""
TIMER_TICKS = 4
"""Ticks of 64 MHz in one of the 16 MHz that SAMPLERATE.CC counts."""


class NrfSaadc(NrfPeripheral):
    """AIN0 to AIN7; the supply as an input is at 0 V, and limits raise no events."""

    reset: ClassVar[dict[int, int]] = {
        RESOLUTION: 1,
        **{CH0 + STRIDE * n + CONFIG: 0x00020000 for n in range(CHANNELS)},
        **{CH0 + STRIDE * n + LIMIT: 0x7FFF8000 for n in range(CHANNELS)},
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._volts = [0.0] * INPUTS
        self._conversion = Countdown(host, self._converted)
        self._calibration = Countdown(host, lambda: self.fire(CALIBRATEDONE))
        self._timer = Countdown(host, self._by_timer)
        self._channels: list[int] = []
        """Those that are still to be converted, the one under way first."""
        self._taken = 0
        """Samples of a result that is made of several."""
        self._target, self._count = 0, 0

    def set_input(self, number: int, volts: float) -> None:
        """Puts a voltage on AIN0 to AIN7."""
        self._volts[number] = volts

    def task(self, offset: int) -> None:
        if not self.stored.get(ENABLE, 0) & 1:
            return
        if offset == START:
            # PTR and MAXCNT are taken over, so that firmware may write the next ones.
            self._target, self._count = self.stored.get(PTR, 0), self.stored.get(MAXCNT, 0)
            self.stored[AMOUNT] = self._taken = 0
            self.fire(STARTED)
        elif offset == SAMPLE:
            self._sample()
        elif offset == STOP:
            for plan in (self._conversion, self._timer):
                plan.stop()
            self._channels.clear()
            self.fire(STOPPED)
        elif offset == CALIBRATEOFFSET:
            self._calibration.start(microseconds(ACQUISITION_US[2] + CONVERSION_US))

    def value(self, offset: int) -> int:
        return int(self._conversion.running) if offset == STATUS else super().value(offset)

    # --- conversions ---

    def _sample(self) -> None:
        if self.stored.get(SAMPLERATE, 0) & BY_TIMER:
            self._timer.start(TIMER_TICKS * max(1, self.stored[SAMPLERATE] & 0x7FF))
        if self._conversion.running:
            return
        self._channels = [n for n in range(CHANNELS) if self._of(n, PSELP)]
        self._next()

    def _by_timer(self) -> None:
        self._sample()

    def _of(self, channel: int, register: int) -> int:
        return self.stored.get(CH0 + STRIDE * channel + register, 0)

    def _next(self) -> None:
        """Begins the conversion of the first channel that waits."""
        if not self._channels or self.stored[AMOUNT] >= self._count:
            self._channels.clear()
            return
        config = self._of(self._channels[0], CONFIG)
        samples = self._samples if config & BURST else 1
        one_us = ACQUISITION_US[config >> 16 & 7] + CONVERSION_US
        self._conversion.start(microseconds(samples * one_us))

    @property
    def _samples(self) -> int:
        """Samples of a result (OVERSAMPLE)."""
        return 1 << min(self.stored.get(OVERSAMPLE, 0), 8)

    def _converted(self) -> None:
        channel = self._channels.pop(0)
        self._taken += self._samples if self._of(channel, CONFIG) & BURST else 1
        self.fire(DONE)
        if self._taken >= self._samples:
            self._taken = 0
            self._put(self._result(channel))
        self._next()

    def _put(self, result: int) -> None:
        amount = self.stored[AMOUNT]
        data = result.to_bytes(2, "little", signed=True)
        self.host.write_memory(self._target + 2 * amount, data)
        self.stored[AMOUNT] = amount + 1
        self.fire(RESULTDONE)
        if amount + 1 == self._count:
            self.fire(END)

    def _result(self, channel: int) -> int:
        """PS, SAADC, Digital output: (V(P) - V(N)) * gain / reference * 2^(resolution - m)."""
        config = self._of(channel, CONFIG)
        differential = bool(config & DIFFERENTIAL)
        volts = self._input_v(self._of(channel, PSELP))
        if differential:
            volts -= self._input_v(self._of(channel, PSELN))
        reference_v = VDD_V / 4 if config & BY_VDD else REFERENCE_V
        scale = 1 << 8 + 2 * (self.stored[RESOLUTION] & 3) - differential
        result = round(volts * GAINS[config >> 8 & 7] / reference_v * scale)
        return max(-scale if differential else 0, min(result, scale - 1))

    def _input_v(self, select: int) -> float:
        """The voltage that PSELP or PSELN selects: 1 is AIN0."""
        return self._volts[select - 1] if 1 <= select <= INPUTS else 0.0
