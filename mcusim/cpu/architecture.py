"""What a machine asks of the architecture of its cores; one class each in the modules beside."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import ClassVar, Protocol

from mcusim import _native
from mcusim.boards.schema import Chip
from mcusim.cpu.stops import Stopped


class Architecture(Protocol):
    """The seam between the machine and what a core is."""

    name: ClassVar[str]
    """As users call it."""
    registers: ClassVar[Mapping[str, int]]
    """Unicorn's numbers; "pc" and "sp" are always there."""
    reported: ClassVar[tuple[str, ...]]
    """Registers that the report of a fault shows."""
    link: ClassVar[str]
    """The register of the return address."""
    arguments: ClassVar[tuple[str, str]]
    """Registers of the first two arguments; the first one takes the result."""
    first_interrupt: ClassVar[int]
    """What the engine adds to the number of a chip's interrupt line."""
    page_bytes: ClassVar[int]
    """Grain of Unicorn's memory map."""
    spins: ClassVar[tuple[bytes, ...]]
    """Encodings of a branch to itself."""

    def open_engine(self, chip: Chip, accurate: bool) -> _native.Engine:
        """Makes an engine of a chip's core; raises BoardError for one that can't be executed."""

    def map_own_devices(self, engine: _native.Engine, chip: Chip) -> None:
        """Maps the registers that are part of the core."""

    def begin(self, engine: _native.Engine, start: int, entry: int | None) -> int:
        """Sets up a core after a reset; returns the address of its first instruction.

        Args:
            engine: of the core.
            start: address where the chip's cores begin, or their vector table.
            entry: of the firmware, where it names one.
        """

    def as_stopped(
        self, reason: str, number: int, pc: int, address: int | None, write: bool
    ) -> Stopped:
        """What the engine tells of a stop."""

    def looked_at(self, engine: _native.Engine, stopped: Stopped) -> Stopped:
        """The same, with what only the core's state tells."""

    def decode_state(self, state: int) -> int:
        """What the timing of a block depends on beside its code; `state` is the engine's."""

    def calls_host(self, read: Callable[[int, int], bytes], pc: int) -> bool:
        """Whether the breakpoint at `pc` is a semihosting call."""

    def skip_breakpoint(self, engine: _native.Engine) -> int:
        """Has the core go on behind a breakpoint that the host served; bytes to skip."""

    def exception(self, engine: _native.Engine) -> int:
        """Number of the exception that is served, 0 for none."""

    def loads(self, code: bytes) -> Iterator[tuple[str, int]]:
        """Base register and displacement of each load in a block's code."""
