"""The samples on the nRF5340's application core, at the clock that the chip has after reset."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rig import sample

import mcusim

BOARD = "nrf5340"


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_hello_runs_in_secure_state_at_64_mhz(fidelity: str) -> None:
    with mcusim.start(sample("hello", BOARD), board=BOARD, fidelity=fidelity) as simulation:  # type: ignore[arg-type]
        simulation.run_to_end()
        clocks = [segment.hz for segment in simulation.machine.clock.segments]
        result = simulation.finish()
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert result.warnings == []
    assert result.output == "hello, world\n"
    assert clocks == [64e6]


def test_network_computes_what_it_does_elsewhere() -> None:
    result = mcusim.run(sample("digits", BOARD), board=BOARD, fidelity="fast")
    elsewhere = mcusim.run(sample("digits", "nrf52840"), board="nrf52840", fidelity="fast")
    assert result.outcome == "exited"
    assert result.warnings == []
    assert "97/100" in result.output
    assert result.output == elsewhere.output


def test_coremix_draws_what_coremark_does() -> None:
    result = mcusim.run(sample("coremix", BOARD), board=BOARD)
    assert result.outcome == "exited"
    assert result.warnings == []
    assert "crc16 5fb4, correct" in result.output
    # I_APPCPU5; our code is of CoreMark's kind.
    assert result.energy.average_current_a == pytest.approx(3.3e-3, rel=0.05)


def test_text_of_the_boards_serial_port() -> None:
    with mcusim.start(sample("uart", BOARD), board=BOARD) as simulation:
        port = simulation.uart("uart0")
        assert port.expect(b"hello from the UART")
        simulation.run_to_end()
        assert simulation.finish().warnings == []


def test_the_command_line_runs_it() -> None:
    command = [sys.executable, "-m", "mcusim", "run", str(sample("uart", BOARD)), "--board", BOARD]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "cortex-m33" in done.stdout
    assert "hello from the UART" in done.stdout
