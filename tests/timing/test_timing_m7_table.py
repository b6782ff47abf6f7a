"""The Cortex-M7's model against what was published: each row of cortex_m7_table.toml."""

from __future__ import annotations

import shutil

import m7_benchmarks
import pytest
from m7_benchmarks import Kernel
from micro_benchmarks import ASSEMBLE, LINK

KERNELS = m7_benchmarks.kernels()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """Predicted cycles of all pieces of code."""
    for tool in (ASSEMBLE, LINK):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} of the GNU Arm compiler (arm-none-eabi-gcc) is not installed")
    return m7_benchmarks.measure(tmp_path_factory.mktemp("m7"), KERNELS)


def parameters() -> list[object]:
    return [
        pytest.param(
            kernel,
            id=f"{kernel.instruction} | {kernel.code}",
            marks=pytest.mark.xfail(reason=kernel.differs, strict=True) if kernel.differs else (),
        )
        for kernel in KERNELS
    ]


@pytest.mark.parametrize("kernel", parameters())
def test_predicted_cycles_are_the_published_ones(
    kernel: Kernel, measured: dict[str, float]
) -> None:
    assert measured[kernel.name] == kernel.cycles
