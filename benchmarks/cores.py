"""Speed core by core: the digits network against bare Unicorn, and the Python part of new blocks.

The network runs on one board for each core, in both fidelities. Set-up code waits for clocks that
bare Unicorn doesn't have, so each run is cut after it: what the simulator then has in registers and
memory, Unicorn alone takes over, without a hook. Both run to the firmware's exit; counted is CPU
time. The last column is the mean CPU time in which Python makes the record of a block that runs for
the first time, in the first round: decoding and the core's timing model.

    python benchmarks/cores.py [--rounds 5] [--check]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import bare_unicorn
from bare_unicorn import ARM, RISCV, Architecture
from unicorn import arm_const as arm
from unicorn import riscv_const as riscv

import mcusim
from mcusim.machine.machine import Machine
from mcusim.simulation import Simulation
from mcusim.timing import thumb
from mcusim.timing.riscv import decode as rv32

PREBUILT = Path(__file__).parent.parent / "firmware_samples/prebuilt"
SET_UP_S = 5e-3
"""Simulated seconds after which each board has set up its clocks."""
FIDELITIES = ("fast", "accurate")
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
    model: tuple[Architecture, int]
    """Unicorn's that runs the firmware alone."""
    firmware_of: str = ""
    """Another board whose firmware it is, where not the board's own."""
    instructions: int = 0
    bare_s: dict[str, list[float]] = field(default_factory=lambda: {f: [] for f in FIDELITIES})
    """By the fidelity beside which it ran."""
    ours_s: dict[str, list[float]] = field(default_factory=lambda: {f: [] for f in FIDELITIES})
    block_us: float = 0.0

    @property
    def firmware(self) -> Path:
        """The digits network."""
        return PREBUILT / f"digits-{self.firmware_of or self.board}.elf"

    def mips(self, fidelity: str) -> float:
        """Million instructions a second."""
        return self.instructions / statistics.median(self.ours_s[fidelity]) / 1e6

    def ratio(self, fidelity: str) -> float:
        """Speed, bare Unicorn's being 1."""
        pairs = zip(self.bare_s[fidelity], self.ours_s[fidelity], strict=True)
        return statistics.median(bare / ours for bare, ours in pairs)


CORES = (
    ("Cortex-M0+", "nucleo-g0b1re", (ARM, arm.UC_CPU_ARM_CORTEX_M0)),
    ("Cortex-M4", "nucleo-l4r5zi", (ARM, arm.UC_CPU_ARM_CORTEX_M4)),
    ("Cortex-M7", "nucleo-h743zi", (ARM, arm.UC_CPU_ARM_CORTEX_M7)),
    ("Cortex-M33", "nucleo-u575zi", (ARM, arm.UC_CPU_ARM_CORTEX_M33)),
    # Unicorn has neither the core nor its low-overhead loops, which the board's own firmware uses:
    # the other's is for a Cortex-M33 with its memories at the same addresses.
    ("Cortex-M55", "corstone-300", (ARM, arm.UC_CPU_ARM_CORTEX_M33), "nrf5340"),
    ("SiFive E31", "hifive1-revb", (RISCV, riscv.UC_CPU_RISCV32_SIFIVE_E31)),
    ("ESP32-C3", "esp32-c3", (RISCV, riscv.UC_CPU_RISCV32_SIFIVE_E31)),
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


def measure(core: Core, fidelity: str) -> None:
    """One round: the simulator from the start, then Unicorn alone from the cut."""
    # As in a process that has run nothing yet.
    thumb.decode.cache_clear()
    rv32.decode.cache_clear()
    with (
        NewBlocks() as blocks,
        mcusim.start(core.firmware, board=core.board, fidelity=fidelity) as simulation,
    ):
        simulation.run(SET_UP_S)
        registers, memory = state_of(simulation)
        engine = simulation.machine.engine
        before = engine.instructions
        began = time.process_time()
        simulation.run_to_end()
        core.ours_s[fidelity].append(time.process_time() - began)
        core.instructions = engine.instructions - before
    core.block_us = core.block_us or 1e6 * statistics.mean(blocks.seconds)
    core.bare_s[fidelity].append(bare_unicorn.resume(core.model, registers, memory))


def state_of(simulation: Simulation) -> tuple[dict[int, int], list[tuple[list[int], bytes]]]:
    """Registers by Unicorn's number, and each memory's base addresses and content."""
    machine = simulation.machine
    numbers, engine = machine.architecture.registers, machine.engine
    registers = {
        numbers[name]: engine.reg(numbers[name])
        for name in machine.architecture.reported
        if name != "zero"
    }
    memory = [
        ([region.base, *region.aliases], engine.read(region.base, region.size_bytes))
        for region in machine.board.chip.memory
    ]
    return registers, memory


def table(cores: list[Core]) -> str:
    """The measurements as text."""
    reference = next(core for core in cores if core.name == REFERENCE)
    columns = "".join(f"{f'{f} MIPS':>15}{'ratio':>7}{'to the M4':>11}" for f in FIDELITIES)
    lines = [f"{'core':<12}{'board':<16}{columns}{'us a block':>12}"]
    for core in cores:
        line = f"{core.name:<12}{core.board:<16}"
        for fidelity in FIDELITIES:
            ratio = core.ratio(fidelity)
            line += f"{core.mips(fidelity):>15.0f}{ratio:>7.2f}"
            line += f"{ratio / reference.ratio(fidelity):>11.2f}"
        lines.append(f"{line}{core.block_us:>12.0f}")
    return "\n".join(lines)


def shortfalls(cores: list[Core]) -> list[str]:
    """What misses its target, a line each."""
    missed = []
    reference = next(core for core in cores if core.name == REFERENCE)
    for fidelity in FIDELITIES:
        least = WITHIN * reference.ratio(fidelity)
        missed += [
            f"{core.name}, {fidelity}: ratio {ratio:.2f}, at least {least:.2f} wanted"
            for core in cores
            if (ratio := core.ratio(fidelity)) < least
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
            for fidelity in FIDELITIES:
                measure(core, fidelity)
    print(table(cores))
    missed = shortfalls(cores) if options.check else []
    for line in missed:
        print(f"below target: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
