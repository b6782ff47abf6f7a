"""STM32G0B1 device electronic signature and debug identification (RM0444 38 and 39)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.dbgmcu import IDCODE, Stm32Dbgmcu
from mcusim.devices.st.identity import FLASH_SIZE, TS_CAL1, TS_CAL2, UID, UNIQUE_ID, Stm32Identity


class Stm32g0b1Identity(Stm32Identity):
    """At the STM32L4+'s addresses; 512 kB. The code of the package isn't modelled (0)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{UID + 4 * place: word for place, word in enumerate(UNIQUE_ID)},
        FLASH_SIZE: 0xFFFF0000 | 512,
        TS_CAL1: analog.STM32G0.vrefint_cal << 16 | analog.STM32G0.ts_cal1,
        TS_CAL2: analog.STM32G0.ts_cal2 << 16,
    }


class Stm32g0b1Dbgmcu(Stm32Dbgmcu):
    """Device 0x467, revision Z."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x10010467}
