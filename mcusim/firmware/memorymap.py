"""The board's memories by address, aliases included."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, NamedTuple

from mcusim.firmware.names import span

if TYPE_CHECKING:
    from mcusim.boards.schema import Memory


class Window(NamedTuple):
    """One address range at which a memory appears."""

    start: int
    end: int
    memory: Memory


class MemoryMap:
    """Look-up of addresses in the memories of a board."""

    def __init__(self, memories: Sequence[Memory]) -> None:
        self.memories = memories
        self.windows = [
            Window(base, base + memory.size_bytes, memory)
            for memory in memories
            for base in (memory.base, *memory.aliases)
        ]

    def window_at(self, address: int) -> Window | None:
        """Return the window that holds an address."""
        return next((w for w in self.windows if w.start <= address < w.end), None)

    def kind_at(self, address: int) -> Literal["flash", "ram", "rom"] | None:
        """Return the kind of memory at an address."""
        window = self.window_at(address)
        return None if window is None else window.memory.kind

    def main_address(self, address: int) -> int:
        """Return the address of the same byte in the memory's first window."""
        window = self.window_at(address)
        return address if window is None else address - window.start + window.memory.base

    def covered_until(self, address: int, end: int) -> int:
        """Return how far memories cover [address, end) without a gap."""
        while address < end and (window := self.window_at(address)) is not None:
            address = window.end
        return min(address, end)

    def block_around(self, address: int) -> Window | None:
        """Return the window at an address, joined with touching ones of its kind in front."""
        window = self.window_at(address)
        while window is not None:
            before = self.window_at(window.start - 1)
            if before is None or before.memory.kind != window.memory.kind:
                break
            window = Window(before.start, window.end, before.memory)
        return window

    def describe(self) -> str:
        """Return all regions as `flash 0x08000000..0x081FFFFF, ram ...`."""
        return ", ".join(f"{m.name} {span(m.base, m.size_bytes)}" for m in self.memories)
