"""CMSDK APB UART (DDI0479D, Cortex-M System Design Kit, 4.3)."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host

DATA, STATE, CTRL, INTSTATUS, BAUDDIV = 0x00, 0x04, 0x08, 0x0C, 0x10
TX_FULL, RX_FULL, TX_OVERRUN, RX_OVERRUN = 1 << 0, 1 << 1, 1 << 2, 1 << 3
TX_ENABLE, RX_ENABLE = 1 << 0, 1 << 1
ENABLES_SHIFT = 2
"""From a bit of INTSTATUS to its enable in CTRL."""
LEAST_DIVIDER = 16
BITS_OF_FRAME = 10
PERIPHERAL_HZ = 25e6
"""PCLK of the AN547's peripherals (QEMU hw/arm/mps2-tz.c; zephyr mps3_an547-common.dtsi)."""


class CmsdkUart(ApbDevice):
    """8N1 with one byte of buffer each way; interrupt lines: transmit, receive, combined.

    A divider below 16, which the manual forbids, sends at once and receives nothing. The overflow
    line that the board's UARTs share isn't driven.
    """

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x21, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._line = host.serial(name)
        self._line.connect(self._receive, self._receive_time)
        self._state = self._raised = 0
        self._buffered: int | None = None
        self._shifting: int | None = None
        self._received = 0
        self._frame_end = host.add_timer(self._frame_sent)

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                self._set_state(self._state & ~RX_FULL)
                return self._received
            case 0x04:
                return self._state
            case 0x0C:
                return self._raised
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._transmit(value & 0xFF)
            case 0x04:
                self._set_state(self._state & ~(value & (TX_OVERRUN | RX_OVERRUN)))
            case 0x08:
                super().store(register, value & 0x7F)
            case 0x0C:
                self._raised &= ~value
            case 0x10:
                super().store(register, value & 0xFFFFF)
            case _:
                super().store(register, value)
        self._update()

    # --- transmission ---

    def _frame_s(self) -> float:
        """Seconds of a frame; 0 while the divider is none."""
        divider = self.stored.get(BAUDDIV, 0)
        return BITS_OF_FRAME * divider / PERIPHERAL_HZ if divider >= LEAST_DIVIDER else 0.0

    def _transmit(self, value: int) -> None:
        if not self.stored.get(CTRL, 0) & TX_ENABLE:
            return
        if self._state & TX_FULL:
            self._set_state(self._state | TX_OVERRUN)
            self._raise(TX_OVERRUN)
        self.host.emit(self.name, bytes([value]))
        self._buffered = value
        self._set_state(self._state | TX_FULL)
        if self._shifting is None:
            self._next_frame()

    def _next_frame(self) -> None:
        self._shifting, self._buffered = self._buffered, None
        self._set_state(self._state & ~TX_FULL)
        if self._shifting is None:
            return
        self._raise(TX_FULL)
        frame_s = self._frame_s()
        if frame_s > 0.0:
            self.host.schedule(self._frame_end, self.host.cycle_in(frame_s))
        else:
            self._line.sent(self._shifting)
            self._shifting = None

    def _frame_sent(self) -> None:
        if self._shifting is not None:
            self._line.sent(self._shifting)
        self._next_frame()
        self._update()

    # --- reception ---

    def _receive_time(self) -> float:
        return self._frame_s() if self.stored.get(CTRL, 0) & RX_ENABLE else 0.0

    def _receive(self, byte: int) -> None:
        if self._state & RX_FULL:
            self._set_state(self._state | RX_OVERRUN)
            self._raise(RX_OVERRUN)
        self._received = byte & 0xFF
        self._set_state(self._state | RX_FULL)
        self._raise(RX_FULL)
        self._update()

    # --- status ---

    def _set_state(self, state: int) -> None:
        if state != self._state:
            self._state = state
            # Firmware polls STATE far more often than anything else happens.
            self.host.publish(self.base + STATE, state)

    def _raise(self, event: int) -> None:
        """Sets the bit of an event in INTSTATUS, if CTRL lets it interrupt."""
        self._raised |= event & self.stored.get(CTRL, 0) >> ENABLES_SHIFT

    def _update(self) -> None:
        raised = self._raised
        for line, wanted in enumerate((TX_FULL, RX_FULL, 0xF)):
            self.interrupt(bool(raised & wanted), line)
