"""Speed of code under periodic interrupts against the same code without, in both timing modes.

The firmware mixes a checksum; SysTick counts at 1 kHz and at 100 kHz of the 64 MHz core. The
handler is short, so that what is measured is exception entry and return. Counted is CPU time of
whole runs, those without work taken off; medians over rounds.

    python benchmarks/interrupts.py [--rounds 5] [--check]

It needs arm-none-eabi-gcc.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import mcusim

HARNESS = Path(__file__).parent.parent / "tests/exceptions/firmware"
COMPILER = "arm-none-eabi-gcc -mcpu=cortex-m4 -mthumb -O1 -w -nostdlib -ffreestanding"
PERIODS = {"none": 0, "1 kHz": 64000, "100 kHz": 640}
"""Cycles between interrupts."""
LOOPS = 20_000_000
TARGET = 0.5
"""Speed under interrupts, as a part of that without, at least."""
SOURCE = """
#include "harness.h"
static volatile uint32_t n;
void SysTick_Handler(void) { ++n; }
int main(void) {
  uint32_t sum = 0;
  if (PERIOD) { SYST_RVR = PERIOD - 1; SYST_CVR = 0; SYST_CSR = 7; }
  for (uint32_t i = 0; i < LOOPS; ++i) {
    sum = sum * 31 + (i ^ sum >> 3);
    if (sum & 4) sum += i;
  }
  SYST_CSR = 0;
  note(sum);
}
"""
Fidelity = Literal["fast", "accurate"]


def build(folder: Path, period: int, loops: int) -> Path:
    """Compiles the firmware."""
    source = folder / f"every-{period}-{loops}.c"
    source.write_text(SOURCE)
    elf = source.with_suffix(".elf")
    options = [f"-DPERIOD={period}", f"-DLOOPS={loops}", f"-I{HARNESS}", f"-T{HARNESS}/link.ld"]
    files = [str(HARNESS / "harness.c"), str(source), "-o", str(elf)]
    subprocess.run([*COMPILER.split(), *options, "-Wl,--no-warn-rwx-segments", *files], check=True)
    return elf


def measure(elf: Path, fidelity: Fidelity) -> tuple[float, int]:
    """CPU seconds and instructions of a run."""
    began = time.process_time()
    result = mcusim.run(elf, board="nrf52840", fidelity=fidelity)
    spent = time.process_time() - began
    if not result.succeeded:
        sys.exit(f"the run ended with {result.outcome}")
    return spent, result.instructions


def speed(elf: Path, idle: Path, fidelity: Fidelity) -> float:
    """Instructions in a second of CPU time, set-up and report left out."""
    spent, instructions = measure(elf, fidelity)
    set_up, few = measure(idle, fidelity)
    return (instructions - few) / (spent - set_up)


def main() -> None:
    """Prints the speeds; with --check, fails below the target."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true")
    options = parser.parse_args()
    slow = False
    with TemporaryDirectory() as name:
        folder = Path(name)
        idle = build(folder, 0, 1)
        elfs = {label: build(folder, period, LOOPS) for label, period in PERIODS.items()}
        modes: tuple[Fidelity, ...] = ("fast", "accurate")
        for fidelity in modes:
            rounds = [
                {label: speed(elf, idle, fidelity) for label, elf in elfs.items()}
                for _ in range(options.rounds)
            ]
            for label in PERIODS:
                median = statistics.median(r[label] for r in rounds)
                ratio = statistics.median(r[label] / r["none"] for r in rounds)
                slow = slow or ratio < TARGET
                print(f"{fidelity:9} {label:8} {median / 1e6:6.0f} M instr/s  {ratio:.2f}")
    if options.check and slow:
        sys.exit(f"slower than {TARGET} of the speed without interrupts")


if __name__ == "__main__":
    main()
