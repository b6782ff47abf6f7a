"""nRF52 UART and UARTE at one address: timed by BAUDRATE, with and without DMA."""

from __future__ import annotations

from collections import deque
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock_rates import HFCLK_HZ
from mcusim.devices.nordic.countdown import Countdown
from mcusim.devices.nordic.peripheral import POWER, NrfPeripheral

# PS, UART and UARTE, Registers.
STARTRX, STOPRX, STARTTX, STOPTX, SUSPEND, FLUSHRX = 0x000, 0x004, 0x008, 0x00C, 0x01C, 0x02C
CTS, RXDRDY, ENDRX, TXDRDY, ENDTX, ERROR, RXTO = 0x100, 0x108, 0x110, 0x11C, 0x120, 0x124, 0x144
RXSTARTED, TXSTARTED, TXSTOPPED = 0x14C, 0x150, 0x158
NCTS = 0x104
ERRORSRC, ENABLE, PSEL_RTS, RXD, TXD, BAUDRATE = 0x480, 0x500, 0x508, 0x518, 0x51C, 0x524
RXD_PTR, RXD_MAXCNT, RXD_AMOUNT = 0x534, 0x538, 0x53C
TXD_PTR, TXD_MAXCNT, TXD_AMOUNT = 0x544, 0x548, 0x54C
CONFIG = 0x56C
ENABLE_UART, ENABLE_UARTE = 4, 8
PARITY, TWO_STOP_BITS = 7 << 1, 1 << 4
FIFO_BYTES = 6
"""PS, UART, Reception."""
RXTO_FRAMES = 5
"""Frames after STOPRX in which the last bytes of a sender can still arrive (PS, UART, RXTO)."""
TICKS_OF_16_MHZ = 4
DISCONNECTED = 0xFFFFFFFF


