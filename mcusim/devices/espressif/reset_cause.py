"""What the chip resets for, in the words of its reset cause register."""

from __future__ import annotations

POWER_ON, CORE_SOFTWARE, DEEP_SLEEP = 0x01, 0x03, 0x05
CORE_WATCHDOG = (0x07, 0x08)
CPU_WATCHDOG = (0x0B, 0x11)
"""By timer group."""
CORE_RTC_WATCHDOG, CPU_SOFTWARE, CPU_RTC_WATCHDOG, SYSTEM_RTC_WATCHDOG = 0x09, 0x0C, 0x0D, 0x10
"""esp-idf, soc/esp32c3/include/soc/reset_reasons.h."""


class ResetCause:
    """Who asked for the reset under way: one object from reset to reset."""

    def __init__(self) -> None:
        self.code = CORE_SOFTWARE
