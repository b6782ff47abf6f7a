"""STM32 SPI with SR and DR (RM0432, SPI; RM0090 for the STM32F4, which has no FIFOs)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.spi_base import Stm32SpiMaster

CR1, CR2, SR, DR, CRCPR = 0x00, 0x04, 0x08, 0x0C, 0x10
MSTR, SPE, RXONLY, DFF, BIDIMODE = 1 << 2, 1 << 6, 1 << 10, 1 << 11, 1 << 15
ERRIE, RXNEIE, TXEIE, FRXTH = 1 << 5, 1 << 6, 1 << 7, 1 << 12
RXNE, TXE, OVR, BSY = 1 << 0, 1 << 1, 1 << 6, 1 << 7
FIFO_BYTES = 4


class Stm32Spi(Stm32SpiMaster):
    """A master that writes its frames; DMA, CRC, I2S, slaves and receive-only aren't modelled."""

    transmit_register = receive_register = DR
    status_register = SR
    reset: ClassVar[Mapping[int, int]] = {CR2: 0x700, CRCPR: 7}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._overrun = False

    def _control(self, bits: int) -> bool:
        return self.stored.get(CR1, 0) & bits == bits

    @property
    def frame_bits(self) -> int:
        # RM0432, SPI_CR2.DS: values below 4 bits are taken as 8.
        size = (self.stored[CR2] >> 8 & 0xF) + 1
        return size if size >= 4 else 8

    @property
    def bit_hz(self) -> float:
        return self._clocks.kernel_hz(self.name) / (2 << (self.stored.get(CR1, 0) >> 3 & 7))

    @property
    def _depth(self) -> int:
        """Frames that a FIFO holds."""
        return FIFO_BYTES // self._frame_bytes

    def may_shift(self) -> bool:
        return self._waiting > 0 and self._control(SPE | MSTR)

    def frame_over(self) -> None:
        if self._control(BIDIMODE):
            return
        if len(self._received) < self._depth:
            self._receive()
        else:
            self._overrun = True

    def push(self, frames: int) -> None:
        self._waiting = min(self._waiting + frames, self._depth)

    def read(self, offset: int, size: int) -> int:
        if offset == DR:
            self._overrun = False  # by a read of DR, and of SR after it
        return super().read(offset, size)

    def store(self, register: int, value: int) -> None:
        if register == SR:
            return
        super().store(register, value)
        if register == CR1 and not value & SPE:
            self._bus.cancel(self.host, self._frame_end)
            self._shifting = False
        elif register == CR1:
            if value & RXONLY:
                self.host.warn(f"{self.name}: receive-only transfers are not modelled")
            self._begin(self._bus.now(self.host))
        self._update()

    def status(self) -> int:
        status = self._flags() | (BSY if self._shifting or self.may_shift() else 0)
        return status | (OVR if self._overrun else 0)

    def _flags(self) -> int:
        """RXNE and TXE with the levels of the FIFOs (RM0432, data packing and FIFO levels)."""
        received = len(self._received) * self._frame_bytes
        waiting = self._waiting * self._frame_bytes
        status = _level(received) << 9 | _level(waiting) << 11
        if received >= (1 if self.stored[CR2] & FRXTH else 2):
            status |= RXNE
        return status | (TXE if waiting <= FIFO_BYTES // 2 else 0)

    def interrupts_on(self, status: int) -> bool:
        enabled = self.stored[CR2]
        return bool(
            (enabled & TXEIE and status & TXE)
            or (enabled & RXNEIE and status & RXNE)
            or (enabled & ERRIE and status & OVR)
        )


class Stm32f4Spi(Stm32Spi):
    """One frame waits for the shift register, and one to be read (RM0090, SPI)."""

    reset: ClassVar[Mapping[int, int]] = {CR2: 0, CRCPR: 7}

    @property
    def frame_bits(self) -> int:
        return 16 if self._control(DFF) else 8

    @property
    def _depth(self) -> int:
        return 1

    def _frames_in(self, size: int) -> int:
        return 1

    def _flags(self) -> int:
        return (RXNE if self._received else 0) | (0 if self._waiting else TXE)


def _level(held_bytes: int) -> int:
    """FTLVL and FRLVL: empty, a quarter, a half, full, which is more than a half."""
    return min(held_bytes, 3)
