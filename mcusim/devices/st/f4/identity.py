"""STM32F407 device electronic signature and debug identification (RM0090)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.dbgmcu import IDCODE, Stm32Dbgmcu
from mcusim.devices.st.identity import UNIQUE_ID, Stm32Identity

UID, FLASH_SIZE = 0x210, 0x220
VREFINT_CAL, TS_CAL = 0x228, 0x22C
"""Words: VREFINT_CAL is above in the first, TS_CAL1 below TS_CAL2 (stm32f4xx_ll_adc.h)."""


class Stm32f407Identity(Stm32Identity):
    """From 0x1FFF7800: unique identifier, flash size in kilobytes at 0x1FFF7A22 (stm32f407xx.h)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{UID + 4 * place: word for place, word in enumerate(UNIQUE_ID)},
        FLASH_SIZE: 1024 << 16 | 0xFFFF,
        VREFINT_CAL: analog.STM32F4.vrefint_cal << 16,
        TS_CAL: analog.STM32F4.ts_cal2 << 16 | analog.STM32F4.ts_cal1,
    }


class Stm32f407Dbgmcu(Stm32Dbgmcu):
    """Device 0x413, revision Y."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x100F6413}
