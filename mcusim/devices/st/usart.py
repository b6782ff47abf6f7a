"""STM32 USART and LPUART with the newer register layout (RM0432 50 and 51): ISR, RDR and TDR."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.dma_requests import DmaRequests, Request
from mcusim.devices.st.words import WordDevice

CR1, CR2, CR3, BRR, RQR = 0x00, 0x04, 0x08, 0x0C, 0x18  # RM0432 50.8 and 51.7
ISR, ICR, RDR, TDR, PRESC = 0x1C, 0x20, 0x24, 0x28, 0x2C
UE, UESM, RE, TE = 1 << 0, 1 << 1, 1 << 2, 1 << 3
IDLEIE, RXNEIE, TCIE, TXEIE = 1 << 4, 1 << 5, 1 << 6, 1 << 7
M0, OVER8, M1, FIFOEN, TXFEIE, RXFFIE = (1 << n for n in (12, 15, 28, 29, 30, 31))
EIE, DMAR, DMAT = 1 << 0, 1 << 6, 1 << 7
ORE, IDLE, RXNE, TC, TXE = 1 << 3, 1 << 4, 1 << 5, 1 << 6, 1 << 7
TEACK, REACK, TXFE, RXFF = 1 << 21, 1 << 22, 1 << 23, 1 << 24
RXFRQ, TXFRQ = 1 << 3, 1 << 4
PRESCALERS = (1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256)
STOP_BITS = (1.0, 0.5, 2.0, 1.5)


class Stm32Usart(WordDevice):
    """Frames take their time at the programmed baud rate; a baud rate of 0 sends at once.

    Line errors (PE, FE, NE), flow control, synchronous, smartcard, IrDA and LIN modes aren't
    modelled; FIFO thresholds (TXFT, RXFT) aren't either.
    """

    reset: ClassVar[Mapping[int, int]] = {}
    is_low_power: ClassVar[bool] = False
    fifo_depth: ClassVar[int] = 8

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._bus = host.shared(BusClock)
        self._dma = host.shared(DmaRequests)
        self._receive_request, self._transmit_request = Request(name, "rx"), Request(name, "tx")
        self._line = host.serial(name)
        self._line.connect(self._receive, self._receive_time)
        self._flags = TC
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._shifting: int | None = None
        self._frame_end = host.add_timer(self._frame_sent)
        self._frame_due = 0
        self._idle_line = host.add_timer(self._line_idle)
        self._level = False
        self._isr = TC | TXE

    def placed(self, base: int) -> None:
        super().placed(base)
        self._dma.add_device(self)
        for request in (self._receive_request, self._transmit_request):
            self._dma.serve_with(request, self._ask_dma)

    def restart(self) -> None:
        super().restart()
        self._switch_off()
        self.host.cancel(self._idle_line)
        self._level = False
        self._update()

    # --- registers ---

    def load(self, register: int) -> int:
        if register == ISR:
            return self._isr
        if register == RDR:
            value = self._received.popleft() if self._received else self.stored.get(RDR, 0)
            self.stored[RDR] = value
            self._update()
            return value
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x28:
                self._transmit(value & 0x1FF)
            case 0x20:
                self._flags &= ~(value & (ORE | IDLE | TC))
            case 0x18:
                if value & RXFRQ:
                    self._received.clear()
                if value & TXFRQ:
                    self._to_send.clear()
            case 0x1C | 0x24:
                return
            case _:
                super().store(register, value)
                if register == CR1 and not value & UE:
                    self._switch_off()
        self._update()

    def _switch_off(self) -> None:
        # RM0432 50.5.2: clearing UE ends all at once and resets the status.
        self._bus.cancel(self.host, self._frame_end)
        self._shifting = None
        self._to_send.clear()
        self._received.clear()
        self._flags = TC

    def _control(self, bits: int) -> bool:
        return self.stored.get(CR1, 0) & bits == bits

    @property
    def _depth(self) -> int:
        return self.fifo_depth if self._control(FIFOEN) else 1

    def _status(self) -> int:
        status = self._flags
        if len(self._to_send) < self._depth:
            status |= TXE
        if self._received:
            status |= RXNE
        if self._control(FIFOEN):
            status |= 0 if self._to_send else TXFE
            status |= RXFF if len(self._received) >= self.fifo_depth else 0
        if self._control(UE | TE):
            status |= TEACK
        if self._control(UE | RE):
            status |= REACK
        return status

    # --- time on the line ---

    def _bit_s(self) -> float:
        """Seconds of a bit; 0 while the baud rate isn't set or its clock is off."""
        brr = self.stored.get(BRR, 0)
        prescaler = PRESCALERS[min(self.stored.get(PRESC, 0) & 0xF, len(PRESCALERS) - 1)]
        clock = self._clocks.kernel_hz(self.name) / prescaler
        if clock <= 0.0:
            return 0.0
        if self.is_low_power:
            return (brr & 0xFFFFF) / 256.0 / clock
        brr &= 0xFFFF
        if self._control(OVER8):
            # RM0432 50.8.5: BRR[2:0] is USARTDIV[3:0] shifted right.
            return ((brr & 0xFFF0) | (brr & 7) << 1) / 2.0 / clock
        return brr / clock

    def _frame_s(self) -> float:
        """Seconds of a frame: start bit, data (parity included), stop bits."""
        cr1 = self.stored.get(CR1, 0)
        data = 7 if cr1 & M1 else 9 if cr1 & M0 else 8
        return self._bit_s() * (1 + data + STOP_BITS[self.stored.get(CR2, 0) >> 12 & 3])

    def _receive_time(self) -> float:
        if not self._control(UE | RE) or (self._bus.stopped and not self._receives_in_stop()):
            return 0.0
        return self._frame_s()

    def _receives_in_stop(self) -> bool:
        # RM0432 50.5.20: with UESM, and a kernel clock that goes on or that the start bit starts.
        return self._control(UESM) and self._clocks.kernel_in_stop(self.name)

    # --- transmission ---

    def _transmit(self, value: int) -> None:
        if not self._control(UE | TE):
            return
        self._flags &= ~TC
        self.host.emit(self.name, bytes([value & 0xFF]))
        if len(self._to_send) < self._depth:
            self._to_send.append(value)
        else:
            self._to_send[-1] = value
        if self._shifting is None:
            self._next_frame(self._bus.now(self.host))

    def _next_frame(self, begin: int) -> None:
        while self._to_send:
            self._shifting = self._to_send.popleft()
            frame_s = self._frame_s()
            if frame_s > 0.0:
                now = self._bus.now(self.host)
                cycles = self.host.cycle_in(frame_s) - self.host.now
                self._frame_due = max(begin + cycles, now + 1)
                self._bus.schedule(self.host, self._frame_end, self._frame_due)
                return
            self._line.sent(self._shifting & 0xFF)
        self._shifting = None
        self._flags |= TC

    def _frame_sent(self) -> None:
        if self._shifting is not None:
            self._line.sent(self._shifting & 0xFF)
        self._next_frame(self._frame_due)
        self._update()

    # --- reception ---

    def _receive(self, byte: int) -> None:
        if len(self._received) < self._depth:
            self._received.append(byte & 0xFF)
        else:
            self._flags |= ORE
        # RM0432 50.5.6: an idle frame after the last one is told once. A frame that follows without
        # a pause arrives just before.
        idle_s = self._frame_s() + 0.5 * self._bit_s()
        self.host.schedule(self._idle_line, self.host.cycle_in(idle_s))
        self._update()

    def _line_idle(self) -> None:
        self._flags |= IDLE
        self._update()

    # --- interrupts and DMA ---

    def _update(self) -> None:
        self._ask_dma()
        status = self._status()
        if status != self._isr:
            self._isr = status
            # Firmware polls ISR far more often than anything else happens.
            self.host.publish(self.base + ISR, status)
        cr1 = self.stored.get(CR1, 0)
        # RM0432 50.6: ORE also interrupts with RXNEIE.
        wanted = cr1 & (IDLEIE | RXNEIE | TCIE | TXEIE) & status
        wanted |= status & ORE if cr1 & RXNEIE or self.stored.get(CR3, 0) & EIE else 0
        wanted |= status & RXFF if cr1 & RXFFIE else 0
        wanted |= status & TXFE if cr1 & TXFEIE else 0
        level = bool(wanted) and bool(cr1 & UE)
        if level != self._level:
            self._level = level
            self.interrupt(level)

    def _ask_dma(self) -> None:
        if not self._control(UE):
            return
        cr3 = self.stored.get(CR3, 0)
        if cr3 & DMAR and self._received:
            self._dma.raise_request(self._receive_request)
        if cr3 & DMAT and self._control(TE) and len(self._to_send) < self._depth:
            self._dma.raise_request(self._transmit_request)
