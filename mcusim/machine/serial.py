"""A serial line between a UART of the simulated chip and whoever talks to it from outside.

The device says when a frame has left; bytes from outside reach it one a character time, by a timed
event of the machine, so that a conversation takes the same simulated time in every run.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from typing import Protocol

POLL_S = 1e-3
"""Bytes wait for a receiver that isn't ready; it is asked again after this simulated time."""
UNREAD_LIMIT_BYTES = 1 << 20
"""Sent bytes that nobody has read; older ones are dropped."""

Receive = Callable[[int], None]
Listener = Callable[[int], None]


class Clock(Protocol):
    """What a line asks of the machine."""

    @property
    def now(self) -> int:
        """Cycle of the present moment."""

    def cycle_in(self, seconds: float) -> int:
        """The cycle at which `seconds` from now will have passed at the present clock."""

    def add_timer(self, expired: Callable[[], None]) -> int:
        """Makes a source of timed events."""

    def schedule(self, source: int, cycle: int) -> None:
        """Has the source's function called at `cycle`."""


class SerialLine:
    """Both directions of one UART, by the device's name."""

    def __init__(self, name: str, clock: Clock) -> None:
        self.name = name
        self._clock = clock
        self._timer = clock.add_timer(self._arrived)
        self._receive: Receive | None = None
        self._character_s: Callable[[], float] | None = None
        self._to_device: deque[int] = deque()
        self._in_flight = False
        self._due = 0
        self._unread = bytearray()
        self.sent_bytes = 0
        """So many have left the device."""
        self._listeners: list[Listener] = []
        self.attached = False
        """Whether someone has connected to it, for a device that can tell."""

    # --- the device's side ---

    def connect(self, receive: Receive, character_s: Callable[[], float]) -> None:
        """Takes the device's function for a received byte, and the one that times a character.

        `character_s` gives seconds from start bit to stop bit; anything but a time above zero means
        that the receiver isn't ready, and the bytes wait.
        """
        self._receive = receive
        self._character_s = character_s
        self._start()

    def sent(self, byte: int) -> None:
        """A frame has left the device."""
        self.sent_bytes += 1
        self._unread.append(byte & 0xFF)
        if len(self._unread) > UNREAD_LIMIT_BYTES:
            del self._unread[: -UNREAD_LIMIT_BYTES // 2]
        for listener in self._listeners:
            listener(byte & 0xFF)

    # --- the outside ---

    def write(self, data: bytes) -> None:
        """Sends bytes to the device, one after the other at its baud rate."""
        self._to_device.extend(data)
        self._start()

    @property
    def pending(self) -> int:
        """Bytes that are still on their way to the device."""
        return len(self._to_device)

    def read(self) -> bytes:
        """What the device has sent since the last call."""
        data = bytes(self._unread)
        self._unread.clear()
        return data

    @property
    def unread(self) -> bytearray:
        """What `read` would give; whoever takes a part of it away deletes it here."""
        return self._unread

    def listen(self, listener: Listener) -> None:
        """Has `listener` called with every byte that the device sends from now on."""
        self._listeners.append(listener)

    def ignore(self, listener: Listener) -> None:
        """Ends `listen`."""
        self._listeners.remove(listener)

    # --- timing ---

    def _start(self) -> None:
        if self._to_device and not self._in_flight and self._receive is not None:
            self._in_flight = True
            self._plan(self._clock.cycle_in(self._wait_s()))

    def _plan(self, cycle: int) -> None:
        self._due = cycle
        self._clock.schedule(self._timer, cycle)

    def _wait_s(self) -> float:
        return self._frame_s() or POLL_S

    def _frame_s(self) -> float:
        """Seconds of a character; 0 when the receiver isn't ready."""
        assert self._character_s is not None
        seconds = self._character_s()
        return seconds if math.isfinite(seconds) and seconds > 0.0 else 0.0

    def _arrived(self) -> None:
        self._in_flight = False
        if self._frame_s() and self._to_device and self._receive is not None:
            self._receive(self._to_device.popleft())
        if self._to_device:
            # From when it was due, not from when the core got round to it: no drift.
            wait = max(1, self._clock.cycle_in(self._wait_s()) - self._clock.now)
            self._in_flight = True
            self._plan(max(self._due + wait, self._clock.now + 1))
