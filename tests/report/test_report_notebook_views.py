"""What a notebook shows of a result: HTML, tables, dictionaries."""

from __future__ import annotations

import json
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from mcusim.errors import UsageError
from mcusim.result import Result
from tests.report.factory import make_inference, make_result


def test_html_holds_the_verdicts_and_the_regions() -> None:
    html = make_result()._repr_html_()
    for part in ("digits.elf", "One inference", "132 µJ", "network_invoke (inference)", "9.30 mW"):
        assert part in html


def test_names_of_firmware_are_no_html() -> None:
    html = make_result(regions=[make_inference(name="<script>f<int>()")])._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_dict_and_json_have_the_same_keys() -> None:
    result = make_result()
    document = result.to_dict()
    assert document == json.loads(result.to_json()) == json.loads(result.to_json(indent=0))
    assert list(document) == list(Result.__struct_fields__)
    assert document["regions"][0]["energy_mean_j"] == 132e-6


def test_one_line_of_json_is_one_line() -> None:
    assert "\n" not in make_result(output="a\nb").to_json(indent=0)


def test_a_table_without_pandas_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match="pip install pandas"):
        make_result().to_dataframe()


def test_tables_have_a_row_a_region_or_function(monkeypatch: pytest.MonkeyPatch) -> None:
    def frame(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
        return rows

    monkeypatch.setitem(sys.modules, "pandas", SimpleNamespace(DataFrame=frame))
    result = make_result()
    rows = result.to_dataframe()
    assert [row["name"] for row in rows] == [region.name for region in result.regions]
    assert rows[0]["activity_cycles"] == result.regions[0].activity["cycles"]
    assert not {"spans", "spans_s", "activity"} & set(rows[0])
    assert len(result.to_dataframe("functions")) == len(result.functions)


def test_an_unknown_table_is_refused() -> None:
    with pytest.raises(UsageError, match="regions and functions"):
        make_result().to_dataframe("layers")  # type: ignore[arg-type]
