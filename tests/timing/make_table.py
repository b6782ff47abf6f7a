"""Writes the tables of micro-benchmarks into docs/accuracy.md, each between its two markers.

python tests/timing/make_table.py
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import m0plus_benchmarks
import m7_benchmarks
import m33_benchmarks
import micro_benchmarks

PAGE = Path(__file__).parents[2] / "docs/accuracy.md"
BEGIN = "<!-- {name}: written by tests/timing/make_table.py -->\n"
END = "<!-- end of {name} -->\n"


def cortex_m4() -> str:
    """The rows of trm_table.toml as Markdown."""
    return _instructions(micro_benchmarks.rows())


def cortex_m7() -> str:
    """The rows of cortex_m7_table.toml as Markdown."""
    return _kernels(m7_benchmarks.rows())


def cortex_m33() -> str:
    """The rows of cortex_m33_table.toml as Markdown."""
    return _kernels(m33_benchmarks.rows())


def cortex_m0plus() -> str:
    """The rows of cortex_m0plus_table.toml as Markdown."""
    return _instructions(m0plus_benchmarks.rows())


TABLES = {
    "cycles": cortex_m4,
    "cycles of the Cortex-M7": cortex_m7,
    "cycles of the Cortex-M0+": cortex_m0plus,
    "cycles of the Cortex-M33": cortex_m33,
}


def updated(page: str) -> str:
    """The page with the tables of now."""
    for name, table in TABLES.items():
        begin, end = BEGIN.format(name=name), END.format(name=name)
        before, _, rest = page.partition(begin)
        _, _, after = rest.partition(end)
        page = f"{before}{begin}{table()}{end}{after}"
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
