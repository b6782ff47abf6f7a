"""nRF5340 CLOCK, POWER and RESET at one address: the core's clock, sleep, reset reasons."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock import NrfClock
from mcusim.devices.nordic.system import NrfSystem
from mcusim.devices.reset import Cause, Reset

# nRF5340 PS, CLOCK, POWER and RESET, Registers.
AUDIO_START, AUDIO_STOP, HFCLK192M_START, HFCLK192M_STOP = 0x018, 0x01C, 0x020, 0x024
DONE, AUDIO_STARTED, HFCLK192M_STARTED = 0x11C, 0x120, 0x124
AUDIO_RUN, AUDIO_STAT, HFCLK192M_RUN, HFCLK192M_STAT = 0x450, 0x454, 0x458, 0x45C
HFCLKSRC, LFCLKSRC, HFCLKCTRL, NETWORK_FORCEOFF = 0x514, 0x518, 0x558, 0x614
RUNNING = 1 << 16
FULL_HZ, HALF_HZ = 128e6, 64e6
"""HFCLKCTRL.HCLK: Div1 and Div2 of HFCLK128M (nrf5340_application_bitfields.h)."""
DIV1, DIV2 = 0, 1
LFRC = 1
RESET_REASONS: dict[Cause, int] = {
    "software": 1 << 3,
    "watchdog": 1 << 1,
    "window watchdog": 1 << 1,
    "lock-up": 1 << 4,
    "wake-up": 1 << 5,
}
"""SREQ, DOG0, LOCKUP and OFF of RESETREAS (nrf5340_application_bitfields.h)."""


class Nrf53Power(NrfSystem):
    """The block at 0x50005000; the clocks for audio and QSPI run as soon as they are started."""

    reset: ClassVar[dict[int, int]] = {
        **NrfClock.reset,
        HFCLKSRC: 1,
        LFCLKSRC: LFRC,
        HFCLKCTRL: DIV2,
        0x55C: 0x9BAE,  # HFCLKAUDIO.FREQUENCY
        0x580: 1,  # HFCLK192MSRC
        0x5B8: 2,  # HFCLK192MCTRL
        NETWORK_FORCEOFF: 1,
    }
    reset_reasons: ClassVar[dict[Cause, int]] = RESET_REASONS
    lfrc: ClassVar[int] = LFRC
    done: ClassVar[int] = DONE

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._audio = self._hfclk192m = False
        self.fabric.clock_changed(host)

    def inherit(self, before: Self, reset: Reset) -> None:
        """The core is back at 64 MHz; time goes on as it was."""
        super().inherit(before, reset)
        self.fabric.time = before.fabric.time
        self._clock_core()

    def task(self, offset: int) -> None:
        match offset:
            case 0x018 | 0x01C:
                self._audio = offset == AUDIO_START
                self.fabric.demand(self.fabric.hfclk_users, f"{self.name} audio", self._audio)
                if self._audio:
                    self.fire(AUDIO_STARTED)
            case 0x020 | 0x024:
                self._hfclk192m = offset == HFCLK192M_START
                self.fabric.demand(self.fabric.hfclk_users, f"{self.name} 192", self._hfclk192m)
                if self._hfclk192m:
                    self.fire(HFCLK192M_STARTED)
            case 0x014:
                pass  # CTSTART of the nRF52
            case _:
                super().task(offset)

    def value(self, offset: int) -> int:
        match offset:
            case 0x450:
                return int(self._audio)
            case 0x454:
                return RUNNING * self._audio
            case 0x458:
                return int(self._hfclk192m)
            case 0x45C:
                return RUNNING * self._hfclk192m
        return super().value(offset)

    def configured(self, offset: int, value: int) -> None:
        if offset == HFCLKCTRL:
            self._clock_core()
        elif offset == NETWORK_FORCEOFF and not value & 1:
            self.host.warn(
                "the firmware starts the network core (RESET.NETWORK.FORCEOFF = 0): it is not "
                "modelled and never answers"
            )
        else:
            super().configured(offset, value)

    def _clock_core(self) -> None:
        self.host.set_clock(FULL_HZ if self._is_full_speed() else HALF_HZ)
        self.host.flash.set_wait_states(self.host.required_wait_states)
        self.fabric.clock_changed(self.host)
        self._choose_sleep()

    def _is_full_speed(self) -> bool:
        return self.stored[HFCLKCTRL] & 3 == DIV1

    def _sleep_state(self) -> str:
        """At 128 MHz the voltage stays up in sleep (PS, PMU, Voltage and frequency scaling)."""
        return "system-on-128mhz" if self._is_full_speed() else super()._sleep_state()
