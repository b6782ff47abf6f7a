"""STM32H7 extended interrupts and events (RM0433 and RM0455, EXTI)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.exti import PINS, Registers, Stm32Exti


class Stm32h7Exti(Stm32Exti):
    """Configurable lines 0 to 21 towards the core; those of the D3 or SRD domain do nothing."""

    reset: ClassVar[Mapping[int, int]] = {0x80: 0xFFC00000, 0x90: 0xFFF5FFFF}
    at: ClassVar[Registers] = Registers(0x80, 0x00, 0x04, 0x08, 0x88)
    groups: ClassVar[tuple[int, ...]] = (
        *PINS,
        1 << 16,  # PVD
        1 << 17,  # RTC alarms
        1 << 18,  # RTC tamper and time stamp
        1 << 19,  # RTC wake-up
        0x300000,  # comparators
    )
    rtc_lines: ClassVar[tuple[int, int]] = (17, 19)
