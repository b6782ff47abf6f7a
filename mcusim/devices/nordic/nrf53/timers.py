"""TIMER and RTC of the nRF53, which have more than those of the nRF52."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.nordic.rtc import CC, CHANNELS, CLEAR, COMPARE, MODULUS, NrfRtc
from mcusim.devices.nordic.timer import CHANNELS as TIMER_CHANNELS
from mcusim.devices.nordic.timer import COMPARE as TIMER_COMPARE
from mcusim.devices.nordic.timer import STOP, NrfTimer

STOP_BIT = 16
"""Of SHORTS; 8 in the nRF52 (nrf5340_application_bitfields.h)."""
CAPTURE = 0x040


class Nrf53Timer(NrfTimer):
    """Its one-shot mode (ONESHOTEN) is not modelled."""

    stop_bit: ClassVar[int] = STOP_BIT
    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {
        **{bit: ends for bit, ends in NrfTimer.shortcuts.items() if bit < TIMER_CHANNELS},
        **{STOP_BIT + i: (TIMER_COMPARE + 4 * i, STOP) for i in range(TIMER_CHANNELS)},
    }


class Nrf53Rtc(NrfRtc):
    """It captures, and may clear itself when it matches."""

    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {
        i: (COMPARE + 4 * i, CLEAR) for i in range(CHANNELS)
    }

    def task(self, offset: int) -> None:
        if CAPTURE <= offset < CAPTURE + 4 * CHANNELS:
            self.stored[CC + offset - CAPTURE] = self._ticks.count(self.now) % MODULUS
        super().task(offset)
