"""SAM D21 SERCOM as the master of an SPI bus (DS40001882, 27)."""

from __future__ import annotations

from mcusim.devices.microchip.sercom_mode import BAUD, CTRLB, FrameMode

RXEN = 1 << 17


class SpiMaster(FrameMode):
    """Frames take their time, with nobody at the other end: what comes in is all ones."""

    @property
    def sends(self) -> bool:
        return self.block.enabled

    @property
    def _bits(self) -> int:
        return 9 if self.register(CTRLB) & 7 == 1 else 8

    @property
    def frame_s(self) -> float:
        """DS40001882, 25, Baud Rate Generator, synchronous: f_ref / (2 * (BAUD + 1))."""
        clock_hz = self.block.clock_hz
        clocks = 2 * ((self.register(BAUD) & 0xFF) + 1)
        return self._bits * clocks / clock_hz if clock_hz else 0.0

    def sent(self, value: int) -> None:
        if self.register(CTRLB) & RXEN:
            self.take((1 << self._bits) - 1)
