"""What the modes of a SERCOM have in common: flags, the buffers of DATA, frames on a line."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from typing import Protocol

from mcusim.devices.device import Host

CTRLA, CTRLB, BAUD, STATUS, DATA = 0x00, 0x04, 0x0C, 0x1A, 0x28
DRE, TXC, RXC, ERROR = 1 << 0, 1 << 1, 1 << 2, 1 << 7
BUFOVF = 1 << 2
RECEIVE_DEPTH = 2


class Block(Protocol):
    """The SERCOM that a mode belongs to."""

    name: str
    host: Host
    stored: dict[int, int]

    @property
    def enabled(self) -> bool: ...

    @property
    def clock_hz(self) -> float:
        """The generic clock in hertz; 0 while it stands still."""

    def changed(self) -> None:
        """Takes that flags may have changed."""


class Mode(ABC):
    """One mode of a SERCOM."""

    def __init__(self, block: Block) -> None:
        self.block = block

    def register(self, offset: int) -> int:
        """A register as it was written last."""
        return self.block.stored.get(offset, 0)

    @abstractmethod
    def flags(self) -> int:
        """INTFLAG."""

    @abstractmethod
    def clear(self, flags: int) -> None:
        """Firmware wrote 1 to these bits of INTFLAG."""

    @abstractmethod
    def receive(self) -> int:
        """Firmware reads DATA."""

    @abstractmethod
    def send(self, value: int) -> None:
        """Firmware writes DATA."""

    @abstractmethod
    def stop(self) -> None:
        """The block is switched off or reset: drops what is under way."""

    def write(self, offset: int, value: int) -> None:
        """Firmware writes another register."""
        self.block.stored[offset] = value

    @abstractmethod
    def clock_changed(self) -> None:
        """The generic clock has changed."""


class FrameMode(Mode):
    """Frames: one in the shift register, one that waits in DATA, two that were received."""

    def __init__(self, block: Block) -> None:
        super().__init__(block)
        self._flags = 0
        self._waiting: int | None = None
        self._shifting: int | None = None
        self._received: deque[int] = deque()
        self._frame_end = block.host.add_timer(self._frame_sent)

    @property
    @abstractmethod
    def sends(self) -> bool:
        """Whether the transmitter is on."""

    @property
    @abstractmethod
    def frame_s(self) -> float:
        """Seconds of a frame; 0 without a clock."""

    @abstractmethod
    def sent(self, value: int) -> None:
        """A frame has left."""

    def flags(self) -> int:
        status = self._flags
        if self.sends and self._waiting is None:
            status |= DRE
        return status | (RXC if self._received else 0)

    def clear(self, flags: int) -> None:
        self._flags &= ~(flags & (TXC | ERROR))

    def receive(self) -> int:
        return self._received.popleft() if self._received else 0

    def send(self, value: int) -> None:
        if not self.sends:
            return
        self._flags &= ~TXC
        self._waiting = value & 0x1FF
        self.clock_changed()

    def write(self, offset: int, value: int) -> None:
        # STATUS is cleared by writing 1.
        super().write(offset, self.register(STATUS) & ~value if offset == STATUS else value)

    def clock_changed(self) -> None:
        """Begins with what waits in DATA, as soon as the shift register is free and has a clock."""
        if self._shifting is not None or self._waiting is None:
            return
        frame_s = self.frame_s
        if frame_s <= 0.0:
            return
        self._shifting, self._waiting = self._waiting, None
        host = self.block.host
        host.schedule(self._frame_end, host.cycle_in(frame_s))

    def stop(self) -> None:
        self.block.host.cancel(self._frame_end)
        self._waiting = self._shifting = None
        self._received.clear()
        self._flags = 0

    def take(self, value: int) -> None:
        """Takes a frame that came in."""
        if len(self._received) < RECEIVE_DEPTH:
            self._received.append(value)
        else:
            self.block.stored[STATUS] = self.register(STATUS) | BUFOVF
            self._flags |= ERROR

    def _frame_sent(self) -> None:
        if self._shifting is not None:
            self.sent(self._shifting)
        self._shifting = None
        self.clock_changed()
        if self._shifting is None:
            self._flags |= TXC
        self.block.changed()
