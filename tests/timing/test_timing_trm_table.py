"""The model against the manual: every row of trm_table.toml as a micro-benchmark."""

from __future__ import annotations

import shutil

import make_table
import micro_benchmarks
import pytest
from micro_benchmarks import Case

CASES = micro_benchmarks.cases()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """Predicted cycles of all pieces of code."""
    for tool in (micro_benchmarks.ASSEMBLE, micro_benchmarks.LINK):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} of the GNU Arm compiler (arm-none-eabi-gcc) is not installed")
    elf = micro_benchmarks.firmware(tmp_path_factory.mktemp("micro"), CASES)
    return micro_benchmarks.measure(elf, CASES)


def parameters() -> list[object]:
    known = {
        case.name: pytest.mark.xfail(reason=case.differs, strict=True)
        for case in CASES
        if case.differs
    }
    return [
        pytest.param(case, id=f"{case.instruction} | {case.code}", marks=known.get(case.name, ()))
        for case in CASES
    ]


@pytest.mark.parametrize("case", parameters())
def test_predicted_cycles_are_the_published_ones(case: Case, measured: dict[str, float]) -> None:
    assert measured[case.name] == case.cycles


def test_documented_table_is_that_of_the_data_file() -> None:
    text = make_table.PAGE.read_text(encoding="utf-8")
    assert make_table.updated(text) == text, "run tests/timing/make_table.py"
