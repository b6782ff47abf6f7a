"""Draws the pictures of the README from a real run: `python tools/readme_pictures.py`."""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.text import Text

import mcusim
from mcusim.report.text import render

ROOT = Path(__file__).resolve().parents[1]
PICTURES = ROOT / "docs" / "images"
SAMPLE = ROOT / "firmware_samples" / "prebuilt" / "digits-nrf52840.elf"
WIDTH = 100


def main() -> None:
    """Runs the digits sample and draws its report and its battery life."""
    result = mcusim.run(SAMPLE, board="nrf52840", battery="cr2032", every_s=10)
    console = Console(record=True, width=WIDTH, file=io.StringIO(), force_terminal=True)
    console.print(Text.from_ansi(render(result, width=WIDTH, color=True)))
    svg = console.export_svg(title="mcusim run digits-nrf52840.elf --board nrf52840")
    # No fonts from elsewhere: the reader's monospace one serves.
    svg = re.sub(r"@font-face \{.*?\}", "", svg, flags=re.DOTALL)
    (PICTURES / "report.svg").write_text(svg.replace("Fira Code, monospace", "monospace"))
    life = result.plot_battery_life().figure
    life.savefig(PICTURES / "life.png", dpi=100, bbox_inches="tight")


if __name__ == "__main__":
    main()
