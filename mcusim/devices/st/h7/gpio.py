"""STM32H7 GPIO port (RM0433 and RM0455, GPIO)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.gpio import MODER, OSPEEDR, PUPDR, Stm32Gpio


class Stm32h7Gpio(Stm32Gpio):
    """As the STM32L4+'s; port H is a port like the others."""

    port_reset: ClassVar[Mapping[str, Mapping[int, int]]] = {
        "a": {MODER: 0xABFFFFFF, OSPEEDR: 0x0C000000, PUPDR: 0x64000000},
        "b": {MODER: 0xFFFFFEBF, OSPEEDR: 0x000000C0, PUPDR: 0x00000100},
    }