class NrfUart(NrfPeripheral):
    """Both faces of the block; ENABLE says which one is seen."""

    shortcuts: ClassVar[dict[int, tuple[int, int]]] = {
        3: (CTS, STARTRX),
        4: (NCTS, STOPRX),
        5: (ENDRX, STARTRX),
        6: (ENDRX, STOPRX),
    }
    reset: ClassVar[dict[int, int]] = {
        BAUDRATE: 0x04000000,
        **dict.fromkeys(range(PSEL_RTS, PSEL_RTS + 16, 4), DISCONNECTED),
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._to_send: deque[int] = deque()
        self._sending = False
        self._by_dma = False
        self._stopping = False
        self._frame = Countdown(host, self._frame_left)
        self._receiving = False
        self._received: deque[int] = deque()
        self._buffer = self._room = self._filled = 0
        self._silence = Countdown(host, lambda: self.fire(RXTO))
        self._line_outside = host.serial(name)
        self._line_outside.connect(self._receive, self._receiver_frame_s)

    def frame_ticks(self) -> int:
        """Ticks of 64 MHz from start bit to stop bit."""
        # The divider of 16 MHz is a whole number: the actual rates that nrf52840_bitfields.h gives
        # for each setting are 16 MHz / floor(2^32 / BAUDRATE).
        divider = (1 << 32) // max(self.stored[BAUDRATE], 1)
        config = self.stored.get(CONFIG, 0)
        bits = 10 + (config & PARITY == PARITY) + bool(config & TWO_STOP_BITS)
        return divider * TICKS_OF_16_MHZ * bits

    @property
    def _is_uarte(self) -> bool:
        return self.stored.get(ENABLE, 0) & 0xF == ENABLE_UARTE

    @property
    def _is_uart(self) -> bool:
        return self.stored.get(ENABLE, 0) & 0xF == ENABLE_UART

    # --- tasks and registers ---

    def task(self, offset: int) -> None:
        match offset:
            case 0x000 if self._is_uart or self._is_uarte:
                self._start_receiving()
            case 0x004 | 0x01C:
                self._stop_receiving()
            case 0x008 if self._is_uarte:
                self._send_buffer()
            case 0x008 if self._is_uart:
                self._stopping = False
                self._sending = True
                self._next_frame()
            case 0x00C:
                self._stop_sending()
            case 0x02C if self._is_uarte:
                self.stored[RXD_AMOUNT] = self._filled
                self.fire(ENDRX)
        if offset == SUSPEND:
            self._stop_sending()
        self._demand_clock()

    def configured(self, offset: int, value: int) -> None:
        if offset == TXD and self._is_uart and self._sending:
            self._to_send.append(value & 0xFF)
            self._next_frame()
        elif offset == ERRORSRC:
            self.stored[ERRORSRC] = 0
        elif offset == POWER and not value & 1:
            self.restart()

    def restart(self) -> None:
        super().restart()
        self._frame.stop()
        self._silence.stop()
        self._to_send.clear()
        self._received.clear()
        self._sending = self._by_dma = self._stopping = self._receiving = False
        self._room = self._filled = 0
        self._demand_clock()

    def value(self, offset: int) -> int:
        if offset == RXD and self._is_uart:
            byte = self._received.popleft() if self._received else 0
            if self._received:
                self.fire(RXDRDY)
            return byte
        return super().value(offset)

    def _demand_clock(self) -> None:
        wanted = self._sending or self._receiving
        self.fabric.demand(self.fabric.hfclk_users, self.name, wanted)

    # --- sending ---

    def _send_buffer(self) -> None:
        count = self.stored.get(TXD_MAXCNT, 0) & 0xFFFF
        data = self.read_by_dma(self.stored.get(TXD_PTR, 0), count)
        if len(data) != count:
            self.host.warn(
                f"{self.name}: TXD.PTR 0x{self.stored.get(TXD_PTR, 0):08x} with {count} bytes is "
                f"not in memory; nothing is sent"
            )
        self._stopping = False
        self._sending = self._by_dma = True
        self._to_send.extend(data)
        self.stored[TXD_AMOUNT] = 0
        self.fire(TXSTARTED)
        if self._to_send:
            self._next_frame()
        else:
            self._end_of_buffer()

    def _next_frame(self) -> None:
        if self._to_send and not self._frame.running:
            self._frame.start(self.frame_ticks())

    def _frame_left(self) -> None:
        byte = self._to_send.popleft()
        self.host.emit(self.name, bytes([byte]))
        self._line_outside.sent(byte)
        if self._by_dma:
            self.stored[TXD_AMOUNT] += 1
        if self._stopping:
            self._to_send.clear()
        # Before the event: its handler may start the next buffer.
        self._next_frame()
        self.fire(TXDRDY)
        if self._by_dma and not self._to_send:
            self._end_of_buffer()

    def _end_of_buffer(self) -> None:
        self._by_dma = False
        self.fire(ENDTX)
        if self._stopping:
            self._stopping = self._sending = False
            self._demand_clock()
            self.fire(TXSTOPPED)

    def _stop_sending(self) -> None:
        if self._frame.running and self._by_dma:
            self._stopping = True  # after the byte under way
            return
        if self._is_uarte:
            self.fire(TXSTOPPED)
        self._sending = False

    # --- receiving ---

    def _receiver_frame_s(self) -> float:
        if self._is_uarte:
            ready = self._room > 0
        else:
            ready = self._is_uart and self._receiving and len(self._received) < FIFO_BYTES
        return self.frame_ticks() / HFCLK_HZ if ready else 0.0

    def _start_receiving(self) -> None:
        self._receiving = True
        self._silence.stop()
        if self._is_uarte:
            self._buffer = self.stored.get(RXD_PTR, 0)
            self._room = self.stored.get(RXD_MAXCNT, 0) & 0xFFFF
            self._filled = 0
            self.fire(RXSTARTED)
        self._line_outside.connect(self._receive, self._receiver_frame_s)

    def _stop_receiving(self) -> None:
        if not self._receiving:
            return
        self._receiving = False
        if self._is_uarte and self._room:
            self._end_receiving()
        self._silence.start(RXTO_FRAMES * self.frame_ticks())

    def _receive(self, byte: int) -> None:
        if self._is_uarte:
            if not self._room:
                return
            self.write_by_dma(self._buffer + self._filled, bytes([byte]))
            self._filled += 1
            self.fire(RXDRDY)
            if self._filled == self._room:
                self._end_receiving()
        else:
            self._received.append(byte)
            self.fire(RXDRDY)

    def _end_receiving(self) -> None:
        self.stored[RXD_AMOUNT] = self._filled
        self._room = 0
        self._receiving = self._receiving and not self._is_uarte
        self._demand_clock()
        self.fire(ENDRX)
