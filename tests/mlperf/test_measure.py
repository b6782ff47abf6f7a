"""A device under test, compiled for this: the whole dialogue, and scripts of one's own."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

import mcusim
from mcusim.cli import main
from mcusim.errors import UsageError
from mcusim.mlperf import MODELS, Measurement, measure
from mcusim.simulation import ExpectError
from tests.mlperf.device import BOARD, LOOPS, build_device

INFERENCES = 30
# A nop, a subtract, a compare or so, and a taken branch.
CYCLES_PER_LOOP = (3, 8)


@pytest.fixture(scope="module")
def performance(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_device(tmp_path_factory.mktemp("performance"))


@pytest.fixture(scope="module")
def energy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_device(tmp_path_factory.mktemp("energy"), "ENERGY")


@pytest.fixture(scope="module")
def by_messages(performance: Path) -> Measurement:
    with mcusim.start(performance, board=BOARD) as simulation:
        return measure(simulation, inferences=INFERENCES)


@pytest.fixture(scope="module")
def by_edges(energy: Path) -> Measurement:
    with mcusim.start(energy, board=BOARD) as simulation:
        return measure(simulation, MODELS["kws"], inferences=INFERENCES)


def test_what_a_performance_build_says(by_messages: Measurement) -> None:
    assert (by_messages.name, by_messages.model) == ("mcusim tests", "kws")
    assert (by_messages.mode, by_messages.port) == ("performance", "lpuart1")
    assert by_messages.input == "generated"
    digits = [byte % 10 for byte in MODELS["kws"].generated_input()[:4]]
    assert by_messages.scores == [pytest.approx(digit / 10) for digit in digits]


def test_latency_is_that_of_the_time_stamps(by_messages: Measurement) -> None:
    low, high = CYCLES_PER_LOOP
    assert low * LOOPS < by_messages.cycles_per_inference < high * LOOPS
    # Between the stamps there is also the first one's own message.
    message_s = by_messages.latency_s - by_messages.window_latency_s
    assert 0 < message_s * INFERENCES < 3e-3
    assert by_messages.throughput == pytest.approx(1 / by_messages.latency_s)


def test_latency_of_an_energy_build_is_between_edges(
    by_edges: Measurement, by_messages: Measurement
) -> None:
    assert (by_edges.mode, by_edges.timestamp_pin) == ("energy", "PF13")
    assert by_edges.latency_s == pytest.approx(by_edges.window_latency_s, rel=1e-3)
    # The same loop, with half a character of the line at the ends of the window by messages.
    assert by_edges.cycles_per_inference == pytest.approx(by_messages.cycles_per_inference, rel=0.2)


def test_energy_is_power_over_the_window(by_messages: Measurement) -> None:
    expected = by_messages.power_w * by_messages.window_latency_s
    assert by_messages.energy_j == pytest.approx(expected)
    assert by_messages.energy_low_j < by_messages.energy_j < by_messages.energy_high_j


def test_the_same_run_gives_the_same_numbers(performance: Path, by_messages: Measurement) -> None:
    with mcusim.start(performance, board=BOARD) as simulation:
        assert measure(simulation, inferences=INFERENCES) == by_messages


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"port": "lpuart9"}, "no serial port 'lpuart9'"),
        ({"timestamp_pin": "PA1"}, "--timestamp-pin PA1: 0 falling edges"),
    ],
)
def test_wrong_names_are_refused(energy: Path, options: dict[str, str], message: str) -> None:
    with mcusim.start(energy, board=BOARD) as simulation, pytest.raises(UsageError, match=message):
        measure(
            simulation,
            inferences=1,
            port=options.get("port"),
            timestamp_pin=options.get("timestamp_pin"),
        )


def test_json_has_what_a_script_needs(
    performance: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    sample = tmp_path / "sample.bin"
    sample.write_bytes(bytes([7, 1, 2, 3]) + bytes(486))
    arguments = ["--board", BOARD, "--model", "kws", "--input", str(sample), "--inferences", "2"]
    assert main(["mlperf-tiny", str(performance), *arguments, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["scores"] == [0.7, 0.1, 0.2, 0.3]
    assert told["inferences"] == 2
    keys = {"name", "model", "latency_s", "cycles_per_inference", "energy_j", "power_w"}
    assert keys <= set(told)


@pytest.mark.parametrize(
    ("options", "status", "message"),
    [
        (["--model", "ic"], 2, "the firmware says that it is kws01"),
        (["--model", "ad", "--input", "none.bin"], 2, "--input none.bin: No such file"),
        (["--model", "sww"], 2, "sww"),
    ],
)
def test_errors_are_one_line(
    performance: Path,
    capsys: pytest.CaptureFixture[str],
    options: list[str],
    status: int,
    message: str,
) -> None:
    assert main(["mlperf-tiny", str(performance), "--board", BOARD, *options]) == status
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1


def test_a_firmware_that_says_nothing_is_told_apart(capsys: pytest.CaptureFixture[str]) -> None:
    sample = Path(__file__).parents[2] / "firmware_samples" / "prebuilt" / f"uart-{BOARD}.elf"
    assert main(["mlperf-tiny", str(sample), "--board", BOARD]) == 1
    assert "ended before it said m-ready" in capsys.readouterr().err


# --- scripts ---


def test_a_script_talks_to_the_firmware(performance: Path) -> None:
    with mcusim.start(performance, board=BOARD) as simulation:
        port = simulation.uart("LPUART1")
        port.expect(b"m-ready\r\n", timeout_s=0.1)
        asked_at = simulation.seconds
        port.write(b"name%")
        match = port.expect(re.compile(rb"m-name-dut-\[(.*)\]\r\n"), timeout_s=0.1)
        assert match[1] == b"mcusim tests"
        # 5 characters in and 27 out, 10 bits each.
        assert simulation.seconds - asked_at == pytest.approx(32 * 10 / 115200, rel=0.05)
        assert simulation.run(0.01)
        assert port.read() == b"m-ready\r\n"
        before = simulation.seconds
        assert simulation.run(0.25)
        assert simulation.seconds - before == pytest.approx(0.25, abs=1e-5)
    result = simulation.finish()
    assert result.outcome == "stopped"
    assert result.reason == "ended by the script"
    assert "m-name-dut-[mcusim tests]" in result.output


def test_a_pattern_that_does_not_come_is_an_error(performance: Path) -> None:
    with mcusim.start(performance, board=BOARD) as simulation:
        port = simulation.uart("lpuart1")
        with pytest.raises(ExpectError, match=r"within 0.02 s of simulated time; it sent b'.*m-r"):
            port.expect(b"nothing", timeout_s=0.02)
        assert simulation.seconds == pytest.approx(0.02, abs=1e-4)
        with pytest.raises(UsageError, match="above zero"):
            simulation.run(0.0)


def test_time_passes_for_a_firmware_that_sleeps(tmp_path: Path) -> None:
    with mcusim.start(build_device(tmp_path, "SLEEPER"), board=BOARD) as simulation:
        assert simulation.run(0.1)
        assert simulation.run(0.2)
        assert simulation.seconds == pytest.approx(0.3, abs=1e-5)
        instructions = simulation.machine.engine.instructions
        assert simulation.run(1.0)
        assert simulation.machine.engine.instructions == instructions  # nothing has woken it
        with pytest.raises(ExpectError, match="nothing more"):
            simulation.uart("lpuart1").expect(b"x", timeout_s=0.1)


def test_a_port_leads_to_a_file(
    performance: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = tmp_path / "log.txt"
    arguments = ["--board", BOARD, "--max-time", "20ms", "--uart", f"lpuart1=file:{log}", "-q"]
    assert main(["run", str(performance), *arguments]) == 1
    assert log.read_bytes().endswith(b"m-init-done\r\nm-ready\r\n")
    assert "m-init-done" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("option", "message"),
    [
        ("lpuart9=stdio", "no serial port 'lpuart9'"),
        ("lpuart1", "write it as NAME=BACKEND"),
        ("lpuart1=tcp:99999", "a number up to 65535"),
        ("lpuart1=file:/nowhere/log", "No such file"),
    ],
)
def test_wrong_ports_are_one_line(
    performance: Path, capsys: pytest.CaptureFixture[str], option: str, message: str
) -> None:
    assert main(["run", str(performance), "--board", BOARD, "--uart", option]) == 2
    error = capsys.readouterr().err
    assert message in error
    assert len(error.strip().splitlines()) == 1


def test_json_and_a_terminal_do_not_mix(
    performance: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["--board", BOARD, "--json", "--uart", "lpuart1=stdio"]
    assert main(["run", str(performance), *arguments]) == 2
    assert "standard output" in capsys.readouterr().err
