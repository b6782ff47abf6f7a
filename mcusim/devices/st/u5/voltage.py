"""The range of the core voltage that the power control gives, as other peripherals see it."""

from __future__ import annotations


class VoltageRange:
    """One of an STM32U5 chip."""

    def __init__(self) -> None:
        self.number = 4
        """1 is the highest voltage, 4 that after reset."""
