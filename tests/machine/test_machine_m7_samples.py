"""The samples on the boards with a Cortex-M7: they set up supply, PLL and caches themselves."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rig import sample

import mcusim

CLOCK_HZ = {"nucleo-h7a3zi": 280e6, "nucleo-h743zi": 480e6, "stm32f746g-disco": 216e6}
SOURCE_HZ = {"nucleo-h7a3zi": 64e6, "nucleo-h743zi": 64e6, "stm32f746g-disco": 16e6}
"""What the chips run on out of reset: HSI."""
CONSOLE = {"nucleo-h7a3zi": "usart3", "nucleo-h743zi": "usart3", "stm32f746g-disco": "usart1"}
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
    assert clocks[0] == SOURCE_HZ[board]
    assert clocks[-1] == CLOCK_HZ[board]


@pytest.mark.parametrize("board", BOARDS)
def test_network_computes_what_it_does_elsewhere(board: str) -> None:
    result = mcusim.run(sample("digits", board), board=board, fidelity="fast")
    elsewhere = mcusim.run(sample("digits", "nrf52840"), board="nrf52840", fidelity="fast")
    assert result.outcome == "exited"
    assert result.warnings == []
    assert "97/100" in result.output
    assert result.output == elsewhere.output


@pytest.mark.parametrize("board", BOARDS)
def test_coremix_takes_fewer_cycles_than_on_a_cortex_m4(board: str) -> None:
    result = mcusim.run(sample("coremix", board), board=board)
    cortex_m4 = mcusim.run(sample("coremix", "nucleo-l4r5zi"), board="nucleo-l4r5zi")
    assert result.outcome == "exited"
    assert result.output == cortex_m4.output
    assert result.warnings == []
    # At best half as many, by two instructions per cycle.
    assert 0.5 < result.cycles / cortex_m4.cycles < 0.95


@pytest.mark.parametrize("board", BOARDS)
def test_text_of_the_boards_serial_port(board: str) -> None:
    with mcusim.start(sample("uart", board), board=board) as simulation:
        port = simulation.uart(CONSOLE[board])
        # The firmware ends while the last two characters are still on the line.
        assert port.expect(b"hello from the UA")
        simulation.run_to_end()
        assert simulation.finish().warnings == []


@pytest.mark.parametrize("board", BOARDS)
def test_command_line(board: str) -> None:
    firmware = str(sample("coremix", board))
    command = [sys.executable, "-m", "mcusim", "run", firmware, "--board", board]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "crc16 5fb4, correct" in done.stdout
    assert f"{CLOCK_HZ[board] / 1e6:g} MHz" in done.stdout
