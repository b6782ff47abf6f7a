"""STM32 SPI with counted transfers (RM0433 and RM0456, SPI): TXDR, RXDR, CSTART and TSIZE."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.spi_base import Stm32SpiMaster

CR1, CR2, CFG1, CFG2, IER, SR, IFCR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x18
TXDR, RXDR, CRCPOLY = 0x20, 0x30, 0x40
SPE, CSTART, CSUSP = 1 << 0, 1 << 9, 1 << 10
MASTER = 1 << 22
BPASS = 1 << 31
RXP, TXP, DXP, EOT, TXTF, OVR, SUSP, TXC = (1 << n for n in (0, 1, 2, 3, 4, 6, 11, 12))
RXWNE, CTSIZE = 1 << 15, 16
CLEARABLE = EOT | TXTF | 1 << 5 | OVR | 0x780 | SUSP
SIMPLEX_TRANSMITTER, SIMPLEX_RECEIVER = 1, 2
FIFO_BYTES = 16


class Stm32SpiV2(Stm32SpiMaster):
    """A master's transfers; DMA, CRC, I2S, slaves and the pauses between frames aren't modelled.

    The FIFOs of all instances hold 16 bytes here; on the chips some have 8.
    """

    transmit_register, receive_register, status_register = TXDR, RXDR, SR
    reset: ClassVar[Mapping[int, int]] = {CFG1: 0x00070007, CRCPOLY: 0x107}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._flags = 0
        self._left = 0
        """Frames to the end of the transfer, of one that is counted."""

    def restart(self) -> None:
        self._flags = self._left = 0
        super().restart()

    def _control(self, bits: int) -> bool:
        return self.stored.get(CR1, 0) & bits == bits

    # --- configuration ---

    @property
    def frame_bits(self) -> int:
        return max(self.stored[CFG1] & 0x1F, 3) + 1

    @property
    def bit_hz(self) -> float:
        config = self.stored[CFG1]
        divider = 1 if config & BPASS else 2 << (config >> 28 & 7)
        return self._clocks.kernel_hz(self.name) / divider

    @property
    def _packet(self) -> int:
        return (self.stored[CFG1] >> 5 & 0xF) + 1

    @property
    def _depth(self) -> int:
        return FIFO_BYTES // self._frame_bytes

    @property
    def _direction(self) -> int:
        return self.stored.get(CFG2, 0) >> 17 & 3

    @property
    def _size(self) -> int:
        """Frames of a transfer; 0: it goes on until it is suspended."""
        return self.stored.get(CR2, 0) & 0xFFFF

    # --- transfers ---

    def may_shift(self) -> bool:
        if not (self._control(SPE | CSTART) and self.stored.get(CFG2, 0) & MASTER):
            return False
        if self._size and not self._left:
            return False
        if self._direction == SIMPLEX_RECEIVER:
            return len(self._received) < self._depth
        return self._waiting > 0

    def frame_over(self) -> None:
        if self._direction != SIMPLEX_TRANSMITTER:
            if len(self._received) < self._depth:
                self._receive()
            else:
                self._flags |= OVR
        if self._left:
            self._left -= 1
            if not self._left:
                self._flags |= EOT | TXTF
                self.stored[CR1] &= ~CSTART
        if self._control(CSUSP):
            self._suspend()

    def _suspend(self) -> None:
        self.stored[CR1] &= ~(CSUSP | CSTART)
        self._flags |= SUSP

    def push(self, frames: int) -> None:
        self._waiting = min(self._waiting + frames, self._depth)

    # --- registers ---

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self._set_control(value)
            case 0x14:
                return
            case 0x18:
                self._flags &= ~(value & CLEARABLE)
            case _:
                super().store(register, value)
        self._update()

    def _set_control(self, value: int) -> None:
        started = value & ~self.stored.get(CR1, 0) & CSTART
        super().store(CR1, value)
        if not value & SPE:
            self._drop()
            self.stored[CR1] &= ~(CSTART | CSUSP)
            self._flags = self._left = 0
            return
        if started:
            self._left = self._size
        if value & CSUSP and not self._shifting:
            self._suspend()
        self._begin(self._bus.now(self.host))

    def status(self) -> int:
        status = self._flags | self._left << CTSIZE
        received = len(self._received)
        if self._control(SPE) and self._depth - self._waiting >= self._packet:
            status |= TXP
        if received >= self._packet:
            status |= RXP
        if status & TXP and status & RXP:
            status |= DXP
        if received * self._frame_bytes >= 4:
            status |= RXWNE
        status |= (received % max(1, 4 // self._frame_bytes) & 3) << 13
        over = not self._left if self._size else not self._waiting
        return status | (TXC if over and not self._shifting else 0)

    def interrupts_on(self, status: int) -> bool:
        # IER has the places of SR; SUSP, EOT and TXC share EOTIE (RM0433, SPI interrupts).
        enabled = self.stored.get(IER, 0)
        return bool(enabled & status & 0x7FF or (enabled & EOT and status & SUSP))
