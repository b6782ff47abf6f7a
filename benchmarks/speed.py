"""Speed of a run against Unicorn without hooks, both timing modes alternating in one process.

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
from dataclasses import dataclass, field
from pathlib import Path

import bare_unicorn

import mcusim
from mcusim.machine.run_loop import Ending, RunLoop

FIRMWARE = Path(__file__).parent.parent / "firmware_samples/prebuilt/digits-nrf52840.elf"
BOARD = "nrf52840"
BARE = "Unicorn, no hooks"
TARGET_RATIO = {"fast": 0.6, "accurate": 0.2}
TARGET_REAL_TIME = 1.0
"""Simulated seconds at the board's 64 MHz in a second of CPU time, at least."""


@dataclass
class Configuration:
    """Measurements of one way to run the firmware."""

    name: str
    seconds: list[float] = field(default_factory=list)
    ratios: list[float] = field(default_factory=list)
    instructions: int = 0
    simulated_s: float = 0.0

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)

    @property
    def ratio(self) -> float:
        return statistics.median(self.ratios)

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


def simulate(configuration: Configuration) -> float:
    """Runs the simulator once; CPU seconds."""
    with RunClock() as clock:
        result = mcusim.run(FIRMWARE, board=BOARD, fidelity=configuration.name)
    if not result.succeeded:
        raise RuntimeError(f"{configuration.name}: {result.reason}")
    configuration.instructions = result.instructions
    configuration.simulated_s = result.cycles / result.board.clock_hz
    return clock.spent_s


def measure(rounds: int) -> list[Configuration]:
    """Alternates between the configurations."""
    bare, *ours = configurations = [Configuration(BARE), *map(Configuration, TARGET_RATIO)]
    for _ in range(rounds):
        bare.seconds.append(bare_unicorn.run(FIRMWARE))
        bare.ratios.append(1.0)
        for configuration in ours:
            configuration.seconds.append(simulate(configuration))
            configuration.ratios.append(bare.seconds[-1] / configuration.seconds[-1])
    bare.instructions = ours[0].instructions
    return configurations


def table(configurations: list[Configuration]) -> str:
    """The measurements as text."""
    lines = [f"{'configuration':<20}{'seconds':>9}{'MIPS':>8}{'ratio':>8}{'simulated s per s':>20}"]
    for each in configurations:
        mips = each.instructions / each.median_s / 1e6
        real_time = f"{each.real_time:.2f}" if each.simulated_s else "-"
        lines.append(
            f"{each.name:<20}{each.median_s:>9.3f}{mips:>8.0f}{each.ratio:>8.2f}{real_time:>20}"
        )
    return "\n".join(lines)


def shortfalls(configurations: list[Configuration]) -> list[str]:
    """What misses its target, a line each."""
    missed = []
    for each in configurations:
        target = TARGET_RATIO.get(each.name, 0.0)
        if each.ratio < target:
            missed.append(f"{each.name}: ratio {each.ratio:.2f}, at least {target} wanted")
        if each.simulated_s and each.real_time <= TARGET_REAL_TIME:
            missed.append(f"{each.name}: {each.real_time:.2f} simulated seconds in a second")
    return missed


def main() -> int:
    """Prints the table; with --check, fails on a missed target."""
    parser = argparse.ArgumentParser(description="Speed against Unicorn without hooks.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="fail below the targets")
    options = parser.parse_args()
    configurations = measure(options.rounds)
    instructions = configurations[0].instructions
    print(f"{FIRMWARE.name}, {instructions} instructions, median of {options.rounds} rounds")
    print(table(configurations))
    missed = shortfalls(configurations) if options.check else []
    for line in missed:
        print(f"below target: {line}", file=sys.stderr)
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
