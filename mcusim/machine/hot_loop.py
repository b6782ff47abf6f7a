"""The loop that a run which met its limit was in."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mcusim.machine.frames import call_stack
from mcusim.machine.handlers import exception_name
from mcusim.machine.machine import Machine
from mcusim.machine.places import place
from mcusim.result import HotLoop

SHARE = 0.9
"""The loop is the fewest blocks that took this part of the last cycles, within one function."""


def find(machine: Machine, before: NDArray[np.uint64]) -> HotLoop | None:
    """Finds the hot loop from what each block had spent `before` the tail of the run."""
    table = machine.cores.first.blocks()
    spent = table["cycles"].astype(np.int64)
    spent[: len(before)] -= before.astype(np.int64)
    total = int(spent.sum())
    if total <= 0:
        return None
    order = np.argsort(-spent, kind="stable")
    hottest = int(order[0])
    function, line = place(machine, int(table["address"][hottest]))
    chosen: list[int] = []
    share = 0.0
    for row in (int(r) for r in order):
        if share >= SHARE or spent[row] <= 0:
            break
        if place(machine, int(table["address"][row]))[0] == function:
            chosen.append(row)
            share += float(spent[row]) / total
    starts = [int(table["address"][row]) for row in chosen]
    ends = [int(table["address"][row]) + int(table["size"][row]) for row in chosen]
    pc = machine.register("pc")
    return HotLoop(
        function=function,
        line=line,
        start=min(starts),
        end=max(ends),
        share=share,
        handler=_handler(machine),
        polls=_polls(machine, [(a, b - a) for a, b in zip(starts, ends, strict=True)]),
        call_stack=call_stack(machine.image, pc, machine.engine.frames()),
    )


def _handler(machine: Machine) -> str:
    number = machine.architecture.exception(machine.engine)
    return exception_name(machine, number) if number else ""


def _polls(machine: Machine, blocks: list[tuple[int, int]]) -> list[str]:
    """Registers of devices that a loop's loads read, by the addresses in the core's registers."""
    found = []
    for address, size in blocks:
        for base, displacement in machine.architecture.loads(machine.read_memory(address, size)):
            found.append(machine.register_name(machine.register(base) + displacement & 0xFFFFFFFF))
    return [name for name in dict.fromkeys(found) if name]
