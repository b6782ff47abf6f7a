"""STM32L4+ DMA request multiplexer (RM0432 12)."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.st.dma_requests import DmaRequests
from mcusim.devices.st.words import WordDevice

CHANNELS = 14
REQUEST_MASK = 0x7F


class Stm32Dmamux(WordDevice):
    """CxCR assigns a request to a channel; synchronisation and generators aren't modelled."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._requests = host.shared(DmaRequests)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register < 4 * CHANNELS:
            channel, routes = register // 4, self._requests.routes
            for request in [r for r, routed in routes.items() if routed == channel]:
                del routes[request]
            if value & REQUEST_MASK:
                routes[value & REQUEST_MASK] = channel
