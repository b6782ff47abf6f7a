"""ESP32-C3 LED PWM controller: four timers, six channels with fading duty (TRM v1.3, LEDC)."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import RC_FAST_HZ, XTAL_HZ
from mcusim.devices.espressif.peripheral import InterruptDevice, InterruptRegisters
from mcusim.devices.espressif.up_counter import Alarm, UpCounter

CHANNEL_BYTES, CH0_CONF0, CH0_DUTY, CH0_CONF1, CH0_DUTY_R = 0x14, 0x00, 0x08, 0x0C, 0x10
TIMER_BYTES, TIMER0_CONF, TIMER0_VALUE = 8, 0xA0, 0xA4
CONF = 0xD0
TIMERS, CHANNELS = 4, 6
TIMER_PAUSE, TIMER_RST, TIMER_PARA_UP = 1 << 22, 1 << 23, 1 << 25
CHANNEL_PARA_UP, DUTY_START, DUTY_INC = 1 << 4, 1 << 31, 1 << 30
DUTY_MASK = (1 << 19) - 1
DUTY_FRACTION_BITS = 4
DIVIDER_FRACTION = 256
"""LEDC_CLK_DIV has 8 fractional bits."""
DUTY_CHANGE_END = 1 << 4
"""Of channel 0 in the interrupt registers; timers' overflows are below."""
APB, RC_FAST, XTAL = 1, 2, 3
"""LEDC_APB_CLK_SEL (esp-idf, ledc_ll.h: ledc_ll_set_slow_clk_sel)."""
COUNT_BITS = 48


class _Timer:
    """Counts to 2 to the power of its resolution, and how often it did."""

    def __init__(self, host: Host, rings: Callable[[], None]) -> None:
        self._counter = UpCounter(host, COUNT_BITS)
        self._alarm = Alarm(host, rings)
        self._overflows_before = 0
        """Before `_counter` was set last."""
        self.resolution = 0

    @property
    def value(self) -> int:
        return self._counter.value & (1 << self.resolution) - 1

    @property
    def overflows(self) -> int:
        return self._overflows_before + (self._counter.value >> self.resolution)

    def set(self, value: int, resolution: int) -> None:
        """Goes on from `value`, at a resolution in bits."""
        self._overflows_before = self.overflows
        self.resolution = resolution
        self._counter.set(value & (1 << resolution) - 1)

    def set_rate(self, hz: float) -> None:
        self._counter.set_rate(hz)

    def plan(self, overflow: int | None) -> None:
        """Rings at this overflow; None: not at all."""
        if overflow is None:
            self._alarm.stop()
        else:
            target = overflow - self._overflows_before << self.resolution
            late = self._counter.value >= target
            self._alarm.after(0.0 if late else self._counter.seconds_to(target))


