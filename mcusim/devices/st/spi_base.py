"""What the STM32's two designs of SPI share: a master's frames in their time, and its FIFOs."""

from __future__ import annotations

from abc import abstractmethod
from collections import deque
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice


class Stm32SpiMaster(WordDevice):
    """Sends and receives frames with nobody at the other end: what comes in is all ones."""

    transmit_register: ClassVar[int]
    receive_register: ClassVar[int]
    status_register: ClassVar[int]

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._bus = host.shared(BusClock)
        self._frame_end = host.add_timer(self._shifted)
        self._frame_due = 0
        self._shifting = False
        self._waiting = 0
        """Frames in the transmit FIFO; what they hold goes nowhere."""
        self._received: deque[int] = deque()
        self._status: int | None = None
        self._level = False

    def restart(self) -> None:
        super().restart()
        self._drop()
        self._level = False
        self._update()

    # --- what the designs differ in ---

    @property
    @abstractmethod
    def frame_bits(self) -> int:
        """Bits of a frame."""

    @property
    @abstractmethod
    def bit_hz(self) -> float:
        """Serial clock in hertz; 0 without one."""

    @abstractmethod
    def may_shift(self) -> bool:
        """Whether the next frame may begin."""

    @abstractmethod
    def frame_over(self) -> None:
        """A frame has ended."""

    @abstractmethod
    def push(self, frames: int) -> None:
        """Firmware wrote frames to the transmit FIFO."""

    @abstractmethod
    def status(self) -> int:
        """The status register."""

    @abstractmethod
    def interrupts_on(self, status: int) -> bool:
        """Whether the interrupt line is high with this status."""

    # --- registers ---

    @property
    def _frame_bytes(self) -> int:
        """Bytes that a frame takes in the FIFOs."""
        return 1 if self.frame_bits <= 8 else 2 if self.frame_bits <= 16 else 4

    def _frames_in(self, size: int) -> int:
        """Frames that an access of so many bytes holds (data packing)."""
        return max(1, size // self._frame_bytes)

    def read(self, offset: int, size: int) -> int:
        if offset != self.receive_register:
            return super().read(offset, size)
        value = 0
        for place in range(self._frames_in(size)):
            frame = self._received.popleft() if self._received else 0
            value |= frame << 8 * self._frame_bytes * place
        self._update()
        return value & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        if offset != self.transmit_register:
            super().write(offset, size, value)
            return
        self.push(self._frames_in(size))
        self._begin(self._bus.now(self.host))
        self._update()

    def load(self, register: int) -> int:
        return self.status() if register == self.status_register else super().load(register)

    def _update(self) -> None:
        status = self.status()
        if status != self._status:
            self._status = status
            # Firmware polls it far more often than anything else happens.
            self.host.publish(self.base + self.status_register, status)
        level = self.interrupts_on(status)
        if level != self._level:
            self._level = level
            self.interrupt(level)

    # --- time on the line ---

    def _drop(self) -> None:
        """Drops what is under way and in the FIFOs."""
        self._bus.cancel(self.host, self._frame_end)
        self._shifting = False
        self._waiting = 0
        self._received.clear()

    def _begin(self, begin: int) -> None:
        if self._shifting or not self.may_shift() or self.bit_hz <= 0.0:
            return
        self._waiting = max(0, self._waiting - 1)
        self._shifting = True
        now = self._bus.now(self.host)
        cycles = self.host.cycle_in(self.frame_bits / self.bit_hz) - self.host.now
        self._frame_due = max(begin + cycles, now + 1)
        self._bus.schedule(self.host, self._frame_end, self._frame_due)

    def _shifted(self) -> None:
        self._shifting = False
        self.frame_over()
        self._begin(self._frame_due)
        self._update()

    def _receive(self) -> None:
        self._received.append((1 << self.frame_bits) - 1)
