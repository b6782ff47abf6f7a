"""The ESP32-C3's clocks, as its peripherals see them."""

from __future__ import annotations

from collections.abc import Callable

XTAL_HZ = 40e6
"""The only crystal that the chip takes (datasheet v2.4, 4.1.3.1; esp-idf clk_tree_defs.h)."""
RC_FAST_HZ = 17.5e6
RC_SLOW_HZ = 136e3
RC_FAST_DIVIDED_HZ = RC_FAST_HZ / 256
XTAL32K_HZ = 32768.0
"""esp-idf, soc/esp32c3/include/soc/clk_tree_defs.h, SOC_CLK_*_FREQ_APPROX."""
APB_HZ = 80e6
"""APB_CLK with the PLL as the CPU's source; otherwise it is the CPU's (TRM v1.3, table 6.2-2)."""

SLOW_HZ = (RC_SLOW_HZ, XTAL32K_HZ, RC_FAST_DIVIDED_HZ)
"""By RTC_CNTL_ANA_CLK_RTC_SEL (TRM v1.3, 6.2.5)."""


class Clocks:
    """Frequencies that change, and who has to know: one object a machine."""

    def __init__(self) -> None:
        self.apb_hz = APB_HZ
        self.slow_hz = RC_SLOW_HZ
        self.stopped = False
        """In light and deep sleep: all clocks but the slow one stand still."""
        self._watchers: list[Callable[[], None]] = []

    def watch(self, changed: Callable[[], None]) -> None:
        """Has a function called after each change of a clock, the core's included."""
        self._watchers.append(changed)

    def changed(self) -> None:
        """Tells all watchers."""
        for watcher in self._watchers:
            watcher()

    def stop(self, stopped: bool) -> None:
        """Stops all clocks but the slow one, or starts them again."""
        self.stopped = stopped
        self.changed()

    def running(self, hz: float) -> float:
        """What is left of a clock's frequency: nothing in sleep."""
        return 0.0 if self.stopped else hz


def divided(hz: float, whole: int, numerator: int, denominator: int) -> float:
    """A clock behind the divider that most peripherals have: DIV_NUM + 1 + DIV_B / DIV_A.

    A DIV_A of 0 switches the fraction off.
    """
    return hz / (whole + 1 + (numerator / denominator if denominator else 0.0))
