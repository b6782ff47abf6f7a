"""The Cortex-M33's model against what was published: each row of cortex_m33_table.toml."""

from __future__ import annotations

import shutil

import m33_benchmarks
import pytest
from m7_benchmarks import Kernel
from micro_benchmarks import ASSEMBLE, LINK

KERNELS = m33_benchmarks.kernels()


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """Predicted cycles of all pieces of code."""
    for tool in (ASSEMBLE, LINK):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} of the GNU Arm compiler (arm-none-eabi-gcc) is not installed")
    return m33_benchmarks.measure(tmp_path_factory.mktemp("m33"), KERNELS)


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
