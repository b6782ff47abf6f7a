"""The FIFOs between the two cores (RP2040 datasheet 2.3.1.4; pico-sdk, regs/sio.h, SIO_FIFO)."""

from __future__ import annotations

from collections import deque

DEPTH = 8
VALID, ROOM, OVERFLOW, UNDERFLOW = 1 << 0, 1 << 1, 1 << 2, 1 << 3
"""FIFO_ST: VLD, RDY, WOF, ROE."""


class Mailboxes:
    """A queue of words to each core, and what each did wrong with them."""

    def __init__(self) -> None:
        self._to: tuple[deque[int], deque[int]] = (deque(), deque())
        self._errors = [0, 0]
        self._last = [0, 0]

    def status(self, core: int) -> int:
        """FIFO_ST as a core reads it."""
        received, sent = self._to[core], self._to[core ^ 1]
        return VALID * bool(received) | ROOM * (len(sent) < DEPTH) | self._errors[core]

    def interrupts(self, core: int) -> bool:
        """Whether the core's SIO interrupt is asserted: VLD, WOF or ROE."""
        return bool(self.status(core) & ~ROOM)

    def push(self, core: int, word: int) -> None:
        """A core writes to the other; a word that finds no room is lost."""
        queue = self._to[core ^ 1]
        if len(queue) < DEPTH:
            queue.append(word)
        else:
            self._errors[core] |= OVERFLOW

    def pull(self, core: int) -> int:
        """A core reads; an empty queue gives the last word again."""
        if self._to[core]:
            self._last[core] = self._to[core].popleft()
        else:
            self._errors[core] |= UNDERFLOW
        return self._last[core]

    def clear_errors(self, core: int, flags: int) -> None:
        """Clears WOF and ROE where `flags` has a 1."""
        self._errors[core] &= ~flags
