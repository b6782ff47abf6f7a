"""STM32H7 DMA request multiplexers (RM0433 and RM0455, DMAMUX)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.dma_requests import Request, serial_requests
from mcusim.devices.st.dmamux import Stm32Dmamux

BDMA_FIRST = 16
"""Number of BDMA's channel 0, after the 8 streams each of DMA1 and DMA2."""


class Stm32h7Dmamux1(Stm32Dmamux):
    """Serves DMA1 and DMA2; numbers as in stm32h7xx_hal_dma.h, DMA_REQUEST_x."""

    requests: ClassVar[Mapping[int, Request]] = {
        9: Request("adc1", "rx"),
        10: Request("adc2", "rx"),
        **serial_requests(41, "usart1", "usart2", "usart3"),
        **serial_requests(63, "uart4", "uart5"),
        **serial_requests(71, "usart6"),
        **serial_requests(79, "uart7", "uart8"),
        115: Request("adc3", "rx"),
        **serial_requests(116, "uart9", "usart10"),
    }
    channels: ClassVar[int] = 16


class Stm32h7Dmamux2(Stm32Dmamux):
    """Serves BDMA (in the STM32H7A3, BDMA2); numbers as BDMA_REQUEST_x."""

    requests: ClassVar[Mapping[int, Request]] = serial_requests(9, "lpuart1")
    channels: ClassVar[int] = 8
    first_channel: ClassVar[int] = BDMA_FIRST
