"""Instrumentation trace macrocell: text on stimulus port 0, region markers on port 31."""

from __future__ import annotations

from mcusim.devices.device import Device

TEXT_PORT = 0
MARKER_PORT = 31
"""A write here begins (bit 31 set) or ends (bit 31 clear) the region numbered by the other bits."""
STIMULUS_PORTS = 32
TER, TCR = 0xE00, 0xE80
ITMENA = 1 << 0


class Itm(Device):
    """Stimulus ports are always ready; text is taken only while the ITM and port 0 are enabled.

    Markers are taken even while the ITM is off, so that firmware needs no trace set-up for them;
    silicon ignores such a write (ARM DDI0403E C1.7.3).
    """

    def read(self, offset: int, size: int) -> int:
        if offset < 4 * STIMULUS_PORTS:
            return 1  # FIFOREADY
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        port = offset // 4
        if port >= STIMULUS_PORTS:
            super().write(offset, size, value)
        elif port == MARKER_PORT:
            self.host.marker(value)
        elif port == TEXT_PORT and self._enabled(port):
            self.host.emit(self.name, value.to_bytes(4, "little")[:size])

    def _enabled(self, port: int) -> bool:
        on = self.stored.get(TCR, 0) & ITMENA
        return bool(on and self.stored.get(TER, 0) >> port & 1)
