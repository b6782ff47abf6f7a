"""Cycles of `fidelity="fast"` against accurate ones, for each shipped sample on both boards.

Prints the Markdown table of docs/accuracy.md. Samples that end in a fault are left out.

    python benchmarks/fidelity.py
"""

from __future__ import annotations

from pathlib import Path

import mcusim

PREBUILT = Path(__file__).parent.parent / "firmware_samples/prebuilt"
BOARDS = ("nrf52840", "nucleo-l4r5zi")
HEADER = """\
| Sample | Board | Accurate, cycles | Fast, cycles | Difference |
|---|---|---:|---:|---:|"""


def row(sample: str, board: str) -> str:
    """One line of the table; empty for a run that does not end by itself."""
    firmware = PREBUILT / f"{sample}-{board}.elf"
    accurate = mcusim.run(firmware, board=board, max_time_s=5)
    if accurate.outcome != "exited":
        return ""
    fast = mcusim.run(firmware, board=board, max_time_s=5, fidelity="fast")
    change = fast.cycles / accurate.cycles - 1
    return f"| {sample} | {board} | {accurate.cycles} | {fast.cycles} | {change:+.1%} |"


def main() -> None:
    """Prints the table."""
    suffix = f"-{BOARDS[0]}.elf"
    samples = sorted(path.name.removesuffix(suffix) for path in PREBUILT.glob(f"*{suffix}"))
    print(HEADER)
    for sample in samples:
        for board in BOARDS:
            line = row(sample, board)
            if line:
                print(line)


if __name__ == "__main__":
    main()
