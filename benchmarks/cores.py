"""Speed core by core: the digits network against bare Unicorn, and the Python part of new blocks.

The network runs on one board for each core. Set-up code waits for clocks that bare Unicorn doesn't
have, so each run is cut after it: what the simulator then has in registers and memory, Unicorn
alone takes over, without a hook. Both run to the firmware's exit; counted is CPU time. The last
column is the mean CPU time in which Python makes the record of a block that runs for the first
time, in the first round: decoding and the core's timing model.

    python benchmarks/cores.py [--rounds 5] [--check]
"""

from __future__ import annotations

import argparse
import math
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bare_unicorn
from unicorn import arm_const as arm

import mcusim
from mcusim.cpu.unicorn_arm import REGISTERS, REPORTED
from mcusim.machine.machine import Machine
from mcusim.timing import thumb

PREBUILT = Path(__file__).parent.parent / "firmware_samples/prebuilt"
SET_UP_S = 5e-3
"""Simulated seconds after which each board has set up its clocks."""
REFERENCE = "Cortex-M4"
WITHIN = 0.8
"""Of the reference's ratio to bare Unicorn, at least."""
BLOCK_US = 150.0
"""Of Python for a new block, at most."""


@dataclass
class Core:
    """One core on one board, and what was measured of it."""

    name: str
    board: str
    model: int | None
    """Unicorn's, where it has all of the core's instructions."""
    instructions: int = 0
    bare_s: list[float] = field(default_factory=list)
    ours_s: list[float] = field(default_factory=list)
    block_us: float = 0.0

    @property
    def ratio(self) -> float:
        """Speed of the accurate mode, bare Unicorn's being 1; NaN without one."""
        if self.model is None:
            return math.nan
        pairs = zip(self.bare_s, self.ours_s, strict=True)
        return statistics.median(bare / ours for bare, ours in pairs)


CORES = (
    ("Cortex-M0+", "nucleo-g0b1re", arm.UC_CPU_ARM_CORTEX_M0),
    ("Cortex-M4", "nucleo-l4r5zi", arm.UC_CPU_ARM_CORTEX_M4),
    ("Cortex-M7", "nucleo-h743zi", arm.UC_CPU_ARM_CORTEX_M7),
    ("Cortex-M33", "nucleo-u575zi", arm.UC_CPU_ARM_CORTEX_M33),
    ("Cortex-M55", "corstone-300", None),  # its low-overhead loops
)


class NewBlocks:
    """CPU seconds that Python spends on blocks that run for the first time."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._decode = Machine._decode

    def __enter__(self) -> NewBlocks:
        def timed(machine: Machine, *block: Any) -> Any:
            began = time.thread_time()
            record = self._decode(machine, *block)
            self.seconds.append(time.thread_time() - began)
            return record

        Machine._decode = timed
        return self

    def __exit__(self, *_: object) -> None:
        Machine._decode = self._decode


def measure(core: Core) -> None:
    """One round: the simulator from the start, then Unicorn alone from the cut."""
    firmware = PREBUILT / f"digits-{core.board}.elf"
    thumb.decode.cache_clear()  # as in a process that has run nothing yet
    with NewBlocks() as blocks, mcusim.start(firmware, board=core.board) as simulation:
        simulation.run(SET_UP_S)
        engine = simulation.machine.engine
        registers = {REGISTERS[name]: engine.reg(REGISTERS[name]) for name in REPORTED}
        memory = [
            (region.base, engine.read(region.base, region.size_bytes))
            for region in simulation.machine.board.chip.memory
        ]
        before = engine.instructions
        began = time.process_time()
        simulation.run_to_end()
        core.ours_s.append(time.process_time() - began)
        core.instructions = engine.instructions - before
    core.block_us = core.block_us or 1e6 * statistics.mean(blocks.seconds)
    if core.model is not None:
        core.bare_s.append(bare_unicorn.resume(core.model, registers, memory))


def table(cores: list[Core]) -> str:
    """The measurements as text."""
    reference = next(core.ratio for core in cores if core.name == REFERENCE)
    lines = [f"{'core':<12}{'board':<16}{'MIPS':>6}{'ratio':>7}{'to the M4':>11}{'us a block':>12}"]
    for core in cores:
        mips = core.instructions / statistics.median(core.ours_s) / 1e6
        lines.append(
            f"{core.name:<12}{core.board:<16}{mips:>6.0f}{core.ratio:>7.2f}"
            f"{core.ratio / reference:>11.2f}{core.block_us:>12.0f}"
        )
    return "\n".join(lines)


def shortfalls(cores: list[Core]) -> list[str]:
    """What misses its target, a line each."""
    least = WITHIN * next(core.ratio for core in cores if core.name == REFERENCE)
    missed = [
        f"{core.name}: ratio {core.ratio:.2f}, at least {least:.2f} wanted"
        for core in cores
        if core.ratio < least
    ]
    slow = [core for core in cores if core.block_us > BLOCK_US]
    return missed + [f"{core.name}: {core.block_us:.0f} us a block" for core in slow]


def main() -> int:
    """Prints the table; with --check, fails on a missed target."""
    parser = argparse.ArgumentParser(description="Speed core by core.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="fail below the targets")
    options = parser.parse_args()
    cores = [Core(*row) for row in CORES]
    for _ in range(options.rounds):
        for core in cores:
            measure(core)
    print(table(cores))
    missed = shortfalls(cores) if options.check else []
    for line in missed:
        print(f"below target: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
