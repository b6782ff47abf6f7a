"""Words of the flash that come in a row, each in its time, while there is room for them."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host


class FrameReader:
    """Reads on from an address; the flash's clock stands still while there is no room."""

    def __init__(self, host: Host, take: Callable[[int], bool]) -> None:
        """`take` gets the address of each word that has come, and tells whether there is room."""
        self._host, self._take = host, take
        self._timer = host.add_timer(self._arrived)
        self._address = self._due = self._cycles = 0
        self.left = 0
        """Words that are still to come."""
        self._waits = self._arriving = False

    def begin(self, address: int, words: int, first: int, each: int, *, room: bool = True) -> None:
        """Has `words` come, the first after `first` cycles and each other one after `each`."""
        self._address, self.left, self._cycles, self._waits = address, words, each, not room
        if room:
            self._plan(self._host.now + first)

    def end(self) -> None:
        """Nothing more comes."""
        self._host.cancel(self._timer)
        self.left, self._waits = 0, False

    def go_on(self, room: bool) -> None:
        """There may be room again."""
        if self._waits and room and not self._arriving:
            self._waits = False
            self._plan(self._host.now + self._cycles)

    def _plan(self, cycle: int) -> None:
        self._due = cycle
        self._host.schedule(self._timer, max(cycle, self._host.now + 1))

    def _arrived(self) -> None:
        self.left -= 1
        self._arriving = True
        room = self._take(self._address)
        self._arriving = False
        self._address += 4
        if self.left and room:
            # The core hears of a word some cycles late: the next follows when this one was due.
            self._plan(self._due + self._cycles)
        self._waits = bool(self.left) and not room
