"""STM32F7 DMA controllers (RM0385, DMA): the requests of a stream by its channel."""

from __future__ import annotations

from collections.abc import Mapping

from mcusim.devices.st.dma_requests import Request
from mcusim.devices.st.dma_stream import CR, FIRST, STREAMS, STRIDE, Stm32DmaStream

REQUESTS: Mapping[tuple[int, int], Request] = {
    # (stream, channel) of DMA1 (RM0385 table 25); DMA2's streams count on from 8 (table 26).
    (0, 4): Request("uart5", "rx"),
    (0, 5): Request("uart8", "tx"),
    (1, 4): Request("usart3", "rx"),
    (1, 5): Request("uart7", "tx"),
    (2, 4): Request("uart4", "rx"),
    (3, 4): Request("usart3", "tx"),
    (3, 5): Request("uart7", "rx"),
    (4, 4): Request("uart4", "tx"),
    (4, 7): Request("usart3", "tx"),
    (5, 4): Request("usart2", "rx"),
    (6, 4): Request("usart2", "tx"),
    (6, 5): Request("uart8", "rx"),
    (7, 4): Request("uart5", "tx"),
    **dict.fromkeys(((8 + 0, 0), (8 + 4, 0)), Request("adc1", "rx")),
    **dict.fromkeys(((8 + 2, 1), (8 + 3, 1)), Request("adc2", "rx")),
    **dict.fromkeys(((8 + 0, 2), (8 + 1, 2)), Request("adc3", "rx")),
    (8 + 1, 5): Request("usart6", "rx"),
    (8 + 2, 4): Request("usart1", "rx"),
    (8 + 2, 5): Request("usart6", "rx"),
    (8 + 5, 4): Request("usart1", "rx"),
    (8 + 6, 5): Request("usart6", "tx"),
    (8 + 7, 4): Request("usart1", "tx"),
    (8 + 7, 5): Request("usart6", "tx"),
}


class Stm32f7Dma(Stm32DmaStream):
    """CR.CHSEL chooses what a stream serves; the other series have a multiplexer for that."""

    def store(self, register: int, value: int) -> None:
        stream, which = divmod(register - FIRST, STRIDE)
        if register >= FIRST and stream < STREAMS and which == CR:
            channel = self._first + stream
            self._requests.assign(channel, REQUESTS.get((channel, value >> 25 & 7)))
        super().store(register, value)
