"""RP2040 programmable I/O (datasheet 3): a block's registers, interrupts and DMA requests."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.dma_requests import DmaRequests
from mcusim.devices.raspberrypi.pins import Pins
from mcusim.devices.raspberrypi.pio_blocks import LINES, STATUS, PioBlocks
from mcusim.devices.raspberrypi.registers import Peripheral

FSTAT, FDEBUG, RXF0, RXF_END = 0x04, 0x08, 0x20, 0x30
MACHINES = 4
TX_FULL, RX_EMPTY = 16, 8
"""Lowest bits of fields of FSTAT, which has one bit for each state machine."""


class RpPio(Peripheral):
    """A block whose four state machines the native core executes, cycle by cycle."""

    number: ClassVar[int]
    kind: ClassVar[type[PioBlocks]] = PioBlocks

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._blocks = host.shared(self.kind)
        self._blocks.join(host, self.number, self._tell)
        self._native = self._blocks.native
        host.shared(Pins).pio = self._blocks
        self._dma = host.shared(DmaRequests)
        # Eight requests a block: those of the transmit FIFOs come first (regs/dreq.h).
        first = 2 * MACHINES * self.number
        self._sending = [first + machine for machine in range(MACHINES)]
        self._receiving = [first + MACHINES + machine for machine in range(MACHINES)]
        for machine in range(MACHINES):
            self._dma.ready[self._sending[machine]] = partial(self._is_off, TX_FULL + machine)
            self._dma.ready[self._receiving[machine]] = partial(self._is_off, RX_EMPTY + machine)

    @property
    def now(self) -> int:
        """The cycle that the machines are at; a pin's listener is called at that of its edge."""
        return self._native.now

    def load(self, register: int) -> int:
        self._blocks.settle()
        value = self._native.read(self.number, register)
        if RXF0 <= register < RXF_END:
            self._blocks.changed()
        return value

    def held(self, register: int) -> int:
        self._blocks.settle()
        return self._native.peek(self.number, register)

    def store(self, register: int, value: int) -> None:
        self._blocks.settle()
        self._native.write(self.number, register, value)
        self._blocks.changed()

    def restart(self) -> None:
        super().restart()
        self._blocks.settle()
        self._native.reset(self.number)
        self._blocks.changed()
        self._tell(STATUS | LINES)

    def _is_off(self, bit: int) -> bool:
        return not self._native.peek(self.number, FSTAT) >> bit & 1

    def _tell(self, news: int) -> None:
        """Takes what the native core found: FIFOs or flags of them changed, or interrupt lines."""
        if news & LINES:
            for line in range(2):
                self.interrupt(self._native.line(self.number, line), line)
        if news & STATUS:
            # Firmware polls these two far more often than anything else happens.
            for register in (FSTAT, FDEBUG):
                self.host.publish(self.base + register, self._native.peek(self.number, register))
            for request in (*self._sending, *self._receiving):
                self._dma.changed(request)


class RpPio0(RpPio):
    """The first one."""

    number = 0
    reset_bit = 10


class RpPio1(RpPio):
    """The second one."""

    number = 1
    reset_bit = 11
