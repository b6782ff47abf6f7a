"""SiFive SPI (FE310-G002 manual v1p5, 19): FIFOs of 8 frames with watermarks."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.sifive.registers import SifivePeripheral

SCKDIV, CSDEF, DELAY0, DELAY1, FMT = 0x00, 0x14, 0x28, 0x2C, 0x40
TXDATA, RXDATA, TXMARK, RXMARK, IE, IP = 0x48, 0x4C, 0x50, 0x54, 0x70, 0x74
FULL = EMPTY = 1 << 31
TRANSMIT_ONLY = 1 << 3
TXWM, RXWM = 1 << 0, 1 << 1
DEPTH = 8
OPEN_LINE = 0xFF
"""What is received with nobody at the other end: the line is pulled up."""


class SifiveSpi(SifivePeripheral):
    """Frames take their serial clocks; there is no other end, and chip selects are remembered."""

    reset: ClassVar[Mapping[int, int]] = {
        SCKDIV: 3,
        CSDEF: 0xF,
        DELAY0: 1 << 16 | 1,
        DELAY1: 1,
        FMT: 8 << 16,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._busy = False
        self._done = host.add_timer(self._frame_done)

    def load(self, register: int) -> int:
        match register:
            case 0x48:
                return FULL if len(self._to_send) >= DEPTH else 0
            case 0x4C:
                value = self._received.popleft() if self._received else EMPTY
                self._update()
                return value
            case 0x74:
                return self._pending()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x48:
                if len(self._to_send) < DEPTH:
                    self._to_send.append(value & 0xFF)
                    self._next_frame()
            case 0x4C | 0x74:
                return
            case _:
                super().store(register, value)
        self._update()

    def half_period(self) -> int:
        """Core cycles of half a period of SCK (19.4)."""
        return (self.stored[SCKDIV] & 0xFFF) + 1

    def _frame_cycles(self) -> int:
        lanes = self.stored[FMT] & 3
        bits = self.stored[FMT] >> 16 & 0xF
        return 2 * self.half_period() * max(1, -(-bits >> lanes))

    def _next_frame(self) -> None:
        if not self._busy and self._to_send:
            self._busy = True
            self.host.schedule(self._done, self.host.now + self._frame_cycles())

    def _frame_done(self) -> None:
        self._busy = False
        if self._to_send:
            self._to_send.popleft()
            if not self.stored[FMT] & TRANSMIT_ONLY and len(self._received) < DEPTH:
                self._received.append(OPEN_LINE)
        self._next_frame()
        self._update()

    def _pending(self) -> int:
        """19.15: fewer to send than txmark, more received than rxmark."""
        few = len(self._to_send) < self.stored.get(TXMARK, 0) & 7
        many = len(self._received) > self.stored.get(RXMARK, 0) & 7
        return (TXWM if few else 0) | (RXWM if many else 0)

    def _update(self) -> None:
        self.interrupt(bool(self._pending() & self.stored.get(IE, 0)))
