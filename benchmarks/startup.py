"""Wall time, CPU time and peak memory of `mcusim run` on the least firmware: what a start costs.

Each round is a new process; the medians are over rounds, after one that warms the disk cache.

    python benchmarks/startup.py [--rounds 5] [--check]
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

FIRMWARE = Path(__file__).parent.parent / "firmware_samples/prebuilt/hello-nrf52840.elf"
COMMAND = [sys.executable, "-P", "-m", "mcusim", "run", str(FIRMWARE), "--board", "nrf52840"]
TARGET_S = 0.6
TARGET_MB = 150


def measure() -> tuple[float, float, float]:
    """Runs once; seconds of wall time and of CPU time, and peak resident megabytes."""
    began = time.perf_counter()
    process = subprocess.Popen(COMMAND, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began
    if os.waitstatus_to_exitcode(status) != 0:
        raise RuntimeError(f"{' '.join(COMMAND)} failed")
    kilobytes = usage.ru_maxrss / (1024 if sys.platform == "darwin" else 1)
    return seconds, usage.ru_utime + usage.ru_stime, kilobytes / 1024


def main() -> int:
    """Prints the medians; with --check, fails above the targets."""
    parser = argparse.ArgumentParser(description="Wall time and memory of a start.")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--check", action="store_true", help="fail above the targets")
    options = parser.parse_args()
    measure()
    rounds = [measure() for _ in range(options.rounds)]
    seconds, cpu_s, megabytes = (statistics.median(column) for column in zip(*rounds, strict=True))
    print(f"mcusim run {FIRMWARE.name}, median of {options.rounds}")
    print(f"wall time         {seconds:7.2f} s   (target {TARGET_S} s)")
    print(f"CPU time          {cpu_s:7.2f} s")
    print(f"peak resident set {megabytes:7.0f} MB  (target {TARGET_MB} MB)")
    missed = seconds > TARGET_S or megabytes > TARGET_MB
    if options.check and missed:
        print("above target", file=sys.stderr)
    return 1 if options.check and missed else 0


if __name__ == "__main__":
    sys.exit(main())
