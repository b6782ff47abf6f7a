"""Two units of time: cycles of the core, and ticks of 64 MHz, in which peripherals are timed."""

from __future__ import annotations

from fractions import Fraction

from mcusim.devices.nordic.clock_rates import HFCLK_HZ


class TimeBase:
    """Ticks and cycles are the same while the core runs at 64 MHz, and so are all counts of them.

    The peripherals' clocks don't change with the core's (nRF5340 PS, CLOCK, HFCLK: PCLK16M, PCLK1M
    and LFCLK), so what they count in ticks stays right at each clock of the core.
    """

    def __init__(self) -> None:
        self._cycle = self._tick = 0
        self._cycles, self._ticks = 1, 1
        """So many cycles take as long as so many ticks."""

    def tick_of(self, cycle: int) -> int:
        """The tick that is under way at a cycle."""
        return self._tick + self.ticks(cycle - self._cycle)

    def ticks(self, cycles: int) -> int:
        """Whole ticks in a number of cycles at the present clock."""
        return cycles * self._ticks // self._cycles

    def cycle_of(self, tick: int) -> int:
        """The first cycle at which a tick has come, if the clock stays."""
        return self._cycle - (self._tick - tick) * self._cycles // self._ticks

    def change(self, cycle: int, core_hz: float) -> None:
        """Goes on at another core clock from a cycle on."""
        self._tick, self._cycle = self.tick_of(cycle), cycle
        self._cycles, self._ticks = (Fraction(core_hz) / HFCLK_HZ).as_integer_ratio()
