"""Memory accounting of a run: flash, static data, heap and stacks, and whether they collide."""

from __future__ import annotations

from typing import Any, Literal

from mcusim.firmware import flash_sections, largest_symbols, ram_sections, reserved_sections
from mcusim.machine.faults import place
from mcusim.machine.frames import call_stack
from mcusim.machine.machine import Machine
from mcusim.result import Collision, MemoryInfo, SizeRow, StackInfo

SYMBOLS_LISTED = 40
UNUSED_SP = 0xFFFFFFFF
WORD = 4


class MemoryWatch:
    """Tells the engine what to watch before the run, and reads it out after."""

    def __init__(self, machine: Machine, initial_sp: int) -> None:
        self._machine = machine
        memories = machine.board.chip.memory
        self._flash = flash_sections(machine.image, memories)
        self._ram = ram_sections(machine.image, memories)
        self._static_end = self._end_of_static_below(initial_sp)
        self._heap_start = machine.image.symbols.heap_start or self._static_end
        engine = machine.engine
        engine.watch_guard(self._static_end)
        if self._heap_start and self._heap_start < initial_sp:
            engine.watch_heap(self._heap_start)
        sbrk = machine.image.symbols.sbrk
        if sbrk is not None:
            engine.mark_sbrk(sbrk.address)

    def _end_of_static_below(self, sp: int) -> int:
        """End of the static data that a stack growing down from `sp` would meet; 0 for none."""
        region = self._machine.board.region_at(sp - WORD)
        ends = [row.address + row.size_bytes for row in self._ram]
        if region is None:
            return 0
        return max((end for end in ends if region.base < end <= sp), default=0)

    def report(self) -> MemoryInfo:
        """What the run used."""
        machine, engine = self._machine, self._machine.engine
        static = sum(row.size_bytes for row in self._ram)
        stacks = self._stacks()
        by_writes = engine.heap_written
        heap = engine.heap_peak if engine.heap_seen else by_writes
        source: Literal["sbrk", "writes", "none"] = (
            "sbrk" if engine.heap_seen else "writes" if by_writes else "none"
        )
        # Writes tell where the heap reached, not when: it counts in full beside the stacks.
        peak = static + engine.ram_peak + (0 if engine.heap_seen else by_writes)
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
            collision=self._collision(),
        )

    def _sections(self) -> list[SizeRow]:
        # .data is in both lists: its initial values take flash, its variables RAM.
        return [*self._flash, *self._ram, *reserved_sections(self._machine.image)]

    def _stacks(self) -> list[StackInfo]:
        used = []
        names: tuple[Literal["main", "process"], ...] = ("main", "process")
        for name, stack in zip(names, self._machine.engine.stacks(), strict=True):
            if stack["lowest"] == UNUSED_SP:
                continue
            used.append(self._stack(name, stack))
        return used

    def _stack(self, name: Literal["main", "process"], stack: dict[str, Any]) -> StackInfo:
        limit = self._static_end + self._machine.engine.heap_peak if name == "main" else 0
        return StackInfo(
            name=name,
            top=stack["top"],
            lowest_sp=stack["lowest"],
            peak_bytes=max(0, stack["top"] - stack["lowest"]),
            limit=limit or None,
            call_stack=call_stack(self._machine.image, stack["lowest_pc"], stack["frames"]),
        )

    def _collision(self) -> Collision | None:
        found = self._machine.engine.collision()
        if found is None:
            return None
        function, line = place(self._machine, found["pc"])
        hit = self._hit(found["sp"], found["limit"])
        below = found["limit"] - found["sp"]
        where = f"{function or hex(found['pc'])}{f' ({line})' if line else ''}"
        return Collision(
            message=(
                f"the stack ran into {hit} in {where}: SP reached 0x{found['sp']:08x}, {below} "
                f"bytes below the limit 0x{found['limit']:08x}; enlarge the stack or shrink the data"
            ),
            sp=found["sp"],
            pc=found["pc"],
            function=function,
            line=line,
            hit=hit,
        )

    def _hit(self, sp: int, limit: int) -> str:
        if limit > self._static_end:
            return "the heap"
        symbol = self._machine.image.symbols.object_at(max(sp, limit - 1))
        return symbol.display if symbol is not None else "static data"
