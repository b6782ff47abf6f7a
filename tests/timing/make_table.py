"""Writes the table of trm_table.toml into docs/accuracy.md, between its two markers.

python tests/timing/make_table.py
"""

from __future__ import annotations

from pathlib import Path

import micro_benchmarks

PAGE = Path(__file__).parents[2] / "docs/accuracy.md"
BEGIN = "<!-- cycles: written by tests/timing/make_table.py -->\n"
END = "<!-- end of cycles -->\n"
HEADER = "| Instruction | Published | Source | Tested | Differs |\n|---|---|---|---:|---|\n"


def table() -> str:
    """The rows as Markdown."""
    return HEADER + "".join(
        f"| {_cell(row['instruction'])} | {row['published']} | {row['source']} "
        f"| {row['cycles']} | {row.get('differs', '')} |\n"
        for row in micro_benchmarks.rows()
    )


def updated(page: str) -> str:
    """The page with the table of now."""
    before, _, rest = page.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
