"""What connects the peripherals of a chip: events on one side, tasks on the other, by address."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.time_base import TimeBase

if TYPE_CHECKING:
    from mcusim.devices.nordic.countdown import Countdown
    from mcusim.devices.nordic.gpio import NrfGpio
    from mcusim.devices.nordic.peripheral import NrfPeripheral
    from mcusim.devices.nordic.uicr import NrfUicr

BLOCK = 0xFFF
"""A peripheral has 4 kB (PS, Peripheral interface)."""
Kind = TypeVar("Kind")


class NrfFabric:
    """All peripherals of one chip, and the routes that PPI or DPPI has made between them."""

    def __init__(self) -> None:
        self.peripherals: dict[int, NrfPeripheral] = {}
        self.routes: dict[int, list[int]] = {}
        """Addresses of the tasks that an event triggers, by the event's address."""
        self._under_way: set[int] = set()
        """Events whose tasks are being triggered."""
        self.ports: dict[int, NrfGpio] = {}
        self.watched_pins: dict[int, dict[int, Callable[[bool], None]]] = {}
        """Who wants to know a pin's edges, by port and pin."""
        self.port_detected: Callable[[], None] = lambda: None
        """Takes the DETECT signal of the ports (PS, GPIO, Pin sense)."""
        self.wake_up: Callable[[str], None] = lambda _port: None
        """Takes the same, from the port of that name, to wake from System OFF."""
        self.uicr: NrfUicr | None = None
        self.flash_writable = False
        """Whether NVMC lets the core write flash and UICR."""
        self.hfclk_users: set[str] = set()
        """Who keeps the 64 MHz clock on while the core sleeps."""
        self.rtc_users: set[str] = set()
        """Real-time counters that run."""
        self.channels_changed: Callable[[], None] = lambda: None
        """Takes a change of what a peripheral subscribes or publishes to (nRF53, DPPI)."""
        self.dma_reaches: Callable[[int, int, int], bool] = lambda _base, _address, _size: True
        """Whether EasyDMA of the peripheral at a base reaches so many bytes (nRF53, SPU)."""
        self.demand_changed: Callable[[], None] = lambda: None
        self.time = TimeBase()
        self.countdowns: list[Countdown] = []
        self.moment: int | None = None
        """The tick that a timed event under way was planned for."""

    def now(self, host: Host) -> int:
        """The tick at which what happens now happens."""
        return self.time.tick_of(host.now) if self.moment is None else self.moment

    def clock_changed(self, host: Host) -> None:
        """Takes the core's clock as it is now; plans stay at their time."""
        self.time.change(host.now, host.clock_hz)
        for countdown in self.countdowns:
            countdown.replan()

    def add(self, peripheral: NrfPeripheral) -> None:
        """Takes a peripheral at its base."""
        self.peripherals[peripheral.base & ~BLOCK] = peripheral

    def find(self, kind: type[Kind]) -> list[Kind]:
        """The peripherals of a class, in the order of their addresses."""
        return [p for _, p in sorted(self.peripherals.items()) if isinstance(p, kind)]

    def demand(self, users: set[str], name: str, wanted: bool) -> None:
        """Adds or removes a user of a clock."""
        if (name in users) != wanted:
            (users.add if wanted else users.discard)(name)
            self.demand_changed()

    def fired(self, address: int) -> bool:
        """Triggers what the event at `address` is routed to; False, and nothing, in a circle."""
        if address in self._under_way:
            return False
        self._under_way.add(address)
        try:
            for task in self.routes.get(address, ()):
                self.trigger(task)
        finally:
            self._under_way.discard(address)
        return True

    def reroute(self, routes: dict[int, list[int]]) -> None:
        """Takes all routes anew, and tells the peripherals, which may now have a listener."""
        before, self.routes = self.routes, routes
        for base in {address & ~BLOCK for address in (*before, *routes)}:
            if base in self.peripherals:
                self.peripherals[base].rerouted()

    def trigger(self, address: int) -> bool:
        """Triggers the task at `address`; False when no peripheral is there."""
        peripheral = self.peripherals.get(address & ~BLOCK)
        if peripheral is None:
            return False
        peripheral.task(address & BLOCK)
        return True
