"""Writes the README's table of boards from runs of the digits sample: `make table`.

A board has a row once firmware_samples/samples.toml builds the sample for it.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import mcusim
from mcusim.boards import load_board
from mcusim.boards.catalogue import core_title
from mcusim.report import figures

ROOT = Path(__file__).resolve().parents[1]
README = ROOT / "README.md"
PREBUILT = ROOT / "firmware_samples" / "prebuilt"
BEGIN, END = "<!-- digits: written by make table -->\n", "<!-- /digits -->\n"
TITLES = ("board", "core", "clock", "cycles", "latency", "energy", "band", "peak RAM", "grade")
VARIANTS = {"digits": "", "digits-helium": " with Helium"}
"""Samples of the network, and what tells them apart in the column of the core."""


def builds() -> list[tuple[str, str]]:
    """Board and sample of each prebuilt digits network, by board."""
    manifest = json.loads((PREBUILT / "manifest.json").read_text())
    found = [(entry["board"], entry["sample"]) for entry in manifest.values()]
    return sorted(pair for pair in found if pair[1] in VARIANTS)


def row(board_name: str, sample: str) -> str:
    """The table's line for one run: one inference, the mean of a hundred."""
    board = load_board(board_name)
    result = mcusim.run(PREBUILT / f"{sample}-{board_name}.elf", board=board_name)
    region = result.inference
    if not result.succeeded or region is None:
        raise SystemExit(f"{sample} on {board_name}: {result.reason}")
    cells = (
        board.title,
        core_title(board).replace("Arm ", "") + VARIANTS[sample],
        figures.frequency(region.cycles_mean / region.time_mean_s),
        figures.count(region.cycles_mean),
        figures.time(region.time_mean_s),
        figures.energy(region.energy_mean_j),
        figures.energy_band(region.energy_low_mean_j, region.energy_high_mean_j),
        figures.size(result.memory.ram_peak_bytes),
        result.energy.grade,
    )
    return f"| {' | '.join(cells)} |"


def table() -> str:
    """All rows, as Markdown."""
    head = [f"| {' | '.join(TITLES)} |", "|---" * len(TITLES) + "|"]
    return "\n".join([*head, *(row(*build) for build in builds())]) + "\n"


def part_of_readme() -> str:
    """The table as the README has it."""
    found = re.search(re.escape(BEGIN) + "(.*?)" + re.escape(END), README.read_text(), re.DOTALL)
    if found is None:
        raise SystemExit(f"{README}: no lines {BEGIN.strip()} and {END.strip()}")
    return found[1]


def main() -> None:
    """Puts the table into the README."""
    text = README.read_text()
    README.write_text(text.replace(BEGIN + part_of_readme(), BEGIN + table()))


if __name__ == "__main__":
    main()
