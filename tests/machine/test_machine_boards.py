"""The same samples on every board: start-up, network, checked mix of code, serial port."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from typing import NamedTuple

import pytest
from rig import sample

import mcusim
from mcusim.boards import board_names


class Expected(NamedTuple):
    """Clock after reset, the one that start-up code sets, and where text comes out."""

    reset_hz: float
    clock_hz: float
    console: str


BOARDS = {
    "corstone-300": Expected(32e6, 32e6, "uart0"),
    "esp32-c3": Expected(80e6, 160e6, "uart0"),
    "hifive1-revb": Expected(72e6 / 5, 256e6, "uart0"),
    "nrf52840": Expected(64e6, 64e6, "uart0"),
    "nrf5340": Expected(64e6, 64e6, "uart0"),
    "nucleo-g0b1re": Expected(16e6, 64e6, "usart2"),
    "nucleo-h743zi": Expected(64e6, 480e6, "usart3"),
    "nucleo-h7a3zi": Expected(64e6, 280e6, "usart3"),
    # Its code sets no clock: it runs at the board file's.
    "nucleo-l4r5zi": Expected(120e6, 120e6, "lpuart1"),
    "nucleo-u385rg": Expected(12e6, 96e6, "usart1"),
    "nucleo-u575zi": Expected(4e6, 160e6, "usart1"),
    "rp2040": Expected(6.5e6, 125e6, "uart0"),
    "rp2350": Expected(6.5e6, 150e6, "uart0"),
    "samd21": Expected(1e6, 1465 * 32768.0, "sercom5"),
    "stm32f407g-disc1": Expected(16e6, 168e6, "usart2"),
    "stm32f746g-disco": Expected(16e6, 216e6, "usart1"),
}


@cache
def text_of_the_network_elsewhere() -> str:
    """What the first board's network printed."""
    return mcusim.run(sample("digits", "nrf52840"), board="nrf52840", fidelity="fast").output


def test_each_board_is_here() -> None:
    assert set(BOARDS) == set(board_names())


@pytest.mark.parametrize("board", BOARDS)
@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_start_up_reaches_the_clock_that_it_sets(fidelity: str, board: str) -> None:
    with mcusim.start(sample("hello", board), board=board, fidelity=fidelity) as simulation:  # type: ignore[arg-type]
        simulation.run_to_end()
        clocks = [segment.hz for segment in simulation.machine.clock.segments]
        result = simulation.finish()
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert result.output == "hello, world\n"
    assert result.warnings == []
    assert (clocks[0], clocks[-1]) == (BOARDS[board].reset_hz, BOARDS[board].clock_hz)


@pytest.mark.parametrize("board", BOARDS)
def test_network_computes_what_it_does_elsewhere(board: str) -> None:
    result = mcusim.run(sample("digits", board), board=board, fidelity="fast")
    assert result.outcome == "exited"
    assert result.warnings == []
    assert "97/100" in result.output
    assert result.output == text_of_the_network_elsewhere()


def test_vector_kernels_compute_what_scalar_ones_do_in_less_time() -> None:
    scalar, vector = (
        mcusim.run(sample(name, "corstone-300"), board="corstone-300")
        for name in ("digits", "digits-helium")
    )
    assert vector.output == scalar.output == text_of_the_network_elsewhere()
    assert vector.inference is not None
    assert scalar.inference is not None
    assert vector.inference.cycles_mean < scalar.inference.cycles_mean


@pytest.mark.parametrize("board", BOARDS)
def test_text_of_the_boards_serial_port(board: str) -> None:
    with mcusim.start(sample("uart", board), board=board) as simulation:
        ending = simulation.run_to_end()
        before = simulation.machine.engine.cycles
        result = simulation.finish()
        assert ending.outcome == "exited"
        assert result.warnings == []
        # Its last characters were still on the line, or in the FIFO.
        assert result.cycles == before
        text = simulation.uart(BOARDS[board].console).read()
        assert text == b"hello from the UART\n"


@pytest.mark.parametrize("board", BOARDS)
def test_command_line_runs_a_mix_of_code_that_checks_itself(board: str) -> None:
    firmware = str(sample("coremix", board))
    command = [sys.executable, "-m", "mcusim", "run", firmware, "--board", board]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "crc16 5fb4, correct" in done.stdout
    assert f"{BOARDS[board].clock_hz / 1e6:g} MHz" in done.stdout
