"""RP2040 UART (datasheet 4.2; Arm PL011, DDI0183): frames at the programmed baud rate."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree, Source
from mcusim.devices.raspberrypi.dma_requests import DmaRequests
from mcusim.devices.raspberrypi.registers import Peripheral

DR, RSR, FR, IBRD, FBRD, LCR_H, CR = 0x00, 0x04, 0x18, 0x24, 0x28, 0x2C, 0x30
IFLS, IMSC, RIS, MIS, ICR, DMACR = 0x34, 0x38, 0x3C, 0x40, 0x44, 0x48
BUSY, RXFE, TXFF, RXFF, TXFE = 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7
UARTEN, LOOPBACK, TXE, RXE = 1 << 0, 1 << 7, 1 << 8, 1 << 9
PARITY, TWO_STOP, FIFOS = 1 << 1, 1 << 3, 1 << 4
RX, TX, TIMEOUT, OVERRUN = 1 << 4, 1 << 5, 1 << 6, 1 << 10
RXDMAE, TXDMAE = 1 << 0, 1 << 1
DEPTH = 32
"""Of both FIFOs (datasheet 4.2.2.4)."""
TRIGGERS = (4, 8, 16, 24, 28)
"""Fill levels by IFLS: 1/8, 1/4, 1/2, 3/4 and 7/8 of the FIFO."""
TIMEOUT_BITS = 32
"""Quiet bit periods after which data below the trigger level is told of (DDI0183, 2.8.4)."""


class RpUart(Peripheral):
    """Line errors, breaks, flow control and IrDA aren't modelled."""

    reset: ClassVar[Mapping[int, int]] = {
        CR: TXE | RXE, IFLS: 0x12, 0xFE0: 0x11, 0xFE4: 0x10, 0xFE8: 0x34, 0xFF0: 0x0D, 0xFF4: 0xF0,
        0xFF8: 0x05, 0xFFC: 0xB1,
    }  # fmt: skip
    requests: ClassVar[tuple[int, int]]
    """Of DMA: transmit and receive (pico-sdk, regs/dreq.h)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._clock_changed)
        self._dma = host.shared(DmaRequests)
        self._dma.ready[self.requests[0]] = self._wants_data
        self._dma.ready[self.requests[1]] = self._has_data
        self._line = host.serial(name)
        self._line.connect(self._receive, self._receive_time)
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._shifting: int | None = None
        self._raised = 0
        self._frame_end = host.add_timer(self._frame_sent)
        self._frame_due = 0
        self._quiet = host.add_timer(self._timed_out)

    def placed(self, base: int) -> None:
        super().placed(base)
        self._publish()

    # --- registers ---

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return self._take()
            case 0x18:
                return self._flags()
            case 0x3C:
                return self._raised
            case 0x40:
                return self._raised & self.stored.get(IMSC, 0)
            case 0x44:
                return 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._transmit(value & 0xFF)
            case 0x04:
                self._raised &= ~OVERRUN
            case 0x44:
                self._raised &= ~value
            case 0x18 | 0x3C | 0x40:
                return
            case _:
                super().store(register, value)
                if register == CR:
                    self._next_frame(self.host.now)
        self._update()

    def restart(self) -> None:
        super().restart()
        self.host.cancel(self._frame_end)
        self._to_send.clear()
        self._received.clear()
        self._shifting, self._raised = None, 0
        self._update()

    def _on(self, bits: int) -> bool:
        return self.stored[CR] & bits == bits

    @property
    def _depth(self) -> int:
        return DEPTH if self.stored.get(LCR_H, 0) & FIFOS else 1

    def _flags(self) -> int:
        flags = 0 if self._to_send else TXFE
        flags |= TXFF if len(self._to_send) >= self._depth else 0
        flags |= 0 if self._received else RXFE
        flags |= RXFF if len(self._received) >= self._depth else 0
        return flags | (BUSY if self._shifting is not None or self._to_send else 0)

    # --- time on the line ---

    def _bit_s(self) -> float:
        """Seconds of a bit: 16 periods of clk_peri times a divisor with six bits of fraction."""
        divisor = (self.stored.get(IBRD, 0) & 0xFFFF) + (self.stored.get(FBRD, 0) & 0x3F) / 64.0
        hz = self._tree.hz(Source.PERI)
        return 16.0 * divisor / hz if hz else 0.0

    def _frame_s(self) -> float:
        control = self.stored.get(LCR_H, 0)
        bits = 1 + 5 + (control >> 5 & 3) + 1 + bool(control & TWO_STOP) + bool(control & PARITY)
        return self._bit_s() * bits

    def _receive_time(self) -> float:
        return self._frame_s() if self._on(UARTEN | RXE) and not self.in_reset else 0.0

    # --- sending ---

    def _transmit(self, byte: int) -> None:
        if len(self._to_send) >= self._depth:
            return
        self._to_send.append(byte)
        # The holding register, too, is passed on at once when the shift register is free.
        self._next_frame(self.host.now)

    def _next_frame(self, begin: int) -> None:
        frame_s = self._frame_s()
        if self._shifting is not None or not self._to_send or frame_s <= 0.0:
            return
        if not self._on(UARTEN | TXE):
            return
        before = len(self._to_send)
        self._shifting = self._to_send.popleft()
        if not self._on(LOOPBACK):
            self.host.emit(self.name, bytes([self._shifting]))
        level = TRIGGERS[min(self.stored[IFLS] & 7, 4)] if self._depth > 1 else 0
        if before > level >= len(self._to_send):
            self._raised |= TX
        cycles = self.host.cycle_in(frame_s) - self.host.now
        self._frame_due = max(begin + cycles, self.host.now + 1)
        self.host.schedule(self._frame_end, self._frame_due)

    def _frame_sent(self) -> None:
        sent, self._shifting = self._shifting, None
        if sent is not None:
            if self._on(LOOPBACK):
                self._receive(sent)
            else:
                self._line.sent(sent)
        self._next_frame(self._frame_due)
        self._update()

    def _clock_changed(self) -> None:
        self._next_frame(self.host.now)

    # --- receiving ---

    def _receive(self, byte: int) -> None:
        if len(self._received) >= self._depth:
            self._raised |= OVERRUN
        else:
            self._received.append(byte & 0xFF)
        level = TRIGGERS[min(self.stored[IFLS] >> 3 & 7, 4)] if self._depth > 1 else 1
        if len(self._received) >= level:
            self._raised |= RX
        if bit_s := self._bit_s():
            self.host.schedule(self._quiet, self.host.cycle_in(TIMEOUT_BITS * bit_s))
        self._update()

    def _timed_out(self) -> None:
        if self._received:
            self._raised |= TIMEOUT
        self._update()

    def _take(self) -> int:
        value = self._received.popleft() if self._received else 0
        level = TRIGGERS[min(self.stored[IFLS] >> 3 & 7, 4)] if self._depth > 1 else 1
        if len(self._received) < level:
            self._raised &= ~RX
        if not self._received:
            self._raised &= ~TIMEOUT
        self._update()
        return value

    # --- interrupts and DMA ---

    def _update(self) -> None:
        self._publish()
        self.interrupt(bool(self._raised & self.stored.get(IMSC, 0)))
        for request in self.requests:
            self._dma.changed(request)

    def _publish(self) -> None:
        # Firmware polls the flags far more often than anything else happens.
        self.host.publish(self.base + FR, 0 if self.in_reset else self._flags())

    def _wants_data(self) -> bool:
        enabled = bool(self.stored.get(DMACR, 0) & TXDMAE)
        return enabled and len(self._to_send) < self._depth and self._on(UARTEN)

    def _has_data(self) -> bool:
        return bool(self.stored.get(DMACR, 0) & RXDMAE) and bool(self._received)


class RpUart0(RpUart):
    """The first one."""

    reset_bit = 22
    requests = (20, 21)


class RpUart1(RpUart):
    """The second one."""

    reset_bit = 23
    requests = (22, 23)
