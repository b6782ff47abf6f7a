"""The pins of a SAM D21, as PORT drives them and EIC looks at them."""

from __future__ import annotations

from collections.abc import Callable

GROUPS = "AB"
PINS = 32


class Pins:
    """Levels that come from outside, and who wants to know of edges on inputs."""

    def __init__(self) -> None:
        self.outside: dict[tuple[int, int], bool] = {}
        """Level of a pin by group and number; a pin that isn't here is left open."""
        self.edge: Callable[[int, int, bool], None] = lambda _group, _pin, _level: None
        """Takes group, number and new level of an input."""
        self.function: Callable[[int, int], int | None] = lambda _group, _pin: None
        """The peripheral function of a pin, 0 for A; None while it is PORT's."""
        self.level: Callable[[int, int], bool] = lambda _group, _pin: False
