"""STM32G0 DMA (RM0444 10 and 11): controllers of 7 and 5 channels behind one multiplexer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.dma import Stm32Dma
from mcusim.devices.st.dma_requests import Request, serial_requests
from mcusim.devices.st.dmamux import Stm32Dmamux


class Stm32g0Dma2(Stm32Dma):
    """DMA2, whose channels follow the 7 of DMA1."""

    channels: ClassVar[int] = 5
    first: ClassVar[int | None] = 7


class Stm32g0Dmamux(Stm32Dmamux):
    """Numbers as in stm32g0xx_ll_dmamux.h, LL_DMAMUX_REQ_x."""

    requests: ClassVar[Mapping[int, Request]] = {
        5: Request("adc1", "rx"),
        **serial_requests(14, "lpuart1"),
        **serial_requests(50, "usart1", "usart2", "usart3", "usart4"),
        **serial_requests(64, "lpuart2"),
        **serial_requests(74, "usart5", "usart6"),
    }
    channels: ClassVar[int] = 12
