"""How peripherals ask the DMA controllers for transfers, through DMAMUX1 (RM0432 12)."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Device

REQUESTS = {
    # Receive and transmit (RM0432 table 54; numbers as in stm32l4xx_ll_dmamux.h).
    "usart1": (24, 25),
    "usart2": (26, 27),
    "usart3": (28, 29),
    "uart4": (30, 31),
    "uart5": (32, 33),
    "lpuart1": (34, 35),
}
GRAIN_SHIFT = 10


class DmaRequests:
    """Routes a request by number to the channel that DMAMUX1 assigns it to."""

    def __init__(self) -> None:
        self.routes: dict[int, int] = {}
        """DMAMUX channel by request."""
        self.channels: dict[int, Callable[[], None]] = {}
        """What a request does, by DMAMUX channel."""
        self._users: dict[int, Callable[[], None]] = {}
        self._devices: dict[int, Device] = {}

    def add_device(self, device: Device) -> None:
        """Makes a device's registers reachable for DMA."""
        self._devices[device.base >> GRAIN_SHIFT] = device

    def device_at(self, address: int) -> tuple[Device, int] | None:
        """The device at an address and the offset in it."""
        device = self._devices.get(address >> GRAIN_SHIFT)
        return None if device is None else (device, address - device.base)

    def serve_with(self, request: int, ask: Callable[[], None]) -> None:
        """Has `ask` called when a channel for `request` starts: it repeats a pending request."""
        self._users[request] = ask

    def raise_request(self, request: int) -> None:
        """One transfer, if a channel is there for it."""
        channel = self.routes.get(request)
        if channel is not None and channel in self.channels:
            self.channels[channel]()

    def started(self, channel: int) -> None:
        """A channel was switched on: pending requests for it count now."""
        for request, routed in list(self.routes.items()):
            if routed == channel and request in self._users:
                self._users[request]()
