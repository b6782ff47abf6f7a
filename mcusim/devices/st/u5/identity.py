"""STM32U575 device electronic signature and debug identification (RM0456)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.dbgmcu import IDCODE, Stm32Dbgmcu
from mcusim.devices.st.identity import UNIQUE_ID, Stm32Identity

UID, FLASH_SIZE = 0x300, 0x3A0
TS_CAL1, TS_CAL2, VREFINT_CAL = 0x310, 0x340, 0x3A4
"""Words: the second has TS_CAL2 above, VREFINT_CAL lies at an odd address (stm32u5xx_ll_adc.h)."""


class Stm32u575Identity(Stm32Identity):
    """From 0x0BFA0400: unique identifier, flash size in kilobytes (stm32u575xx.h)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{UID + 4 * place: word for place, word in enumerate(UNIQUE_ID)},
        FLASH_SIZE: 0xFFFF0000 | 2048,
        TS_CAL1: analog.STM32U5.ts_cal1,
        TS_CAL2: analog.STM32U5.ts_cal2 << 16,
        VREFINT_CAL: analog.STM32U5.vrefint_cal << 8,
    }


class Stm32u575Dbgmcu(Stm32Dbgmcu):
    """Device 0x482, revision X."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x20010482}
