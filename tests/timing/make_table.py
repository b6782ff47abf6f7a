"""Writes the tables of micro-benchmarks into docs/accuracy.md, each between its two markers.

python tests/timing/make_table.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from block_benchmarks import Kernel
from table_rows import rows
from tables import TABLES

PAGE = Path(__file__).parents[2] / "docs/accuracy.md"
BEGIN = "<!-- cycles of the {name}: written by tests/timing/make_table.py -->\n"
END = "<!-- end of cycles of the {name} -->\n"


def updated(page: str) -> str:
    """The page with the tables of now."""
    for name, table in TABLES.items():
        begin, end = BEGIN.format(name=table.title), END.format(name=table.title)
        text = _kernels if table.make is Kernel else _instructions
        assert begin in page, f"the page has no place for {name}"
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}{text(rows(name))}{end}{after}"
    return page


def _instructions(rows: list[dict[str, Any]]) -> str:
    header = "| Instruction | Published | Source | Tested | Differs |\n|---|---|---|---:|---|\n"
    return header + "".join(
        f"| {_cell(row['instruction'])} | {row['published']} | {row['source']} "
        f"| {row['cycles']} | {row.get('differs', '')} |\n"
        for row in rows
    )


def _kernels(rows: list[dict[str, Any]]) -> str:
    header = "| What | Published | Source | Code | Cycles | Differs |\n|---|---|---|---|---:|---|\n"
    return header + "".join(
        f"| {_cell(row['instruction'])} | {_cell(row['published'])} | {row['source']} "
        f"| {_code(row)} | {row['cycles']} | {row.get('differs', '')} |\n"
        for row in rows
    )


def _code(row: dict[str, Any]) -> str:
    """The code of a row, or the first of several and how many more there are."""
    first, *others = row.get("each") or [row["code"]]
    more = f" and {len(others)} more" if others else ""
    return f"`{first}`{more}"


def _cell(text: str) -> str:
    return text.replace("<", "&lt;").replace(">", "&gt;").replace("|", "\\|").replace("*", "\\*")


if __name__ == "__main__":
    PAGE.write_text(updated(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
