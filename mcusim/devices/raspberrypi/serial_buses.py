"""RP2040 SPI (datasheet 4.4; Arm PL022) and I2C (4.3; DesignWare) with nobody on the bus."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.clock_tree import ClockTree, Source
from mcusim.devices.raspberrypi.dma_requests import DmaRequests
from mcusim.devices.raspberrypi.registers import Peripheral

CR0, CR1, SSPDR, SSPSR, CPSR, IMSC, SSPRIS, SSPMIS, SSPICR, DMACR = range(0x00, 0x28, 4)
LOOPBACK, ENABLED = 1 << 0, 1 << 1
TFE, TNF, RNE, RFF, BSY = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
DEPTH = 8


class RpSpi(Peripheral):
    """A master whose frames take their time; what comes in is `answer`'s, or all ones."""

    reset: ClassVar[Mapping[int, int]] = {0xFE0: 0x22, 0xFE4: 0x10, 0xFE8: 0x34, 0xFF0: 0x0D,
                                          0xFF4: 0xF0, 0xFF8: 0x05, 0xFFC: 0xB1}  # fmt: skip
    requests: ClassVar[tuple[int, int]]

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._dma = host.shared(DmaRequests)
        self._dma.ready[self.requests[0]] = self._has_room
        self._dma.ready[self.requests[1]] = self._has_data
        self.answer: Callable[[int], int] = lambda word: (1 << self._bits) - 1
        """What the other end shifts out while a word goes in."""
        self._to_send: deque[int] = deque()
        self._received: deque[int] = deque()
        self._shifting: int | None = None
        self._frame_end = host.add_timer(self._frame_sent)

    @property
    def _bits(self) -> int:
        return (self.stored.get(CR0, 0) & 0xF) + 1

    def load(self, register: int) -> int:
        match register:
            case 0x08:
                value = self._received.popleft() if self._received else 0
                self._update()
                return value
            case 0x0C:
                return self._status()
            case 0x18:
                return self._raised()
            case 0x1C:
                return self._raised() & self.stored.get(IMSC, 0)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x08:
                if len(self._to_send) < DEPTH:
                    self._to_send.append(value & (1 << self._bits) - 1)
                self._next_frame()
            case 0x0C | 0x18 | 0x1C | 0x20:
                return
            case _:
                super().store(register, value)
                self._next_frame()
        self._update()

    def restart(self) -> None:
        super().restart()
        self.host.cancel(self._frame_end)
        self._to_send.clear()
        self._received.clear()
        self._shifting = None
        self._update()

    def _status(self) -> int:
        status = TFE if not self._to_send else 0
        status |= TNF if len(self._to_send) < DEPTH else 0
        status |= RNE if self._received else 0
        status |= RFF if len(self._received) >= DEPTH else 0
        return status | (BSY if self._shifting is not None or self._to_send else 0)

    def _raised(self) -> int:
        """Half-full levels: transmit (bit 3) and receive (bit 2)."""
        half = DEPTH // 2
        return (len(self._to_send) <= half) << 3 | (len(self._received) >= half) << 2

    def _next_frame(self) -> None:
        hz = self._tree.hz(Source.PERI)
        divider = (self.stored.get(CPSR, 0) & 0xFE) * ((self.stored.get(CR0, 0) >> 8 & 0xFF) + 1)
        if self._shifting is not None or not self._to_send or not hz or not divider:
            return
        if not self.stored.get(CR1, 0) & ENABLED:
            return
        self._shifting = self._to_send.popleft()
        self.host.schedule(self._frame_end, self.host.cycle_in(self._bits * divider / hz))

    def _frame_sent(self) -> None:
        word, self._shifting = self._shifting, None
        if word is not None and len(self._received) < DEPTH:
            looped = self.stored.get(CR1, 0) & LOOPBACK
            self._received.append(word if looped else self.answer(word))
        self._next_frame()
        self._update()

    def _update(self) -> None:
        self.interrupt(bool(self._raised() & self.stored.get(IMSC, 0)))
        for request in self.requests:
            self._dma.changed(request)

    def _has_room(self) -> bool:
        return bool(self.stored.get(DMACR, 0) & 2) and len(self._to_send) < DEPTH

    def _has_data(self) -> bool:
        return bool(self.stored.get(DMACR, 0) & 1) and bool(self._received)


class RpSpi0(RpSpi):
    """The first one."""

    reset_bit = 16
    requests = (16, 17)


class RpSpi1(RpSpi):
    """The second one."""

    reset_bit = 17
    requests = (18, 19)


IC_DATA_CMD, IC_INTR_MASK, IC_ENABLE, IC_ABORT_SOURCE = 0x10, 0x30, 0x6C, 0x80
TX_EMPTY, TX_ABRT, STOP_DET = 1 << 4, 1 << 6, 1 << 9
NO_ACKNOWLEDGE = 1 << 0


class RpI2c(Peripheral):
    """A master that no device answers: each transfer aborts, as its address is not acknowledged.

    It does so at once. Being a slave isn't modelled.
    """

    reset: ClassVar[Mapping[int, int]] = {
        0x00: 0x65, 0x04: 0x55, 0x08: 0x55, 0x14: 0x28, 0x18: 0x2F, 0x1C: 0x06, 0x20: 0x0D,
        0x30: 0x8FF, 0x70: 0x06, 0x7C: 0x01, 0x94: 0x64, 0x98: 0x01, 0xA0: 0x07, 0xF8: 0x3230312A,
        0xFC: 0x44570140,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._events = 0

    def load(self, register: int) -> int:
        match register:
            case 0x2C:
                return self._raw() & self.stored[IC_INTR_MASK]
            case 0x34:
                return self._raw()
            case 0x40:
                self._clear(TX_ABRT | STOP_DET)
                return 0
            case 0x54:
                self._clear(TX_ABRT)
                return 0
            case 0x60:
                self._clear(STOP_DET)
                return 0
            case 0x9C:
                return self.stored.get(IC_ENABLE, 0) & 1
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == IC_DATA_CMD:
            if self.stored.get(IC_ENABLE, 0) & 1:
                self._events |= TX_ABRT | STOP_DET
                self.stored[IC_ABORT_SOURCE] = NO_ACKNOWLEDGE
        else:
            super().store(register, value)
        self._update()

    def restart(self) -> None:
        super().restart()
        self._events = 0
        self._update()

    def _raw(self) -> int:
        return self._events | (TX_EMPTY if self.stored.get(IC_ENABLE, 0) & 1 else 0)

    def _clear(self, events: int) -> None:
        self._events &= ~events
        if events & TX_ABRT:
            self.stored[IC_ABORT_SOURCE] = 0
        self._update()

    def _update(self) -> None:
        self.interrupt(bool(self._raw() & self.stored[IC_INTR_MASK]))


class RpI2c0(RpI2c):
    """The first one."""

    reset_bit = 3


class RpI2c1(RpI2c):
    """The second one."""

    reset_bit = 4
