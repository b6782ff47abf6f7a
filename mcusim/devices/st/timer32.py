"""STM32 timers with a counter of 32 bits: TIM2 and TIM5 (RM0432 40)."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.st.timer import Stm32Timer


class Stm32Timer32(Stm32Timer):
    """A general-purpose timer whose counter has 32 bits."""

    top: ClassVar[int] = 0xFFFFFFFF
