"""Speed of vector code on the Cortex-M55, in instructions a second, in both timing modes.

The firmware sums products of bytes with tail predication in a loop of LETP; nearly all it executes
are vector instructions and low-overhead branches. Counted is CPU time of whole runs, those without
work taken off; medians over rounds.

    python benchmarks/helium.py [--rounds 3] [--check]

It needs arm-none-eabi-gcc.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import mcusim

TESTS = Path(__file__).parent.parent / "tests"
sys.path[:0] = [str(TESTS / "exceptions"), str(TESTS / "cpu")]

from arch_profile import ARMV81M  # noqa: E402
from case import Case  # noqa: E402

ROUNDS = 20_000
TARGET = 5e6
"""Instructions a second, at least."""
SOURCE = r"""
static int8_t a[1024];
int main(void) {
  CPACR |= 0xF << 20;
  for (int i = 0; i < 1024; ++i) a[i] = i * 7;
  for (int k = 0; k < %d; ++k) {
    register const int8_t *p __asm("r0") = a;
    register uint32_t sum __asm("r2") = 0;
    __asm volatile("movw r1, #1000\ndlstp.8 lr, r1\n1:\nvldrb.8 q0, [r0], #16\n"
                   "vmladava.s8 r2, q0, q0\nletp lr, 1b"
                   : "+r"(p), "+r"(sum) : : "r1", "lr", "q0", "memory");
  }
}
"""
Fidelity = Literal["fast", "accurate"]


def build(folder: Path, rounds: int) -> Path:
    """Compiles the firmware."""
    case = Case(f"vectors{rounds}", "vectors", SOURCE % rounds, ())
    return ARMV81M.build([case], folder)[case.name]


def spent(elf: Path, fidelity: Fidelity) -> tuple[float, int]:
    """CPU seconds and instructions of one run."""
    began = time.process_time()
    result = mcusim.run(elf, board=ARMV81M.board(), fidelity=fidelity)
    return time.process_time() - began, result.instructions


def rate(folder: Path, fidelity: Fidelity, rounds: int) -> float:
    """Instructions a second: the median."""
    long, short = build(folder, ROUNDS), build(folder, 1)
    found = []
    for _ in range(rounds):
        (much_s, much), (little_s, little) = spent(long, fidelity), spent(short, fidelity)
        found.append((much - little) / (much_s - little_s))
    return statistics.median(found)


def main() -> int:
    """Measures, prints, and with --check fails when it is too slow."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    slow = False
    with TemporaryDirectory() as folder:
        modes: tuple[Fidelity, ...] = ("accurate", "fast")
        for fidelity in modes:
            found = rate(Path(folder), fidelity, options.rounds)
            slow = slow or found < TARGET
            print(f"{fidelity}: {found / 1e6:.1f} million instructions a second")
    return int(options.check and slow)


if __name__ == "__main__":
    sys.exit(main())
