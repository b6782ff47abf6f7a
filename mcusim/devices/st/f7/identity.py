"""STM32F746 device electronic signature and debug identification (RM0385)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.dbgmcu import IDCODE, Stm32Dbgmcu
from mcusim.devices.st.identity import UNIQUE_ID, Stm32Identity

UID, FLASH_SIZE, PACKAGE = 0x20, 0x40, 0x3E0
VREFINT_CAL, TS_CAL = 0x48, 0x4C
"""Words: VREFINT_CAL is above in the first, TS_CAL1 below TS_CAL2 (stm32f7xx_ll_adc.h)."""
TFBGA216 = 0x7 << 8


class Stm32f746Identity(Stm32Identity):
    """From 0x1FF0F400: unique identifier, flash size in kilobytes, package (stm32f746xx.h)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{UID + 4 * place: word for place, word in enumerate(UNIQUE_ID)},
        FLASH_SIZE: 1024 << 16 | 0xFFFF,
        PACKAGE: TFBGA216,
        VREFINT_CAL: analog.STM32F4.vrefint_cal << 16,
        TS_CAL: analog.STM32F4.ts_cal2 << 16 | analog.STM32F4.ts_cal1,
    }


class Stm32f746Dbgmcu(Stm32Dbgmcu):
    """Device 0x449, revision Z."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x10010449}
