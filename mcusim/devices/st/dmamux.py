"""STM32L4+ DMA request multiplexer (RM0432 12)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.dma_requests import DmaRequests, Request, serial_requests
from mcusim.devices.st.words import WordDevice

REQUEST_MASK = 0x7F


class Stm32Dmamux(WordDevice):
    """CxCR assigns a request to a channel; synchronisation and generators aren't modelled."""

    requests: ClassVar[Mapping[int, Request]] = {
        # RM0432 table 54; numbers as in stm32l4xx_ll_dmamux.h.
        5: Request("adc1", "rx"),
        **serial_requests(24, "usart1", "usart2", "usart3", "uart4", "uart5", "lpuart1"),
    }
    """Those of modelled peripherals, by number."""
    channels: ClassVar[int] = 14
    first_channel: ClassVar[int] = 0
    """Number of its first channel among all DMA channels of the chip."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._requests = host.shared(DmaRequests)

    def restart(self) -> None:
        super().restart()
        for channel in range(self.channels):
            self._requests.assign(self.first_channel + channel, None)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register < 4 * self.channels:
            channel = self.first_channel + register // 4
            self._requests.assign(channel, self.requests.get(value & REQUEST_MASK))
