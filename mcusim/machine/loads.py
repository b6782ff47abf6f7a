"""Loads of a board: things that are not simulated, and draw current while the firmware says so."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from mcusim.boards.pins import parse_pin
from mcusim.boards.schema import Load
from mcusim.machine.regions import BEGIN


class Loads:
    """Has each load draw its current while its pin is high, or between its two markers."""

    def __init__(self, loads: Sequence[Load], draw: Callable[[str, str], None]) -> None:
        """Takes the loads, and what is told the state that one of them is in; "" is none."""
        self._draw = draw
        self._by_pin = {parse_pin(load.pin): load for load in loads if load.pin}
        self._by_marker = {load.marker: load for load in loads if load.marker is not None}
        self._present: dict[str, str] = {}
        """State by name, of those that draw."""

    @property
    def pins(self) -> Iterable[tuple[str, int]]:
        """Port and number of the pins that switch a load."""
        return [pin for pin in self._by_pin if pin is not None]

    def pin_changed(self, port: str, pin: int, level: bool) -> None:
        """Takes an edge of any pin."""
        load = self._by_pin.get((port, pin))
        if load is not None:
            self._switch(load, level)

    def marker(self, value: int) -> bool:
        """Takes a marker write; whether it was for a load."""
        load = self._by_marker.get(value & ~BEGIN)
        if load is None:
            return False
        self._switch(load, bool(value & BEGIN))
        return True

    def _switch(self, load: Load, on: bool) -> None:
        if on:
            self._present[load.name] = load.state
        elif self._present.get(load.name) == load.state:
            del self._present[load.name]
        else:
            return
        self._draw(load.name, self._present.get(load.name, ""))
