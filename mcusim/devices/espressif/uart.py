"""ESP32-C3 UART (TRM v1.3, 26): FIFOs of 128 bytes, and a baud rate from one of three clocks."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import RC_FAST_HZ, XTAL_HZ, divided
from mcusim.devices.espressif.console import Console
from mcusim.devices.espressif.peripheral import EspPeripheral
from mcusim.devices.espressif.up_counter import Alarm

FIFO, INT_RAW, INT_ST, INT_ENA, INT_CLR, CLKDIV = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14
STATUS, CONF0, CONF1, MEM_CONF, FSM_STATUS, CLK_CONF, ID = 0x1C, 0x20, 0x24, 0x60, 0x6C, 0x78, 0x80
MEM_TX_STATUS, MEM_RX_STATUS = 0x64, 0x68
RXFIFO_FULL, TXFIFO_EMPTY, RXFIFO_OVF, RXFIFO_TOUT, TX_DONE = (
    1 << 0,
    1 << 1,
    1 << 4,
    1 << 8,
    1 << 14,
)
LEVELS = RXFIFO_FULL | TXFIFO_EMPTY
"""Interrupts that hold as long as their condition does."""
TXFIFO_RST, RXFIFO_RST, RX_TOUT_EN = 1 << 18, 1 << 17, 1 << 21
FROM_APB, FROM_RC_FAST, FROM_XTAL = 1, 2, 3
FIFO_BYTES = 128
TX_STATE_SENDING, RX_STATE = 1 << 4, 0xF


class EspUart(EspPeripheral):
    """Frames take their time. IrDA, RS485, flow control, AT command and wake-up aren't modelled.

    At the start of the application, the boot ROM has set 115200 baud from the crystal.
    """

    reset: ClassVar[Mapping[int, int]] = {
        CLKDIV: 347 | 3 << 20,
        CONF0: 1 << 28 | 1 << 4 | 3 << 2,
        CONF1: 0x60 << 9 | 0x60,
        MEM_CONF: 0xA << 16 | 1 << 4 | 1 << 1,
        CLK_CONF: 1 << 25 | 1 << 24 | 1 << 22 | FROM_XTAL << 20,
        ID: 1 << 30 | 0x500,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._line = host.serial(name)
        self._line.connect(self._receive, self._receive_time)
        self._console = host.shared(Console)
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._shifting: int | None = None
        self._published: tuple[int, int] | None = None
        self._raw = 0
        self._frame_end = Alarm(host, self._frame_sent)
        self._silence = Alarm(host, self._timed_out)
        self.clocks.watch(self._next_frame)

    # --- registers ---

    def placed(self, base: int) -> None:
        super().placed(base)
        self._publish()

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self._pop()
            case 0x04:
                return self._flags()
            case 0x08:
                return self._flags() & self.stored.get(INT_ENA, 0)
            case 0x1C:
                return self._status()[0]
            case 0x6C:
                return self._status()[1]
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._send(value & 0xFF)
            case 0x10:
                self._raw &= ~value
            case 0x04 | 0x08 | 0x1C | 0x6C | 0x64 | 0x68:
                return
            case 0x80:
                self.stored[ID] = value & 0x7FFFFFFF  # UART_UPDATE is done at once
            case 0x20:
                super().store(register, value)
                if value & TXFIFO_RST:
                    self._to_send.clear()
                if value & RXFIFO_RST:
                    self._received.clear()
            case _:
                super().store(register, value)
        self._update()

    def _flags(self) -> int:
        conf = self.stored[CONF1]
        flags = self._raw
        if self._waiting() < (conf >> 9 & 0x1FF) or not self._to_send:
            flags |= TXFIFO_EMPTY
        if len(self._received) >= (conf & 0x1FF or 1):
            flags |= RXFIFO_FULL
        return flags

    def _waiting(self) -> int:
        return len(self._to_send)

    def _status(self) -> tuple[int, int]:
        """STATUS and FSM_STATUS."""
        sending = TX_STATE_SENDING if self._shifting is not None else 0
        return self._waiting() << 16 | len(self._received), sending

    def _publish(self) -> None:
        """Firmware polls both far more often than anything else happens."""
        status = self._status()
        if status != self._published:
            self._published = status
            self.host.publish(self.base + STATUS, status[0])
            self.host.publish(self.base + FSM_STATUS, status[1])

    def _update(self) -> None:
        self._publish()
        self.interrupt(bool(self._flags() & self.stored.get(INT_ENA, 0)))

    # --- time on the line ---

    def _bit_s(self) -> float:
        """Seconds of a bit; 0 without a clock (TRM v1.3, 26.3.3)."""
        conf, divider = self.stored[CLK_CONF], self.stored[CLKDIV]
        sources = {FROM_APB: self.clocks.apb_hz, FROM_RC_FAST: RC_FAST_HZ, FROM_XTAL: XTAL_HZ}
        source_hz = self.clocks.running(sources.get(conf >> 20 & 3, 0.0))
        clock_hz = divided(source_hz, conf >> 12 & 0xFF, conf & 0x3F, conf >> 6 & 0x3F)
        whole = (divider & 0xFFF) + (divider >> 20 & 0xF) / 16.0
        return whole / clock_hz if clock_hz else 0.0

    def _frame_s(self) -> float:
        """Seconds of a frame: start bit, data, parity, stop bits."""
        conf = self.stored[CONF0]
        stop = (0.0, 1.0, 1.5, 2.0)[conf >> 4 & 3]
        return self._bit_s() * (1 + 5 + (conf >> 2 & 3) + (conf >> 1 & 1) + stop)

    # --- sending ---

    def _send(self, byte: int) -> None:
        if len(self._to_send) < FIFO_BYTES:
            self._to_send.append(byte)
            self.host.emit(self.name, bytes([byte]))
            self._console.is_on_uart = True
            self._next_frame()

    def _next_frame(self) -> None:
        frame_s = self._frame_s()
        if self._shifting is None and self._to_send and frame_s > 0.0:
            self._shifting = self._to_send.popleft()
            self._frame_end.after(frame_s)
            self._publish()

    def _frame_sent(self) -> None:
        if self._shifting is not None:
            self._line.sent(self._shifting)
        self._shifting = None
        self._next_frame()
        if self._shifting is None:
            self._raw |= TX_DONE
        self._update()

    # --- receiving ---

    def _receive_time(self) -> float:
        return self._frame_s()

    def _receive(self, byte: int) -> None:
        if len(self._received) < FIFO_BYTES:
            self._received.append(byte & 0xFF)
        else:
            self._raw |= RXFIFO_OVF
        if self.stored[CONF1] & RX_TOUT_EN:
            # A next frame is seen at its end here, at its start on the chip.
            bits = self.stored[MEM_CONF] >> 16 & 0x3FF
            self._silence.after(max(bits * self._bit_s(), self._frame_s()) + self._bit_s() / 2)
        self._update()

    def _timed_out(self) -> None:
        if self._received:
            self._raw |= RXFIFO_TOUT
            self._update()

    def _pop(self) -> int:
        byte = self._received.popleft() if self._received else 0
        self._update()
        return byte
