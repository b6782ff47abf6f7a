"""The Cortex-M0+'s model against the manual: each row of cortex_m0plus_table.toml."""

from __future__ import annotations

import shutil

import m0plus_benchmarks
import pytest
from m0plus_benchmarks import Case
from micro_benchmarks import ASSEMBLE, LINK

CASES = m0plus_benchmarks.cases()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """Predicted cycles of all pieces of code."""
    for tool in (ASSEMBLE, LINK):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} of the GNU Arm compiler (arm-none-eabi-gcc) is not installed")
    return m0plus_benchmarks.measure(tmp_path_factory.mktemp("m0plus"), CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.instruction} | {case.code}")
def test_predicted_cycles_are_the_published_ones(case: Case, measured: dict[str, float]) -> None:
    assert measured[case.name] == case.cycles
