"""Accesses that the protection controllers of an SSE-300 kept out, and who of them did it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from mcusim.devices.device import Host


class Controller(Protocol):
    """What stands before memory or peripherals."""

    name: str
    interrupts: tuple[int, ...]

    @property
    def asks(self) -> bool:
        """Whether it asks for its interrupt."""

    def blocked(self, name: str, offset: int) -> None:
        """Takes an access that was kept out of a memory or a device."""


class Blocked:
    """Hands each access that was kept out to all controllers: one knows it as its own."""

    def __init__(self) -> None:
        self._controllers: list[Controller] = []

    def add(self, controller: Controller, host: Host) -> None:
        """Takes one more controller."""
        self._controllers.append(controller)
        host.watch_filters(self._tell)

    def _tell(self, name: str, offset: int, _foreign: bool) -> None:
        for controller in self._controllers:
            controller.blocked(name, offset)

    def asks_for(self, interrupts: Sequence[int]) -> bool:
        """Whether any of those with these interrupts asks for it."""
        return any(c.asks for c in self._controllers if c.interrupts == interrupts)

    def asking(self, name: str) -> bool:
        """Whether the one of this name asks for its interrupt."""
        return any(c.asks for c in self._controllers if c.name == name)
