"""nRF52 EGU, and SWI at the same address: events that software triggers."""

from __future__ import annotations

from mcusim.devices.nordic.peripheral import EVENTS, NrfPeripheral

CHANNELS = 16


class NrfEgu(NrfPeripheral):
    """Each task raises the event of its number (PS, EGU)."""

    def task(self, offset: int) -> None:
        if offset < 4 * CHANNELS:
            self.fire(EVENTS + offset)
