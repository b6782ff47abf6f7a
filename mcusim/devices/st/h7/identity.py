"""STM32H7 device electronic signatures and debug identification."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.dbgmcu import IDCODE, Stm32Dbgmcu
from mcusim.devices.st.identity import UNIQUE_ID, Stm32Identity


class Stm32h743Identity(Stm32Identity):
    """From 0x1FF1E800: unique identifier, flash size in kilobytes (stm32h743xx.h)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{4 * place: word for place, word in enumerate(UNIQUE_ID)},
        0x80: 0xFFFF0000 | 2048,
        0x20: analog.STM32H7.ts_cal1,
        0x40: analog.STM32H7.ts_cal2,
        0x60: analog.STM32H7.vrefint_cal,
    }


class Stm32h7a3Identity(Stm32Identity):
    """From 0x08FFF800: unique identifier, flash size, package (stm32h7a3xxq.h)."""

    reset: ClassVar[Mapping[int, int]] = {
        **{4 * place: word for place, word in enumerate(UNIQUE_ID)},
        0x0C: 2048,
        0x14: analog.STM32H7.ts_cal1,
        0x18: analog.STM32H7.ts_cal2,
        0x10: analog.STM32H7.vrefint_cal,
    }


class Stm32h743Dbgmcu(Stm32Dbgmcu):
    """Device 0x450, revision V."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x20030450}


class Stm32h7a3Dbgmcu(Stm32Dbgmcu):
    """Device 0x480, revision Z."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: 0x10010480}
