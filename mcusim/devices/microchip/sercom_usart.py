"""SAM D21 SERCOM as a USART (DS40001882, 26)."""

from __future__ import annotations

from mcusim.devices.microchip.sercom_mode import BAUD, CTRLA, CTRLB, Block, FrameMode

TXEN, RXEN = 1 << 16, 1 << 17
SAMPLES = (16, 16, 8, 8, 3)
"""Samples of a bit, by CTRLA.SAMPR; the odd ones of 0 to 3 divide by a fraction."""
CHARACTER_BITS = {0: 8, 1: 9, 5: 5, 6: 6, 7: 7}


class Usart(FrameMode):
    """Frames take their time at the programmed baud rate, from the generic clock of the block.

    An external clock, flow control, break and start-of-frame detection aren't modelled.
    """

    def __init__(self, block: Block) -> None:
        super().__init__(block)
        self._line = block.host.serial(block.name)
        self._line.connect(self._receive, lambda: self.frame_s if self._on(RXEN) else 0.0)

    def _on(self, direction: int) -> bool:
        return self.block.enabled and bool(self.register(CTRLB) & direction)

    @property
    def sends(self) -> bool:
        return self._on(TXEN)

    @property
    def frame_s(self) -> float:
        """Seconds of a frame: start bit, data, parity, stop bits."""
        control = self.register(CTRLB)
        bits = 1 + CHARACTER_BITS.get(control & 7, 8) + 1 + (control >> 6 & 1)
        parity = self.register(CTRLA) >> 24 & 0xF == 1
        return self._bit_s() * (bits + parity)

    def _bit_s(self) -> float:
        """Seconds of a bit; 0 while there is no clock or no baud rate (DS40001882, 26, BAUD)."""
        baud, clock_hz = self.register(BAUD), self.block.clock_hz
        mode = self.register(CTRLA) >> 13 & 7
        samples = SAMPLES[min(mode, len(SAMPLES) - 1)]
        if mode in (1, 3):
            divider = (baud & 0x1FFF) + (baud >> 13) / 8.0
            return samples * divider / clock_hz if clock_hz else 0.0
        rate_hz = clock_hz / samples * (1.0 - baud / 65536.0)
        return 1.0 / rate_hz if rate_hz else 0.0

    def send(self, value: int) -> None:
        if self.sends:
            self.block.host.emit(self.block.name, bytes([value & 0xFF]))
        super().send(value)

    def sent(self, value: int) -> None:
        self._line.sent(value & 0xFF)

    def _receive(self, byte: int) -> None:
        self.take(byte & 0xFF)
        self.block.changed()
