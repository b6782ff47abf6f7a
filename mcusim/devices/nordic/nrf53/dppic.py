"""nRF53 DPPIC: channels that peripherals publish their events to and subscribe their tasks to."""

from __future__ import annotations

from mcusim.devices.nordic.peripheral import EVENTS, PUBLISH, SHORTS, SUBSCRIBE
from mcusim.devices.nordic.ppi import CHEN, CHENCLR, CHENSET, NrfPpi

CHANNEL, ENABLED = 0xFF, 1 << 31
"""CHIDX and EN of each SUBSCRIBE and PUBLISH register (nrf5340_application.svd)."""


class Nrf53Dppic(NrfPpi):
    """Its own registers are PPI's; the ends of a channel lie in the peripherals."""

    def placed(self, base: int) -> None:
        super().placed(base)
        self.write_ones = (CHENSET, CHENCLR)
        self.fabric.channels_changed = self._reroute

    def _routes(self) -> dict[int, list[int]]:
        events = self._connected(PUBLISH, SHORTS, PUBLISH - EVENTS)
        tasks = self._connected(SUBSCRIBE, EVENTS, SUBSCRIBE)
        routes: dict[int, list[int]] = {}
        for channel, sources in events.items():
            if self.stored[CHEN] >> channel & 1 and channel in tasks:
                for event in sources:
                    routes.setdefault(event, []).extend(tasks[channel])
        return routes

    def _connected(self, first: int, end: int, above: int) -> dict[int, list[int]]:
        """Addresses of events or tasks by channel; their register lies `above` bytes higher."""
        found: dict[int, list[int]] = {}
        for base, peripheral in self.fabric.peripherals.items():
            for offset in range(first, end, 4):
                setting = peripheral.stored.get(offset, 0)
                if setting & ENABLED:
                    found.setdefault(setting & CHANNEL, []).append(base + offset - above)
        return found
