"""A counter that nobody has to increment: its value follows from the time since it was 0."""

from __future__ import annotations

from fractions import Fraction

PARTS = 8
"""Parts of a cycle that times are kept in; a tick of the low-frequency clock is 15625 of them."""


class TickCounter:
    """Counts ticks of a fixed length, as long as it runs; the count has no width."""

    def __init__(self, tick: Fraction) -> None:
        self._tick = int(tick * PARTS)
        self.running = False
        self._origin = 0
        self._held = 0

    def count(self, cycle: int) -> int:
        """Ticks counted at a cycle; before a start or clear takes effect, what it was set to."""
        if not self.running:
            return self._held
        return max(self._held, (cycle * PARTS - self._origin) // self._tick)

    def cycle_of(self, count: int) -> int:
        """The cycle in which the count gets to `count`, while it runs."""
        return -(-(self._origin + count * self._tick) // PARTS)

    def start(self, cycle: Fraction | int) -> None:
        """Counts on from a cycle."""
        if not self.running:
            self.set(self._held, cycle)
            self.running = True

    def stop(self, cycle: int) -> None:
        """Holds the count."""
        self._held = self.count(cycle)
        self.running = False

    def set(self, count: int, cycle: Fraction | int) -> None:
        """Makes the count `count`, and the next one comes a tick after a cycle."""
        self._held = count
        self._origin = int(cycle * PARTS) - count * self._tick


def next_match(after: int, value: int, modulus: int) -> int:
    """The first count above `after` at which a counter of this modulus shows `value`."""
    return after + 1 + (value - after - 1) % modulus
