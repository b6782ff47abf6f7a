"""SAM D21 serial communication interface (DS40001882, 25 and 26) as a USART."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import ClockTree
from mcusim.devices.microchip.registers import SamPeripheral

CTRLA, CTRLB, BAUD, INTENCLR, INTENSET = 0x00, 0x04, 0x0C, 0x14, 0x16
INTFLAG, STATUS, SYNCBUSY, DATA = 0x18, 0x1A, 0x1C, 0x28
SWRST, ENABLE, RUNSTDBY = 1 << 0, 1 << 1, 1 << 7
TXEN, RXEN = 1 << 16, 1 << 17
DRE, TXC, RXC, ERROR = 1 << 0, 1 << 1, 1 << 2, 1 << 7
BUFOVF = 1 << 2
EXTERNAL_CLOCK, INTERNAL_CLOCK = 0, 1
SAMPLES = (16, 16, 8, 8, 3)
"""Samples of a bit, by CTRLA.SAMPR; the odd ones of 0 to 3 divide by a fraction."""
CHARACTER_BITS = {0: 8, 1: 9, 5: 5, 6: 6, 7: 7}
RECEIVE_DEPTH = 2


class SamSercom(SamPeripheral):
    """Frames take their time at the programmed baud rate, from the generic clock of the block.

    SPI and I2C, an external clock, flow control, break and start-of-frame detection aren't
    modelled. Registers synchronise at once.
    """

    widths: ClassVar[Mapping[int, int]] = {
        CTRLA: 4, CTRLB: 4, BAUD: 2, INTENCLR: 1, INTENSET: 1, INTFLAG: 1, STATUS: 2,
        SYNCBUSY: 4, DATA: 2,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.watch(self._next_frame)
        self._line = host.serial(name)
        self._line.connect(self._receive, self._receive_time)
        self._flags = 0
        self._waiting: int | None = None
        self._shifting: int | None = None
        self._received: deque[int] = deque()
        self._frame_end = host.add_timer(self._frame_sent)

    # --- registers ---

    def load(self, register: int) -> int:
        match register:
            case 0x14:
                return self.stored.get(INTENSET, 0)
            case 0x18:
                return self._status()
            case 0x1C:
                return 0
            case 0x28:
                value = self._received.popleft() if self._received else 0
                self._update()
                return value
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._control(value)
            case 0x14:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) & ~value
            case 0x16:
                self.stored[INTENSET] = self.stored.get(INTENSET, 0) | value
            case 0x18:
                self._flags &= ~(value & (TXC | ERROR))
            case 0x1A:
                self.stored[STATUS] = self.stored.get(STATUS, 0) & ~value
            case 0x28:
                self._transmit(value & 0x1FF)
            case 0x1C:
                return
            case _:
                super().store(register, value)
        self._update()

    def _control(self, value: int) -> None:
        if value & SWRST:
            self.stored.clear()
            self._switch_off()
            return
        if self.stored.get(CTRLA, 0) & ~value & ENABLE:
            self._switch_off()
        self.stored[CTRLA] = value
        if value & ENABLE and not self._is_usart:
            self.host.warn(f"{self.name}: only its USART is modelled, not mode {value >> 2 & 7}")

    def _switch_off(self) -> None:
        self.host.cancel(self._frame_end)
        self._waiting = self._shifting = None
        self._received.clear()
        self._flags = 0

    @property
    def _is_usart(self) -> bool:
        return self.stored.get(CTRLA, 0) >> 2 & 7 in (EXTERNAL_CLOCK, INTERNAL_CLOCK)

    def _enabled(self, direction: int) -> bool:
        on = bool(self.stored.get(CTRLA, 0) & ENABLE) and self._is_usart
        return on and bool(self.stored.get(CTRLB, 0) & direction)

    def _status(self) -> int:
        status = self._flags
        if self._enabled(TXEN) and self._waiting is None:
            status |= DRE
        if self._received:
            status |= RXC
        return status

    # --- time on the line ---

    def _bit_s(self) -> float:
        """Seconds of a bit; 0 while there is no clock or no baud rate (DS40001882, 26, BAUD)."""
        control, baud = self.stored.get(CTRLA, 0), self.stored.get(BAUD, 0)
        if self._tree.standby and not control & RUNSTDBY:
            return 0.0
        clock_hz = self._tree.peripheral_hz(self.name, self.host)
        mode = control >> 13 & 7
        samples = SAMPLES[min(mode, len(SAMPLES) - 1)]
        if mode in (1, 3):
            divider = (baud & 0x1FFF) + (baud >> 13) / 8.0
            return samples * divider / clock_hz if clock_hz else 0.0
        rate_hz = clock_hz / samples * (1.0 - baud / 65536.0)
        return 1.0 / rate_hz if rate_hz else 0.0

    def _frame_s(self) -> float:
        """Seconds of a frame: start bit, data, parity, stop bits."""
        control = self.stored.get(CTRLB, 0)
        bits = 1 + CHARACTER_BITS.get(control & 7, 8) + 1 + (control >> 6 & 1)
        parity = self.stored.get(CTRLA, 0) >> 24 & 0xF == 1
        return self._bit_s() * (bits + parity)

    # --- sending ---

    def _transmit(self, value: int) -> None:
        if not self._enabled(TXEN):
            return
        self._flags &= ~TXC
        self.host.emit(self.name, bytes([value & 0xFF]))
        self._waiting = value
        self._next_frame()

    def _next_frame(self) -> None:
        """Begins with what waits in DATA, as soon as the shift register is free and has a clock."""
        frame_s = self._frame_s()
        if self._shifting is not None or self._waiting is None or frame_s <= 0.0:
            return
        self._shifting, self._waiting = self._waiting, None
        self.host.schedule(self._frame_end, self.host.cycle_in(frame_s))

    def _frame_sent(self) -> None:
        if self._shifting is not None:
            self._line.sent(self._shifting & 0xFF)
        self._shifting = None
        self._next_frame()
        if self._shifting is None:
            self._flags |= TXC
        self._update()

    # --- receiving ---

    def _receive_time(self) -> float:
        return self._frame_s() if self._enabled(RXEN) else 0.0

    def _receive(self, byte: int) -> None:
        if len(self._received) < RECEIVE_DEPTH:
            self._received.append(byte & 0xFF)
        else:
            self.stored[STATUS] = self.stored.get(STATUS, 0) | BUFOVF
            self._flags |= ERROR
        self._update()

    def _update(self) -> None:
        status = self._status()
        self.interrupt(bool(status & self.stored.get(INTENSET, 0)))
