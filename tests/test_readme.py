"""The README's table of boards is what the simulator gives, digit by digit."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from mcusim.boards import board_names

ROOT = Path(__file__).resolve().parents[1]


def tool() -> ModuleType:
    """tools/digits_table.py, which is no package."""
    spec = importlib.util.spec_from_file_location("digits_table", ROOT / "tools/digits_table.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


TABLE = tool()


def test_each_board_has_its_row() -> None:
    assert {board for board, _ in TABLE.builds()} == set(board_names())
    rows = TABLE.part_of_readme().splitlines()[2:]
    assert len(rows) == len(TABLE.builds()), "`make table` writes the table anew"


@pytest.mark.parametrize(("board", "sample"), TABLE.builds())
def test_a_row_is_what_a_run_gives(board: str, sample: str) -> None:
    row = TABLE.row(board, sample)
    assert row in TABLE.part_of_readme().splitlines(), f"`make table` writes it anew:\n{row}"
