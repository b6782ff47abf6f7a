"""STM32 debug support: device identification and freezing (RM0432 57.6)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.words import WordDevice

IDCODE = 0x00
STM32L4R5 = 0x470
REVISION_Z = 0x1001


class Stm32Dbgmcu(WordDevice):
    """Tells the chip's identity; no debugger is there to freeze anything."""

    reset: ClassVar[Mapping[int, int]] = {IDCODE: REVISION_Z << 16 | STM32L4R5}

    def store(self, register: int, value: int) -> None:
        if register != IDCODE:
            super().store(register, value)
