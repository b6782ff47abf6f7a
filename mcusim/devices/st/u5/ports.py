"""STM32U5 GPIO ports, interrupt lines and system configuration (RM0456, GPIO, EXTI, SYSCFG)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.exti_v2 import Stm32ExtiV2
from mcusim.devices.st.gpio import MODER, OSPEEDR, PUPDR, Stm32Gpio
from mcusim.devices.st.words import WordDevice

CCCSR = 0x1C


class Stm32u5Gpio(Stm32Gpio):
    """As the STM32L4+'s; port H is a port like the others."""

    port_reset: ClassVar[Mapping[str, Mapping[int, int]]] = {
        "a": {MODER: 0xABFFFFFF, OSPEEDR: 0x08000000, PUPDR: 0x64000000},
        "b": {MODER: 0xFFFFFEBF, PUPDR: 0x00000100},
    }


class Stm32u5Exti(Stm32ExtiV2):
    """An interrupt for each of the 16 lines of pins, then one for PVD and voltage monitors."""

    groups: ClassVar[tuple[int, ...]] = (*(1 << line for line in range(16)), 1 << 16)


class Stm32u5Syscfg(WordDevice):
    """The compensation cells are ready at once."""

    def load(self, register: int) -> int:
        value = super().load(register)
        if register != CCCSR:
            return value
        # EN1 and EN2 are bits 0 and 2, RDY1 and RDY2 bits 8 and 9.
        return value | (value & 1) << 8 | (value >> 2 & 1) << 9