class _Fade(NamedTuple):
    """A duty that changes by `step` each `every` overflows, `times` times."""

    loaded_at: int
    """The overflow with which the first duty is taken."""
    duty: int
    step: int
    every: int
    times: int
    before: int
    """The duty up to `loaded_at`."""

    @property
    def ends_at(self) -> int:
        return self.loaded_at + self.every * self.times

    def duty_at(self, overflow: int) -> int:
        if overflow < self.loaded_at:
            return self.before
        steps = min((overflow - self.loaded_at) // self.every, self.times)
        return self.duty + self.step * steps & DUTY_MASK


class EspLedc(InterruptDevice):
    """The signals reach no pin, and overflows aren't counted (LEDC_OVF_CNT).

    That a duty is taken with the overflow after LEDC_PARA_UP, and changes for the first time
    LEDC_DUTY_CYCLE overflows later, is assumed.
    """

    reset: ClassVar[Mapping[int, int]] = {
        TIMER0_CONF + TIMER_BYTES * number: TIMER_RST for number in range(TIMERS)
    }
    interrupt_registers = InterruptRegisters(raw=0xC0, st=0xC4, ena=0xC8, clr=0xCC)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._timers = [_Timer(host, self.drive) for _ in range(TIMERS)]
        self._fades = [_Fade(0, 0, 0, 1, 0, 0) for _ in range(CHANNELS)]
        self._dividers = [0] * TIMERS
        """As LEDC_TIMERx_PARA_UP took them over."""
        self._overflows = [0] * TIMERS
        """That are known to LEDC_TIMERx_OVF_INT."""
        self._fading = 0
        """Channels whose fade has an end to tell, a bit each."""
        self.clocks.watch(self._changed)

    def load(self, register: int) -> int:
        channel, part = divmod(register, CHANNEL_BYTES)
        if channel < CHANNELS and part == CH0_DUTY_R:
            return self._fades[channel].duty_at(self._timer_of(channel).overflows)
        match register:
            case 0xA4 | 0xAC | 0xB4 | 0xBC:
                return self._timers[register - TIMER0_VALUE >> 3].value
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        channel, part = divmod(register, CHANNEL_BYTES)
        if channel < CHANNELS:
            if part != CH0_DUTY_R:
                self._configure_channel(channel, part, value)
            return
        match register:
            case 0xA0 | 0xA8 | 0xB0 | 0xB8:
                self._configure_timer(register - TIMER0_CONF >> 3, value)
            case 0xA4 | 0xAC | 0xB4 | 0xBC:
                return
            case 0xCC:  # INT_CLR
                super().store(register, value)
            case _:
                super().store(register, value)
                self._changed()

    # --- timers ---

    def _configure_timer(self, number: int, value: int) -> None:
        timer = self._timers[number]
        super().store(TIMER0_CONF + TIMER_BYTES * number, value & ~TIMER_PARA_UP)
        if value & TIMER_PARA_UP:
            self._dividers[number] = value >> 4 & 0x3FFFF
            timer.set(timer.value, value & 0xF)
        if value & TIMER_RST:
            timer.set(0, timer.resolution)
        self._changed()

    def _timer_hz(self, number: int) -> float:
        selected = self.stored.get(CONF, 0) & 3
        source_hz = {APB: self.clocks.apb_hz, RC_FAST: RC_FAST_HZ, XTAL: XTAL_HZ}.get(selected, 0.0)
        stands = self.stored[TIMER0_CONF + TIMER_BYTES * number] & (TIMER_RST | TIMER_PAUSE)
        divider = self._dividers[number] / DIVIDER_FRACTION
        # A divider below 1 is none of those that are allowed (TRM, LEDC_CLK_DIV_TIMERx).
        return 0.0 if stands or divider < 1 else self.clocks.running(source_hz) / divider

    def _changed(self) -> None:
        for number, timer in enumerate(self._timers):
            timer.set_rate(self._timer_hz(number))
        self.drive()

    # --- channels ---

    def _timer_of(self, channel: int) -> _Timer:
        return self._timers[self.stored.get(CHANNEL_BYTES * channel + CH0_CONF0, 0) & 3]

    def _configure_channel(self, channel: int, part: int, value: int) -> None:
        register = CHANNEL_BYTES * channel + part
        if part == CH0_CONF0:
            duty = self._fades[channel].duty_at(self._timer_of(channel).overflows)
            super().store(register, value & ~CHANNEL_PARA_UP)
            if value & CHANNEL_PARA_UP:
                self._fades[channel] = self._fade(channel, duty)
            self.drive()
        else:
            super().store(register, value)

    def _fade(self, channel: int, before: int) -> _Fade:
        base = CHANNEL_BYTES * channel
        conf1, duty = self.stored.get(base + CH0_CONF1, 0), self.stored.get(base + CH0_DUTY, 0)
        starts = bool(conf1 & DUTY_START)
        self._fading = self._fading & ~(1 << channel) | starts << channel
        step = (conf1 & 0x3FF) << DUTY_FRACTION_BITS
        return _Fade(
            loaded_at=self._timer_of(channel).overflows + 1,
            duty=duty & DUTY_MASK,
            step=step if conf1 & DUTY_INC else -step,
            every=max(1, conf1 >> 10 & 0x3FF),
            times=max(1, conf1 >> 20 & 0x3FF) if starts else 0,
            before=before,
        )

    # --- both ---

    def drive(self) -> None:
        """Takes the overflows up to now, and plans the next one that makes a difference."""
        for number, timer in enumerate(self._timers):
            overflows = timer.overflows
            if overflows > self._overflows[number]:
                self._overflows[number] = overflows
                self.pending |= 1 << number
            timer.plan(self._next_overflow(number, overflows))
        super().drive()

    def _next_overflow(self, number: int, overflows: int) -> int | None:
        awaited = math.inf if self.pending >> number & 1 else overflows + 1
        for channel in range(CHANNELS):
            timer = self._timer_of(channel)
            if not self._fading >> channel & 1 or timer is not self._timers[number]:
                continue
            if self._fades[channel].ends_at <= overflows:
                self._end_fade(channel)
            else:
                awaited = min(awaited, self._fades[channel].ends_at)
        return None if math.isinf(awaited) else int(awaited)

    def _end_fade(self, channel: int) -> None:
        self._fading &= ~(1 << channel)
        self.stored[CHANNEL_BYTES * channel + CH0_CONF1] &= ~DUTY_START
        self.pending |= DUTY_CHANGE_END << channel
