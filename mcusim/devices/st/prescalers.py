"""Prescalers of the clock tree, which all STM32 series code alike."""

from __future__ import annotations

_BUS = (2, 4, 8, 16, 64, 128, 256, 512)


def bus_divider(code: int) -> int:
    """HPRE and D1CPRE, of 4 bits."""
    return _BUS[code & 7] if code & 8 else 1


def apb_divider(code: int) -> int:
    """PPRE, PPRE1, D1PPRE and their like, of 3 bits."""
    return 2 << (code & 3) if code & 4 else 1


def timer_divider(apb: int, timpre: bool = False) -> int:
    """Cycles of the bus clock for one of a timer's, by the APB's divider and TIMPRE.

    Timers have the APB's clock, doubled (or with TIMPRE four times that) when it is divided:
    RM0432 6.2.13; RM0385, RCC_DCKCFGR1.TIMPRE; RM0433, RCC_CFGR.TIMPRE.
    """
    return max(1, apb // (4 if timpre else 2))
