"""STM32U385 device electronic signature and debug identification (RM0487)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.dbgmcu import IDCODE, Stm32Dbgmcu
from mcusim.devices.st.identity import UNIQUE_ID, Stm32Identity

UID, FLASH_SIZE = 0x300, 0x3A0


class Stm32u385Identity(Stm32Identity):
    """From 0x0BFA0400: unique identifier, flash size in kilobytes (stm32u385xx.h)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{UID + 4 * place: word for place, word in enumerate(UNIQUE_ID)},
        FLASH_SIZE: 0xFFFF0000 | 1024,
    }


class Stm32u385Dbgmcu(Stm32Dbgmcu):
    """Device 0x454, revision Z."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x10016454}
