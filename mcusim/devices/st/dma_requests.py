"""How peripherals ask the DMA controllers for transfers."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from mcusim.devices.device import Device, Host

GRAIN_SHIFT = 10


class Request(NamedTuple):
    """What asks for a transfer: a peripheral by name, to be read ("rx") or written ("tx")."""

    device: str
    direction: str


def serial_requests(first: int, *devices: str) -> dict[int, Request]:
    """Requests of serial ports that are numbered in a row, each receive before transmit."""
    return {
        first + 2 * place + way: Request(device, direction)
        for place, device in enumerate(devices)
        for way, direction in enumerate(("rx", "tx"))
    }


class DmaRequests:
    """Routes a request to the channel that the series' multiplexer assigns it to."""

    def __init__(self) -> None:
        self.routes: dict[Request, int] = {}
        """Channel by request."""
        self.channels: dict[int, Callable[[], None]] = {}
        """What a request does, by channel; numbers count over all controllers of the chip."""
        self._users: dict[Request, Callable[[], None]] = {}
        self._devices: dict[int, Device] = {}

    def add_device(self, device: Device) -> None:
        """Makes a device's registers reachable for DMA."""
        self._devices[device.base >> GRAIN_SHIFT] = device

    def device_at(self, address: int) -> tuple[Device, int] | None:
        """The device at an address and the offset in it."""
        device = self._devices.get(address >> GRAIN_SHIFT)
        return None if device is None else (device, address - device.base)

    def fetch(self, host: Host, address: int, width: int) -> int | None:
        """Reads an item of `width` bytes from a device or memory; None outside both."""
        found = self.device_at(address)
        if found is not None:
            device, offset = found
            return device.read(offset, width)
        data = host.read_memory(address, width)
        return int.from_bytes(data, "little") if data else None

    def put(self, host: Host, address: int, width: int, data: int) -> bool:
        """Writes an item to a device or memory; False outside both."""
        data &= (1 << 8 * width) - 1
        found = self.device_at(address)
        if found is not None:
            device, offset = found
            device.write(offset, width, data)
            return True
        return host.write_memory(address, data.to_bytes(width, "little"))

    def serve_with(self, request: Request, ask: Callable[[], None]) -> None:
        """Has `ask` called when a channel for `request` starts: it repeats a pending request."""
        self._users[request] = ask

    def assign(self, channel: int, request: Request | None) -> None:
        """Gives a channel to a request, or to none."""
        for other in [r for r, routed in self.routes.items() if routed == channel]:
            del self.routes[other]
        if request is not None:
            self.routes[request] = channel

    def raise_request(self, request: Request) -> None:
        """One transfer, if a channel is there for it."""
        channel = self.routes.get(request)
        if channel is not None and channel in self.channels:
            self.channels[channel]()

    def started(self, channel: int) -> None:
        """A channel was switched on: pending requests for it count now."""
        for request, routed in list(self.routes.items()):
            if routed == channel and request in self._users:
                self._users[request]()
