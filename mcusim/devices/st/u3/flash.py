"""STM32U3 flash interface (RM0487, FLASH): the STM32U5's with smaller banks and pages."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.u5.flash import (
    ACR,
    BOOT0,
    BOOT1,
    CR,
    LOCK,
    OPTLOCK,
    OPTR,
    SECCR,
    Stm32u5Flash,
)


class Stm32u3Flash(Stm32u5Flash):
    """Two banks of 128 pages of 4 kB (stm32u3xx_hal_flash.h, FLASH_PAGE_SIZE)."""

    reset: ClassVar[Mapping[int, int]] = {
        ACR: 1,
        CR: LOCK | OPTLOCK,
        SECCR: LOCK,
        OPTR: 0x1FEFF0AA,
        BOOT0: 0x0800007F,
        BOOT1: 0x0BF9007F,
    }
    bank_bytes: ClassVar[int] = 0x80000
    page_bytes: ClassVar[int] = 0x1000
    has_secure_pages = False
    # RM0487 table 43: a wait state more for each 32 MHz in Range 1, for each 16 MHz in Range 2.
    wait_states: ClassVar[Mapping[int, tuple[float, ...]]] = {
        1: (32e6, 64e6, 96e6),
        2: (16e6, 32e6, 48e6),
    }
