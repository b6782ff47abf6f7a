"""Rows of the tables of published cycles, cortex_m4_table.toml and its like."""

from __future__ import annotations

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

Piece = TypeVar("Piece")


def rows(table: str) -> list[dict[str, Any]]:
    """The table as the file has it."""
    text = (Path(__file__).parent / f"{table}_table.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["row"]
    return found


def pieces(table: str, make: Callable[..., Piece]) -> list[Piece]:
    """All pieces of code of the table: a row can have several, as `each`."""
    found = []
    for number, row in enumerate(rows(table)):
        each = row.pop("each", None) or [row.pop("code")]
        found += [make(f"row{number}_{i}", code=code, **row) for i, code in enumerate(each)]
    return found
