"""The cores of a chip: their engines, and what concerns all of them.

A second core follows the first: the native core runs it up to where the first one is, a turn later
at most, and before each access that the first makes to a device (docs/dual-core.md).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

import numpy as np
from numpy.typing import NDArray

from mcusim import _native
from mcusim.boards.schema import Chip
from mcusim.cpu.architecture import Architecture
from mcusim.machine.activity import INDEX
from mcusim.machine.clock import Segment

Read = Callable[[int, int], int]
Write = Callable[[int, int, int], None]
Coprocessor = Callable[[int, int, int], int | None]
"""Takes an instruction and the values of Rt and Rt2, and gives what these are after it."""
CYCLES = INDEX["cycles"]


class Cores:
    """One engine a core; the first has the timeline of the devices."""

    def __init__(
        self,
        architecture: Architecture,
        chip: Chip,
        accurate: bool,
        look_at: Callable[[int], None],
    ) -> None:
        """`look_at` takes the number of the core that the machine is to look at."""
        self._architecture = architecture
        self._chip = chip
        self._look_at = look_at
        self._number = 0
        self._coprocessors: dict[int, Coprocessor] = {}
        count = 1 if chip.cores is None else chip.cores.count
        self.engines = [architecture.open_engine(chip, accurate) for _ in range(count)]

    @property
    def first(self) -> _native.Engine:
        """The core whose time is the machine's."""
        return self.engines[0]

    @contextmanager
    def on(self, number: int) -> Iterator[None]:
        """Has a core be the one that is looked at, for a while."""
        before, self._number = self._number, number
        self._look_at(number)
        try:
            yield
        finally:
            self._number = before
            self._look_at(before)

    def share_memories(self) -> None:
        """Has the second core see the memories of the first."""
        for second in self.engines[1:]:
            self.first.lead(second)

    def set_devices(self, read: Read, write: Write) -> None:
        """Hands over who answers accesses of devices; each knows from which core it came."""
        self.first.set_devices(read, write)
        for number, engine in enumerate(self.engines[1:], start=1):
            engine.set_devices(*self._from(number, read, write))

    def _from(self, number: int, read: Read, write: Write) -> tuple[Read, Write]:
        def reads(address: int, size: int) -> int:
            with self.on(number):
                return read(address, size)

        def writes(address: int, size: int, value: int) -> None:
            with self.on(number):
                write(address, size, value)

        return reads, writes

    def set_coprocessor(self, number: int, execute: Coprocessor) -> None:
        """Takes what executes the instructions of one coprocessor, from any core."""
        self._coprocessors[number] = execute
        for core, engine in enumerate(self.engines):
            if isinstance(engine, _native.ArmEngine):
                engine.set_coprocessor(partial(self._execute, core))

    def _execute(self, core: int, instruction: int, first: int, second: int) -> int | None:
        execute = self._coprocessors.get(instruction >> 8 & 0xF)
        if execute is None:
            return None
        with self.on(core):
            return execute(instruction, first, second)

    def stop(self) -> None:
        """Ends the run before the next block."""
        for engine in self.engines:
            engine.set_limits(0, 0)

    # --- reset ---

    def hold(self, number: int) -> None:
        """Holds a core but the first in reset."""
        self.engines[number].hold()

    def release(self, number: int) -> bool:
        """Has a core begin with its vector table's SP and PC; False when it was not held."""
        engine = self.engines[number]
        if not engine.held:
            return False
        engine.reset()
        engine.release(self._architecture.begin(engine, self._second_table, None))
        return True

    @property
    def _second_table(self) -> int:
        cores = self._chip.cores
        own = None if cores is None else cores.vector_table
        return self._chip.vector_table if own is None else own

    def tell_clock(self, segment: Segment) -> None:
        """Tells the engines of a change of the clock, before they go on at it."""
        for engine in self.engines:
            engine.set_clock_segment(segment.cycle, segment.seconds, segment.hz)

    # --- totals ---

    @property
    def instructions(self) -> int:
        """Of all cores."""
        return sum(engine.instructions for engine in self.engines)

    def activity(self) -> NDArray[np.int64]:
        """What all cores counted, shape (columns,)."""
        rows = np.array([engine.activity() for engine in self.engines], dtype=np.int64)
        total: NDArray[np.int64] = rows.sum(axis=0)
        return total

    def priced(self) -> NDArray[np.int64]:
        """What the energy is worked out from: a core asleep beside one awake takes its part."""
        total = self.activity()
        if self._chip.cores is not None:
            alone = sum(engine.asleep for engine in self.engines)
            alone -= len(self.engines) * self.first.asleep_together
            total[CYCLES] += round(alone * self._chip.cores.asleep_share)
        return total
