"""Light and deep sleep of the ESP32-C3: what begins them, and what wakes the chip."""

from __future__ import annotations

from collections.abc import Callable
from enum import IntFlag

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import Clocks
from mcusim.devices.espressif.up_counter import Alarm

LIGHT, DEEP = "light-sleep", "deep-sleep"
"""Names of the states in the chip file."""


class Wake(IntFlag):
    """Sources that can wake the chip (esp-idf, rtc.h of the ESP32-C3, RTC_*_TRIG_EN)."""

    NONE = 0
    GPIO = 1 << 2
    TIMER = 1 << 3
    WIFI = 1 << 5
    UART0 = 1 << 6
    UART1 = 1 << 7
    BT = 1 << 10


class RtcSleep:
    """Only the timer wakes it here; other sources are what the simulation has no outside for."""

    def __init__(self, host: Host, clocks: Clocks, woken: Callable[[], None]) -> None:
        self._host = host
        self._clocks = clocks
        self._woken = woken
        self._alarm = Alarm(host, self._wake)
        self._deep = False
        self.cause = Wake.NONE
        """What woke the chip last."""

    def begin(self, enabled: Wake, timer_s: float | None, *, deep: bool) -> None:
        """Goes to sleep until one of the enabled sources wakes the chip."""
        self._deep = deep
        self._clocks.stop(True)
        by_timer = bool(enabled & Wake.TIMER) and timer_s is not None
        others = [source.name or "" for source in enabled if source is not Wake.TIMER]
        wakes = " or ".join(others) if others else "a reset"
        self._host.switch_off(DEEP if deep else LIGHT, wakes)
        if by_timer and timer_s is not None:
            self._alarm.after(timer_s)

    def _wake(self) -> None:
        self.cause = Wake.TIMER
        if self._deep:
            self._host.reset("wake-up", "the RTC timer ended deep sleep")
            return
        self._host.switch_on()
        self._clocks.stop(False)
        self._woken()
