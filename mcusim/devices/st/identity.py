"""STM32 device electronic signature (RM0432 58), in the system memory from 0x1FFF7400."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.words import WordDevice

PACKAGE, UID, FLASH_SIZE = 0x100, 0x190, 0x1E0
TS_CAL1, TS_CAL2 = 0x1A8, 0x1C8
"""Words: the first has VREFINT_CAL above TS_CAL1, the second TS_CAL2 above (stm32l4xx_ll_adc.h)."""
LQFP144 = 0x2
UNIQUE_ID = (0x00200030, 0x4D435553, 0x20364D49)


class Stm32Identity(WordDevice):
    """Unique identifier (the same in every run), flash size in kilobytes, package."""

    reset: ClassVar[Mapping[int, int]] = {
        PACKAGE: LQFP144,
        **{UID + 4 * place: word for place, word in enumerate(UNIQUE_ID)},
        FLASH_SIZE: 0xFFFF0000 | 2048,
        TS_CAL1: analog.STM32L4.vrefint_cal << 16 | analog.STM32L4.ts_cal1,
        TS_CAL2: analog.STM32L4.ts_cal2 << 16,
    }

    def store(self, register: int, value: int) -> None:
        return
