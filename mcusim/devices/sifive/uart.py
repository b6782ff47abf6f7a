"""SiFive UART (FE310-G002 manual v1p5, 18): FIFOs of 8 characters with watermarks."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.sifive.registers import SifivePeripheral

TXDATA, RXDATA, TXCTRL, RXCTRL, IE, IP, DIV = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
FULL = EMPTY = 1 << 31
ENABLE, TWO_STOP_BITS = 1 << 0, 1 << 1
TXWM, RXWM = 1 << 0, 1 << 1
DEPTH = 8


class SifiveUart(SifivePeripheral):
    """Characters take their time at tlclk / (div + 1); pins and line errors aren't modelled."""

    reset: ClassVar[Mapping[int, int]] = {DIV: 3}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._line = host.serial(name)
        self._line.connect(self._receive, self._receive_time)
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._shifting: int | None = None
        self._sent = host.add_timer(self._frame_sent)

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return FULL if len(self._to_send) >= DEPTH else 0
            case 0x04:
                return self._take()
            case 0x14:
                return self._pending()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._enqueue(value & 0xFF)
            case 0x04 | 0x14:
                return
            case 0x18:
                super().store(register, value & 0xFFFF)
            case _:
                super().store(register, value)
        self._next_frame()
        self._update()

    def _take(self) -> int:
        if not self._received:
            return EMPTY
        value = self._received.popleft()
        self._update()
        return value

    def _enqueue(self, value: int) -> None:
        if len(self._to_send) < DEPTH:
            self._to_send.append(value)
            self.host.emit(self.name, bytes([value]))

    # --- time on the line ---

    def _character_s(self) -> float:
        """Seconds of start bit, eight data bits and stop bits."""
        stop = 2 if self.stored.get(TXCTRL, 0) & TWO_STOP_BITS else 1
        return (9 + stop) * (self.stored[DIV] + 1) / self.host.clock_hz

    def _receive_time(self) -> float:
        return self._character_s() if self.stored.get(RXCTRL, 0) & ENABLE else 0.0

    def _next_frame(self) -> None:
        if self._shifting is None and self._to_send and self.stored.get(TXCTRL, 0) & ENABLE:
            self._shifting = self._to_send.popleft()
            self.host.schedule(self._sent, self.host.cycle_in(self._character_s()))

    def _frame_sent(self) -> None:
        if self._shifting is not None:
            self._line.sent(self._shifting)
        self._shifting = None
        self._next_frame()
        self._update()

    def _receive(self, byte: int) -> None:
        if len(self._received) < DEPTH:
            self._received.append(byte & 0xFF)
        self._update()

    # --- watermarks ---

    def _pending(self) -> int:
        """18.8: fewer to send than txcnt, more received than rxcnt."""
        few = len(self._to_send) < self.stored.get(TXCTRL, 0) >> 16 & 7
        many = len(self._received) > self.stored.get(RXCTRL, 0) >> 16 & 7
        return (TXWM if few else 0) | (RXWM if many else 0)

    def _update(self) -> None:
        self.interrupt(bool(self._pending() & self.stored.get(IE, 0)))
