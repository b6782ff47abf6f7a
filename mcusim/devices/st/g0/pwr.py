"""STM32G0 power control (RM0444 4): that of the STM32L4+ with two ranges and two Stop modes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.pwr import CR1, CR3, RANGE_2, STANDBY, Stm32Pwr


class Stm32g0Pwr(Stm32Pwr):
    """A Stop mode whose code is reserved counts as Stop 1."""

    reset: ClassVar[Mapping[int, int]] = {CR1: 0x208, CR3: 0x8000}
    modes: ClassVar[tuple[str, ...]] = ("stop0", "stop1", "stop1", STANDBY, *["shutdown"] * 4)
    limits: ClassVar[Mapping[str, tuple[float, str]]] = {
        "range2": (16e6, "Range 2"),
        "range1": (64e6, "Range 1"),
    }
    """RM0444 4.1.4."""
    wake_up_pins: ClassVar[tuple[tuple[int, int], ...]] = (
        # PA0, PC13, PE6, PA2, PC5, PB5 (STM32_open_pin_data, mcu/STM32G0B1V(B-C-E)Tx.xml).
        *((0, 0), (2, 13), (4, 6), (0, 2), (2, 5), (1, 5)),
    )
    kept_with_rrs: ClassVar[tuple[str, ...]] = ("sram",)

    def _voltage_range(self) -> str:
        return "range2" if self.stored[CR1] >> 9 & 3 == RANGE_2 else "range1"
