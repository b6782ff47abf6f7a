"""Memory accounting of a run: flash, static data, heap and stacks, and whether they collide."""

from __future__ import annotations

from typing import Literal

from mcusim.firmware import flash_sections, largest_symbols, ram_sections, reserved_sections
from mcusim.machine.machine import Machine
from mcusim.machine.stacks import StackReport
from mcusim.result import MemoryInfo, SizeRow

SYMBOLS_LISTED = 40
WORD = 4


class MemoryWatch:
    """Tells the engine what to watch before the run, and reads it out after."""

    def __init__(self, machine: Machine, initial_sp: int) -> None:
        self._machine = machine
        memories = machine.board.chip.memory
        self._flash = flash_sections(machine.image, memories)
        self._ram = ram_sections(machine.image, memories)
        self._static_end = self._end_of_static_below(initial_sp)
        self._heap_limit = machine.image.symbols.heap_limit or initial_sp
        self._heap_start = machine.image.symbols.heap_start or self._static_end
        machine.cores.first.watch_guard(self._static_end)
        for engine in machine.cores.engines:
            if self._heap_start and self._heap_start < initial_sp:
                engine.watch_heap(self._heap_start, self._heap_limit)
        self._stacks = StackReport(machine, self._ram)

    def _end_of_static_below(self, sp: int) -> int:
        """End of the static data that a stack growing down from `sp` would meet; 0 for none."""
        region = self._machine.board.region_at(sp - WORD)
        ends = [row.address + row.size_bytes for row in self._ram]
        if region is None:
            return 0
        return max((end for end in ends if region.base < end <= sp), default=0)

    def report(self) -> MemoryInfo:
        """What the run used."""
        machine, engines = self._machine, self._machine.cores.engines
        static = sum(row.size_bytes for row in self._ram)
        heap_peak = max(engine.heap_peak for engine in engines)
        heap_seen = any(engine.heap_seen for engine in engines)
        stacks = self._stacks.stacks(self._static_end + heap_peak)
        by_writes = max(engine.heap_written for engine in engines)
        heap = heap_peak if heap_seen else by_writes
        source: Literal["sbrk", "writes", "none"] = (
            "sbrk" if heap_seen else "writes" if by_writes else "none"
        )
        # Writes tell where the heap reached, not when: it counts in full beside the stacks. So does
        # a second core's stack beside the first's.
        peak = static + engines[0].ram_peak + (0 if heap_seen else by_writes)
        peak += sum(max(0, engine.ram_peak - engine.heap_peak) for engine in engines[1:])
        total = machine.board.ram_bytes
        return MemoryInfo(
            flash_bytes=sum(row.size_bytes for row in self._flash),
            flash_total_bytes=machine.board.flash_bytes,
            ram_static_bytes=static,
            heap_peak_bytes=heap,
            stack_peak_bytes=sum(stack.peak_bytes for stack in stacks),
            ram_peak_bytes=peak,
            ram_total_bytes=total,
            ram_headroom_bytes=total - peak,
            heap_source=source,
            sections=self._sections(),
            symbols=largest_symbols(machine.image, SYMBOLS_LISTED, machine.board.chip.memory),
            stacks=stacks,
            collision=self._stacks.collision(self._static_end),
        )

    def _sections(self) -> list[SizeRow]:
        # .data is in both lists: its initial values take flash, its variables RAM.
        return [*self._flash, *self._ram, *reserved_sections(self._machine.image)]
