"""The models against what was published: each piece of code of each core's table."""

from __future__ import annotations

import shutil
from functools import cache

import make_table
import pytest
from tables import TABLES, pieces


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> object:
    """Predicted cycles of all pieces of code of a table."""

    @cache
    def measure(table: str) -> dict[str, float]:
        for tool in TABLES[table].tools:
            if shutil.which(tool) is None:
                pytest.skip(f"{tool} of the GNU compiler for the core is not installed")
        return TABLES[table].measure(tmp_path_factory.mktemp(table), pieces(table))

    return measure


def parameters() -> list[object]:
    return [
        pytest.param(
            table,
            piece,
            id=f"{table} | {piece.instruction} | {piece.code}",
            marks=pytest.mark.xfail(reason=piece.differs, strict=True) if piece.differs else (),
        )
        for table in TABLES
        for piece in pieces(table)
    ]


@pytest.mark.parametrize(("table", "piece"), parameters())
def test_predicted_cycles_are_the_published_ones(table, piece, measured) -> None:
    assert measured(table)[piece.name] == piece.cycles


def test_documented_tables_are_those_of_the_data_files() -> None:
    text = make_table.PAGE.read_text(encoding="utf-8")
    assert make_table.updated(text) == text, "run tests/timing/make_table.py"
