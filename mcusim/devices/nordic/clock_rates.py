"""The unit of time of the peripherals, and the chip's other units in it.

It is a tick of 64 MHz: the core's cycle on the nRF52840, which has no other clock (PS, CPU), and on
the nRF5340 at half its clock (`time_base`). All other rates are exact in it.
"""

from __future__ import annotations

from fractions import Fraction

HFCLK_HZ = 64_000_000
TICKS_PER_US = 64
LFCLK_HZ = 32768
LFCLK_TICKS = Fraction(HFCLK_HZ, LFCLK_HZ)
"""1953.125 ticks a period of the low-frequency clock."""


def microseconds(time_us: float) -> int:
    """Ticks of a time, at least one."""
    return max(1, round(time_us * TICKS_PER_US))


def lfclk_ticks(periods: int) -> int:
    """Ticks of whole periods of the low-frequency clock, rounded up."""
    return -(-periods * LFCLK_TICKS.numerator // LFCLK_TICKS.denominator)
