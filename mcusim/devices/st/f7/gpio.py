"""STM32F7 GPIO port (RM0385, GPIO)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.gpio import MODER, OSPEEDR, PUPDR, Stm32Gpio


class Stm32f7Gpio(Stm32Gpio):
    """As the STM32L4+'s, but its pins are inputs at reset."""

    moder_reset: ClassVar[int] = 0
    port_reset: ClassVar[Mapping[str, Mapping[int, int]]] = {
        "a": {MODER: 0xA8000000, OSPEEDR: 0x0C000000, PUPDR: 0x64000000},
        "b": {MODER: 0x00000280, OSPEEDR: 0x000000C0, PUPDR: 0x00000100},
    }
