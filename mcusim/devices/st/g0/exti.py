"""STM32G0 extended interrupts (RM0444 13)."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.st.exti_v2 import Stm32ExtiV2


class Stm32g0Exti(Stm32ExtiV2):
    """Three interrupts for the pins."""

    groups: ClassVar[tuple[int, ...]] = (
        0x0003,
        0x000C,
        0xFFF0,
        1 << 16,  # PVD
        0x160000,  # comparators: lines 17, 18 and 20
    )
