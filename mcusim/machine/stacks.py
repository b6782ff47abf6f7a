"""The stacks of a run in the user's terms: whose they are, what holds them, what they ran over."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal, NamedTuple

from mcusim.firmware import Symbol
from mcusim.machine.frames import call_stack
from mcusim.machine.machine import Machine
from mcusim.machine.places import place
from mcusim.result import Collision, SizeRow, StackInfo

UNUSED_SP = 0xFFFFFFFF
Counted = dict[str, Any]
"""What the engine counted of a stack, or saw of a collision."""


class Extent(NamedTuple):
    """A piece of RAM that the engine told apart; all 0 where it knew none."""

    base: int
    end: int
    caller: int
    """For a heap block: where the call that gave it returned to."""


class StackReport:
    """Has the engine tell stacks apart, and names them after the run.

    A task's stack is a variable or a block that the heap's functions gave: so the engine knows how
    far it may grow. Where neither is known, as without symbols, a task is known by where on its
    stack it was interrupted; how far that may grow is not.
    """

    def __init__(self, machine: Machine, static: list[SizeRow]) -> None:
        self._machine = machine
        self._symbols = machine.image.symbols
        watched = sorted(self._watched(o, static) for o in self._variables())
        for engine in machine.cores.engines:
            engine.watch_objects(watched)
            for function, kind, argument in self._symbols.heap_functions:
                engine.mark_heap_function(function.address, kind, argument)

    def _variables(self) -> Iterator[Symbol]:
        """The firmware's variables that lie in one RAM in full."""
        for memory in self._machine.board.chip.memory:
            if memory.kind == "ram":
                end = memory.base + memory.size_bytes
                within = (o for o in self._symbols.objects if memory.base <= o.address < o.end)
                yield from (o for o in within if o.end <= end)

    @staticmethod
    def _watched(variable: Symbol, static: list[SizeRow]) -> tuple[int, int, bool]:
        """Start and end of a variable, and whether it is among the static data."""
        counted = any(r.address <= variable.address < r.address + r.size_bytes for r in static)
        return variable.address, variable.end, counted

    def stacks(self, main_limit: int) -> list[StackInfo]:
        """Each stack that was used, the main stack first; that may grow down to `main_limit`."""
        counted = [s for engine in self._machine.cores.engines for s in engine.stacks()]
        # At reset the main stack is only pointed to.
        used = [s for s in counted if s["lowest"] != UNUSED_SP and s["top"] > s["lowest"]]
        return [self._info(stack, main_limit) for stack in used or counted[:1]]

    def _info(self, stack: Counted, main_limit: int) -> StackInfo:
        name: Literal["main", "process"] = "process" if stack["process"] else "main"
        extent = Extent(*stack["extent"])
        limit = extent.base if extent.end else 0 if stack["process"] else main_limit
        return StackInfo(
            name=name,
            task=self._task(stack),
            holder=self._name(extent) if extent.end else "",
            top=stack["top"],
            lowest_sp=stack["lowest"],
            peak_bytes=max(0, stack["top"] - stack["lowest"]),
            limit=limit or None,
            call_stack=call_stack(self._machine.image, stack["lowest_pc"], stack["frames"]),
        )

    def _task(self, stack: Counted) -> str:
        """The function with which a task began; empty for other stacks."""
        known = stack["process"] and Extent(*stack["extent"]).end
        return place(self._machine, stack["entry"])[0] if known else ""

    def _name(self, extent: Extent) -> str:
        variable = self._symbols.object_at(extent.base)
        if variable is not None and (variable.address, variable.end) == extent[:2]:
            return variable.display
        # One halfword before the return address is within the call.
        caller = place(self._machine, extent.caller - 2)[0]
        return f"heap block 0x{extent.base:08x}" + (f" from {caller}" if caller else "")

    def collision(self, static_end: int) -> Collision | None:
        """The first time that a stack left its memory; the heap is above `static_end`."""
        found = self._machine.engine.collision()
        if found is None:
            return None
        stack = self._machine.engine.stacks()[found["stack"]]
        function, line = place(self._machine, found["pc"])
        owner, hit = self._owner(stack), self._hit(found, static_end)
        where = f"{function or hex(found['pc'])}{f' ({line})' if line else ''}"
        return Collision(
            message=(
                f"{owner}{self._room(stack)} ran into {hit} in {where}: SP reached "
                f"0x{found['sp']:08x}, {found['limit'] - found['sp']} bytes below the limit "
                f"0x{found['limit']:08x}; {self._remedy(stack)}"
            ),
            stack=owner,
            sp=found["sp"],
            pc=found["pc"],
            function=function,
            line=line,
            hit=hit,
        )

    def _owner(self, stack: Counted) -> str:
        task = self._task(stack)
        return f"the stack of task {task}" if task else "the stack"

    def _room(self, stack: Counted) -> str:
        extent = Extent(*stack["extent"])
        return f" ({self._name(extent)}, {extent.end - extent.base} bytes)" if extent.end else ""

    @staticmethod
    def _remedy(stack: Counted) -> str:
        if Extent(*stack["extent"]).end:
            return "enlarge this stack, or keep large variables off it"
        return "enlarge the stack or shrink data"

    def _hit(self, found: Counted, static_end: int) -> str:
        hit = Extent(*found["hit"])
        for stack in self._machine.engine.stacks():
            if hit.end and tuple(stack["extent"]) == hit and self._task(stack):
                return self._owner(stack)
        if hit.end:
            return self._name(hit)
        above = static_end and found["limit"] > static_end
        if above and not self._machine.engine.stacks()[found["stack"]]["process"]:
            return "the heap"
        symbol = self._symbols.object_at(max(found["sp"], found["limit"] - 1))
        return symbol.display if symbol is not None else "static data"
