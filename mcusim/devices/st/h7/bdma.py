"""STM32H7 basic DMA controller (RM0433 and RM0455, BDMA)."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.st.dma import Stm32Dma
from mcusim.devices.st.h7.dmamux import BDMA_FIRST


class Stm32h7Bdma(Stm32Dma):
    """That of DMAMUX2: the STM32L4+'s with 8 channels; its second buffer isn't modelled."""

    channels: ClassVar[int] = 8
    first: ClassVar[int | None] = BDMA_FIRST
