"""STM32F7 extended interrupts and events (RM0385, EXTI)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.exti import PINS, Stm32Exti


class Stm32f7Exti(Stm32Exti):
    """Lines 0 to 23; those of Ethernet, USB and LPTIM1 are never raised."""

    reset: ClassVar[Mapping[int, int]] = {}
    groups: ClassVar[tuple[int, ...]] = (
        *PINS,
        1 << 16,  # PVD
        1 << 17,  # RTC alarms
        1 << 21,  # RTC tamper and time stamp
        1 << 22,  # RTC wake-up
    )
    rtc_lines: ClassVar[tuple[int, int]] = (17, 22)
