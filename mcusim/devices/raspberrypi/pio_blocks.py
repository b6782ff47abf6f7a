"""All PIO blocks of a chip, which execute together in the native core."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

from mcusim._native import Pio
from mcusim.devices.device import Host

NEWS_BITS = 2
STATUS, LINES, PINS = 1, 2, 1 << 31
"""What the native core has to tell: of a block, in NEWS_BITS by its number; of watched pins."""
FIRST_LOOK, FARTHEST_LOOK = 1 << 10, 1 << 22
"""Cycles ahead that are searched for the next thing to tell; doubled while there is none."""


class PioBlocks:
    """Brings the blocks up to date whenever somebody looks, and at the next thing to tell.

    Whoever touches the native core calls `settle` before and `changed` after. What comes up on the
    way is told at its cycle: DMA then acts at that cycle, before the machines go on.
    """

    blocks: ClassVar[int] = 2
    version: ClassVar[int] = 0

    def __init__(self) -> None:
        self.native = Pio(self.blocks, self.version)
        self.moved: Callable[[], None] = lambda: None
        """Told when a watched pin has another level."""
        self._tell: dict[int, Callable[[int], None]] = {}
        self._host: Host | None = None
        self._timer = 0
        self._horizon = FIRST_LOOK
        self._telling = False

    def join(self, host: Host, number: int, tell: Callable[[int], None]) -> None:
        """Takes who is told of a block's news."""
        if self._host is None:
            self._host, self._timer = host, host.add_timer(self._due)
        self._tell[number] = tell

    def settle(self) -> None:
        """Executes up to now."""
        if self._go_on():
            self._plan()

    def changed(self) -> None:
        """Something came from outside: what was planned is void."""
        self._horizon = FIRST_LOOK
        self._go_on()
        self._plan()

    def _go_on(self) -> bool:
        """Executes up to now; whether there was anything to tell."""
        if self._telling or self._host is None:
            return False
        found, self._telling = False, True
        try:
            while news := self.native.advance(self._host.now):
                self._spread(news)
                found = True
        finally:
            self._telling = False
        return found

    def _spread(self, news: int) -> None:
        if news & PINS:
            self.moved()
        for number, tell in self._tell.items():
            if of_block := news >> NEWS_BITS * number & (STATUS | LINES):
                tell(of_block)

    def _plan(self) -> None:
        if self._telling or self._host is None:
            return
        cycle = self.native.plan(self._horizon)
        if cycle is None:
            self._host.cancel(self._timer)
        else:
            self._host.schedule(self._timer, max(cycle, self._host.now) + 1)

    def _due(self) -> None:
        if not self._go_on():
            self._horizon = min(2 * self._horizon, FARTHEST_LOOK)
        self._plan()


class Rp2350PioBlocks(PioBlocks):
    """Three blocks that reach each other."""

    blocks = 3
    version = 1
