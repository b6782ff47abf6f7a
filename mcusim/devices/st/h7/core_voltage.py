"""The voltage that the power control gives the core, as other peripherals see it."""

from __future__ import annotations


class CoreVoltage:
    """One of an STM32H7 chip."""

    def __init__(self) -> None:
        self.scale = 3
        """Of PWR's VOS: 0 is the highest voltage, 3 that after reset."""
        self.boosted = False
        """STM32H743: SYSCFG_PWRCR.ODEN makes scale 0 of scale 1."""

    @property
    def in_force(self) -> int:
        """The scale with the boost."""
        return 0 if self.boosted and self.scale == 1 else self.scale
