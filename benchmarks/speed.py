"""Speed of a run against Unicorn without hooks, both timing modes alternating in one process.

An Arm core and a RISC-V core run the same network. Unicorn alone executes RISC-V code almost three
times as fast as Arm code, which has flags to keep; what the simulator adds to each block and access
is the same. So the second board is held to the first one's instructions a second, not to its ratio.

Counted is CPU time between the start of the core and its exit, translation by Unicorn included;
loading, set-up and the report are not (`startup.py` has those). Each round runs every
configuration once; medians are over rounds, and a ratio is taken within its round.

    python benchmarks/speed.py [--rounds 5] [--check]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import bare_unicorn

import mcusim
from mcusim.machine.run_loop import Ending, RunLoop

PREBUILT = Path(__file__).parent.parent / "firmware_samples/prebuilt"
BOARDS: dict[str, Callable[[Path], float]] = {
    "nrf52840": bare_unicorn.run,
    "hifive1-revb": bare_unicorn.run_riscv,
}
"""What runs the digits network of each board on Unicorn alone."""
LEAST_OF_FIRST = 0.8
"""Part of the first board's instructions a second that each of the others reaches."""
BARE = "Unicorn, no hooks"
TARGET_RATIO = {"fast": 0.6, "accurate": 0.2}
TARGET_REAL_TIME = 1.0
"""Simulated seconds in a second of CPU time, at least, for a board of up to 64 MHz."""
REAL_TIME_HZ = 64e6


@dataclass
class Configuration:
    """Measurements of one way to run the firmware."""

    name: str
    seconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    instructions: int = 0
    simulated_s: float = 0.0
    clock_hz: float = 0.0

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

    @property
    def mips(self) -> float:
        return self.instructions / self.median_s / 1e6

    @property
    def real_time(self) -> float:
        return self.simulated_s / self.median_s


class RunClock:
    """CPU seconds spent in `RunLoop.advance`."""

    def __init__(self) -> None:
        self.spent_s = 0.0
        self._advance = RunLoop.advance

    def __enter__(self) -> RunClock:
        def timed(loop: RunLoop) -> Ending | None:
            began = time.process_time()
            ending = self._advance(loop)
            self.spent_s += time.process_time() - began
            return ending

        RunLoop.advance = timed
        return self

    def __exit__(self, *_: object) -> None:
        RunLoop.advance = self._advance


def firmware_of(board: str) -> Path:
    """The sample that is run."""
    return PREBUILT / f"digits-{board}.elf"


def simulate(configuration: Configuration, board: str) -> float:
    """Runs the simulator once; CPU seconds."""
    with RunClock() as clock:
        result = mcusim.run(firmware_of(board), board=board, fidelity=configuration.name)
    if not result.succeeded:
        raise RuntimeError(f"{configuration.name}: {result.reason}")
    configuration.instructions = result.instructions
    configuration.simulated_s = result.time_s
    configuration.clock_hz = result.board.clock_hz
    return clock.spent_s


def measure(board: str, rounds: int) -> list[Configuration]:
    """Alternates between the configurations."""
    bare, *ours = configurations = [Configuration(BARE), *map(Configuration, TARGET_RATIO)]
    for _ in range(rounds):
        bare.seconds.append(BOARDS[board](firmware_of(board)))
        bare.ratios.append(1.0)
        for configuration in ours:
            configuration.seconds.append(simulate(configuration, board))
            configuration.ratios.append(bare.seconds[-1] / configuration.seconds[-1])
    bare.instructions = ours[0].instructions
    return configurations


def table(configurations: list[Configuration]) -> str:
    """The measurements as text."""
    lines = [f"{'configuration':<20}{'seconds':>9}{'MIPS':>8}{'ratio':>8}{'simulated s per s':>20}"]
    for each in configurations:
        real_time = f"{each.real_time:.2f}" if each.simulated_s else "-"
        lines.append(
            f"{each.name:<20}{each.median_s:>9.3f}{each.mips:>8.0f}{each.ratio:>8.2f}{real_time:>20}"
        )
    return "\n".join(lines)


def shortfalls(configurations: list[Configuration], first: list[Configuration]) -> list[str]:
    """What misses its target, a line each; `first`: the first board's."""
    missed = []
    for each, reference in zip(configurations, first, strict=True):
        target = TARGET_RATIO.get(each.name, 0.0)
        if configurations is first and each.ratio < target:
            missed.append(f"{each.name}: ratio {each.ratio:.2f}, at least {target} wanted")
        least = LEAST_OF_FIRST * reference.mips
        if each.mips < least:
            missed.append(f"{each.name}: {each.mips:.0f} MIPS, at least {least:.0f} wanted")
        slow_enough = 0 < each.clock_hz <= REAL_TIME_HZ
        if slow_enough and each.real_time <= TARGET_REAL_TIME:
            missed.append(f"{each.name}: {each.real_time:.2f} simulated seconds in a second")
    return missed


def main() -> int:
    """Prints the table; with --check, fails on a missed target."""
    parser = argparse.ArgumentParser(description="Speed against Unicorn without hooks.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="fail below the targets")
    options = parser.parse_args()
    missed = []
    first = None
    for board in BOARDS:
        configurations = measure(board, options.rounds)
        first = first or configurations
        counted = configurations[0].instructions
        name = firmware_of(board).name
        print(f"{name}, {counted} instructions, median of {options.rounds} rounds")
        print(table(configurations))
        if options.check:
            missed += [f"{board}: {line}" for line in shortfalls(configurations, first)]
    for line in missed:
        print(f"below target: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
