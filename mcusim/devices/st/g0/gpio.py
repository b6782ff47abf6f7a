"""STM32G0 GPIO port (RM0444 7)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.gpio import MODER, OSPEEDR, PUPDR, Stm32Gpio


class Stm32g0Gpio(Stm32Gpio):
    """As the STM32L4+'s; of the debug pins there are only SWDIO and SWCLK."""

    port_reset: ClassVar[Mapping[str, Mapping[int, int]]] = {
        "a": {MODER: 0xEBFFFFFF, OSPEEDR: 0x0C000000, PUPDR: 0x24000000},
    }
