"""STM32U575 device electronic signature and debug identification (RM0456)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.dbgmcu import IDCODE, Stm32Dbgmcu
from mcusim.devices.st.identity import UNIQUE_ID, Stm32Identity

UID, FLASH_SIZE = 0x300, 0x3A0


class Stm32u575Identity(Stm32Identity):
    """From 0x0BFA0400: unique identifier, flash size in kilobytes (stm32u575xx.h)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{UID + 4 * place: word for place, word in enumerate(UNIQUE_ID)},
        FLASH_SIZE: 0xFFFF0000 | 2048,
    }


class Stm32u575Dbgmcu(Stm32Dbgmcu):
    """Device 0x482, revision X."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x20010482}
