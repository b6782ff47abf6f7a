"""Cycles of the core in the chip's other units of time.

The nRF52840's core has one clock, 64 MHz (PS, CPU), so that all of these are exact.
"""

from __future__ import annotations

from fractions import Fraction

CORE_HZ = 64_000_000
CYCLES_PER_US = 64
LFCLK_HZ = 32768
LFCLK_CYCLES = Fraction(CORE_HZ, LFCLK_HZ)
"""1953.125 cycles a tick of the low-frequency clock."""


def microseconds(time_us: float) -> int:
    """Cycles of a time, at least one."""
    return max(1, round(time_us * CYCLES_PER_US))


def lfclk_cycles(ticks: int) -> int:
    """Cycles of whole ticks of the low-frequency clock, rounded up."""
    return -(-ticks * LFCLK_CYCLES.numerator // LFCLK_CYCLES.denominator)
