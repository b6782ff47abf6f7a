"""Regions of interest: functions, GPIO pulses and marker pairs, each numbered in the engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from mcusim import _native
from mcusim.boards.pins import parse_pin
from mcusim.errors import UsageError
from mcusim.firmware import FirmwareImage

BEGIN = 1 << 31
"""Bit of a marker write that begins a region; the other bits number it."""
MARKER_LIMIT = 256
"""Different marker regions of one run; more are ignored."""
FUNCTION_LIMIT = 64
"""Functions that one pattern may select."""


@dataclass(frozen=True, slots=True)
class Watched:
    """One region as the user knows it; its place in the list is its number in the engine."""

    name: str
    kind: Literal["function", "gpio", "marker"]
    inference: bool = False


class Regions:
    """What is watched in a run."""

    def __init__(
        self, engines: Sequence[_native.Engine], asking: Callable[[], _native.Engine]
    ) -> None:
        """`asking` tells which of them writes a pin or a marker."""
        self._engines = engines
        self._asking = asking
        self.watched: list[Watched] = []
        self._pins: dict[tuple[str, int], int] = {}
        self._markers: dict[int, int] = {}
        self._functions: set[int] = set()

    def watch_functions(self, image: FirmwareImage, patterns: tuple[str, ...]) -> None:
        """Watches the functions that the patterns select, and the inference function.

        Raises:
            UsageError: for a pattern that no function answers to.
        """
        inference = image.find_inference_function()
        if inference is not None and inference.size > 0:
            self._watch(inference.address, inference.display, inference=True)
        for pattern in patterns:
            match = image.match_functions(pattern)
            if not match.functions:
                raise UsageError(_no_such_function(pattern, list(match.nearest)))
            if len(match.functions) > FUNCTION_LIMIT:
                raise UsageError(
                    f"--roi {pattern}: {len(match.functions)} functions match, at most "
                    f"{FUNCTION_LIMIT} can be watched; choose a narrower pattern"
                )
            for symbol in match.functions:
                self._watch(symbol.address, symbol.display, inference=False)

    def _watch(self, address: int, name: str, *, inference: bool) -> None:
        if address in self._functions:
            return
        self._functions.add(address)
        number = self._add(Watched(name, "function", inference))
        for engine in self._engines:
            engine.mark_region(address, number)

    def watch_pins(self, pins: tuple[str, ...]) -> None:
        """Watches output pins; a high level is the region.

        Raises:
            UsageError: for a name that is not a pin's.
        """
        for pin in pins:
            key = parse_pin(pin)
            if key is None:
                raise UsageError(f"--roi-gpio {pin}: not a pin; write P0.13 or PA5")
            if key not in self._pins:
                self._pins[key] = self._add(Watched(pin.upper(), "gpio"))

    @property
    def pins(self) -> Iterable[tuple[str, int]]:
        """Port and number of the pins that are watched."""
        return self._pins

    def pin_changed(self, port: str, pin: int, level: bool) -> None:
        """Takes an edge of any pin."""
        number = self._pins.get((port, pin))
        if number is None:
            return
        if level:
            self._asking().begin_region(number)
        else:
            self._asking().end_region(number)

    def marker(self, value: int) -> None:
        """Takes a marker write."""
        number = self._marker_number(value & ~BEGIN)
        if number is None:
            return
        if value & BEGIN:
            self._asking().begin_region(number)
        else:
            self._asking().end_region(number)

    def _marker_number(self, identity: int) -> int | None:
        if identity not in self._markers:
            if len(self._markers) >= MARKER_LIMIT:
                return None
            self._markers[identity] = self._add(Watched(f"marker {identity}", "marker"))
        return self._markers[identity]

    def _add(self, watched: Watched) -> int:
        self.watched.append(watched)
        numbers = {engine.add_region() for engine in self._engines}
        return numbers.pop()


def _no_such_function(pattern: str, nearest: list[str]) -> str:
    hint = f"; nearest: {', '.join(nearest)}" if nearest else "; the firmware has no such symbol"
    return f"--roi {pattern}: no function matches{hint}"
