"""The samples on further boards of ST: they set up clock and flash themselves."""

from __future__ import annotations

import pytest
from rig import sample

import mcusim

CLOCK_HZ = {"nucleo-g0b1re": 64e6, "nucleo-u575zi": 160e6, "stm32f407g-disc1": 168e6}
RESET_HZ = {"nucleo-g0b1re": 16e6, "nucleo-u575zi": 4e6, "stm32f407g-disc1": 16e6}
CONSOLE = {"nucleo-g0b1re": "usart2", "nucleo-u575zi": "usart1", "stm32f407g-disc1": "usart2"}
BOARDS = list(CLOCK_HZ)


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_start_up_reaches_the_chips_highest_clock(fidelity: str, board: str) -> None:
    with mcusim.start(sample("hello", board), board=board, fidelity=fidelity) as simulation:  # type: ignore[arg-type]
        simulation.run_to_end()
        clocks = [segment.hz for segment in simulation.machine.clock.segments]
        result = simulation.finish()
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert result.warnings == []
    assert (clocks[0], clocks[-1]) == (RESET_HZ[board], CLOCK_HZ[board])


@pytest.mark.parametrize("board", BOARDS)
def test_network_computes_what_it_does_elsewhere(board: str) -> None:
    result = mcusim.run(sample("digits", board), board=board, fidelity="fast")
    elsewhere = mcusim.run(sample("digits", "nrf52840"), board="nrf52840", fidelity="fast")
    assert result.outcome == "exited"
    assert result.warnings == []
    assert result.output == elsewhere.output


@pytest.mark.parametrize("board", BOARDS)
def test_coremix_checks_itself(board: str) -> None:
    result = mcusim.run(sample("coremix", board), board=board)
    assert result.outcome == "exited"
    assert result.warnings == []
    assert "crc16 5fb4, correct" in result.output


@pytest.mark.parametrize("board", BOARDS)
def test_text_of_the_boards_serial_port(board: str) -> None:
    with mcusim.start(sample("uart", board), board=board) as simulation:
        port = simulation.uart(CONSOLE[board])
        # The firmware ends while the last two characters are still on the line.
        assert port.expect(b"hello from the UA")
        simulation.run_to_end()
        assert simulation.finish().warnings == []


def test_a_direct_mapped_cache_misses_more_than_one_with_two_ways() -> None:
    cycles = []
    for ways in (2, 1):
        with mcusim.start(sample("digits", "nucleo-u575zi"), board="nucleo-u575zi") as simulation:
            simulation.machine.flash.set_icache_ways(ways)
            simulation.run_to_end()
            cycles.append(simulation.finish().cycles)
    assert cycles[0] < cycles[1] < 1.5 * cycles[0]
