"""What one family of chips has of its own, seen through the samples."""

from __future__ import annotations

import pytest
from rig import sample

import mcusim


@pytest.mark.parametrize("board", ["nucleo-h7a3zi", "nucleo-h743zi", "stm32f746g-disco"])
def test_coremix_takes_fewer_cycles_than_on_a_cortex_m4(board: str) -> None:
    result = mcusim.run(sample("coremix", board), board=board)
    cortex_m4 = mcusim.run(sample("coremix", "nucleo-l4r5zi"), board="nucleo-l4r5zi")
    assert result.output == cortex_m4.output
    # At best half as many, by two instructions per cycle.
    assert 0.5 < result.cycles / cortex_m4.cycles < 0.95


def test_a_direct_mapped_cache_misses_more_than_one_with_two_ways() -> None:
    cycles = []
    for ways in (2, 1):
        with mcusim.start(sample("digits", "nucleo-u575zi"), board="nucleo-u575zi") as simulation:
            simulation.machine.flash.set_icache_ways(ways)
            simulation.run_to_end()
            cycles.append(simulation.finish().cycles)
    assert cycles[0] < cycles[1] < 1.5 * cycles[0]


@pytest.mark.parametrize(
    ("name", "function", "published_a"), [("spin", "main", 3.37e-3), ("fibonacci",) * 2 + (4.6e-3,)]
)
def test_samd21_draws_what_the_datasheets_loops_do(
    name: str, function: str, published_a: float
) -> None:
    result = mcusim.run(sample(name, "samd21"), board="samd21", roi=[function])
    region = result.regions[0]
    current_a = region.energy_mean_j / region.time_mean_s / 3.3
    assert current_a == pytest.approx(published_a, rel=0.01)


def test_coremix_draws_what_coremark_does_on_the_nrf5340() -> None:
    result = mcusim.run(sample("coremix", "nrf5340"), board="nrf5340")
    # I_APPCPU5; our code is of CoreMark's kind.
    assert result.energy.average_current_a == pytest.approx(3.3e-3, rel=0.05)
