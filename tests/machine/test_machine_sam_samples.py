"""The samples on the Arduino Zero: they set up DFLL48M and flash themselves."""

from __future__ import annotations

import subprocess
import sys

import pytest
from rig import sample

import mcusim

BOARD = "samd21"
CLOCK_HZ = 1465 * 32768.0


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_start_up_reaches_the_crystals_multiple(fidelity: str) -> None:
    with mcusim.start(sample("hello", BOARD), board=BOARD, fidelity=fidelity) as simulation:  # type: ignore[arg-type]
        simulation.run_to_end()
        clocks = [segment.hz for segment in simulation.machine.clock.segments]
        result = simulation.finish()
    assert (result.outcome, result.exit_code) == ("exited", 0)
    assert result.warnings == []
    assert (clocks[0], clocks[-1]) == (1e6, CLOCK_HZ)


def test_network_computes_what_it_does_elsewhere() -> None:
    result = mcusim.run(sample("digits", BOARD), board=BOARD, fidelity="fast")
    elsewhere = mcusim.run(sample("digits", "nrf52840"), board="nrf52840", fidelity="fast")
    assert result.outcome == "exited"
    assert result.warnings == []
    assert result.output == elsewhere.output


def test_text_of_the_boards_serial_port() -> None:
    with mcusim.start(sample("uart", BOARD), board=BOARD) as simulation:
        port = simulation.uart("sercom5")
        # The firmware ends while the last two characters are still on the line.
        assert port.expect(b"hello from the UA")
        simulation.run_to_end()
        assert simulation.finish().warnings == []


@pytest.mark.parametrize(
    ("name", "function", "published_a"), [("spin", "main", 3.37e-3), ("fibonacci",) * 2 + (4.6e-3,)]
)
def test_current_of_the_datasheets_loops(name: str, function: str, published_a: float) -> None:
    result = mcusim.run(sample(name, BOARD), board=BOARD, roi=[function])
    region = result.regions[0]
    current_a = region.energy_mean_j / region.time_mean_s / 3.3
    assert current_a == pytest.approx(published_a, rel=0.01)


def test_command_line() -> None:
    command = [sys.executable, "-m", "mcusim", "run", str(sample("coremix", BOARD))]
    done = subprocess.run(
        [*command, "--board", BOARD], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    assert "crc16 5fb4, correct" in done.stdout
    assert "48.0051 MHz" in done.stdout
