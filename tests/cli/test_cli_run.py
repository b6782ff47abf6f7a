"""`mcusim run`: options, exit status, what is printed and saved."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcusim.errors import FirmwareError
from mcusim.result import Result
from tests.cli.fake_engine import Shell
from tests.report.factory import make_faulted_result, make_result

BOARD = ("--board", "nrf52840")


def test_a_good_run_prints_the_report_and_exits_0(shell: Shell) -> None:
    outcome = shell("run", "model.elf", *BOARD)
    assert outcome.status == 0
    assert "One inference  14.2 ms" in outcome.out
    assert outcome.err == ""
    assert "\x1b" not in outcome.out


@pytest.mark.parametrize(
    ("result", "status"),
    [
        (make_result(exit_code=None), 0),
        (make_result(exit_code=3), 1),
        (make_faulted_result(), 1),
        (make_result(outcome="limit", exit_code=None), 1),
        (make_result(outcome="stopped", exit_code=None), 130),
    ],
)
def test_the_exit_status_tells_how_the_firmware_did(
    result: Result, status: int, shell: Shell
) -> None:
    shell.engine.result = result
    outcome = shell("run", "model.elf", *BOARD)
    assert outcome.status == status
    assert "digits.elf on" in outcome.out


def test_endless_firmware_may_meet_its_limit_when_allowed(shell: Shell) -> None:
    shell.engine.result = make_result(outcome="limit", exit_code=None)
    assert shell("run", "model.elf", *BOARD, "--max-time", "1s", "--allow-limit").status == 0


def test_every_option_reaches_the_engine_in_base_units(shell: Shell) -> None:
    arguments = (
        "--base 0x8000 --secure boot.elf --roi invoke --roi *Eval* --roi-gpio P0.13 "
        "--fidelity fast --max-time 10s --max-instructions 2e9 --battery cr2032 --every 5min "
        "--sleep system-on --clock 32MHz --supply 1.8V --regulator ldo "
        "--option-bytes dbank=0 --option-bytes OPTR=0xFFAFF8AA "
        "--on-reset restart"
    )
    assert shell("run", "model.bin", *BOARD, *arguments.split()).status == 0
    options = shell.engine.options
    del options["progress"]
    assert options == {
        "firmware": "model.bin",
        "board": "nrf52840",
        "base": 0x8000,
        "secure": "boot.elf",
        "roi": ("invoke", "*Eval*"),
        "roi_gpio": ("P0.13",),
        "fidelity": "fast",
        "max_time_s": 10.0,
        "max_instructions": 2_000_000_000,
        "battery": "cr2032",
        "every_s": 300.0,
        "sleep": "system-on",
        "clock_hz": 32e6,
        "supply_v": 1.8,
        "regulator": "ldo",
        "option_bytes": {"dbank": 0, "optr": 0xFFAFF8AA},
        "on_reset": "restart",
    }


def test_json_is_the_result_and_nothing_else(shell: Shell) -> None:
    outcome = shell("run", "model.elf", *BOARD, "--json")
    assert json.loads(outcome.out) == make_result().to_dict()


def test_json_of_a_failed_run_still_exits_1(shell: Shell) -> None:
    shell.engine.result = make_faulted_result()
    outcome = shell("run", "model.elf", *BOARD, "--json")
    assert outcome.status == 1
    assert json.loads(outcome.out)["fault"]["function"] == "conv2d"


def test_quiet_prints_what_the_firmware_printed(shell: Shell) -> None:
    outcome = shell("run", "model.elf", *BOARD, "--quiet")
    assert outcome.out == make_result().output


def test_quiet_names_a_failure_on_standard_error(shell: Shell) -> None:
    shell.engine.result = make_faulted_result()
    outcome = shell("run", "model.elf", *BOARD, "-q")
    assert (outcome.out, outcome.err) == (
        "digit 0: predicted 0\n",
        "mcusim: BusFault in conv2d\n",
    )


def test_a_failed_run_is_saved_too(shell: Shell, tmp_path: Path) -> None:
    shell.engine.result = make_faulted_result()
    path = tmp_path / "run.mcusim"
    assert shell("run", "model.elf", *BOARD, "-o", str(path)).status == 1
    assert Result.load(path) == make_faulted_result()


def test_an_existing_file_is_refused_before_the_run(shell: Shell, tmp_path: Path) -> None:
    path = tmp_path / "run.mcusim"
    path.write_text("precious")
    outcome = shell("run", "model.elf", *BOARD, "-o", str(path))
    assert outcome.status == 2
    assert "--force" in outcome.err
    assert shell.engine.calls == []
    assert shell("run", "model.elf", *BOARD, "-o", str(path), "-f").status == 0
    assert Result.load(path) == make_result()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "nrf52840"),
        ([*BOARD, "--battery", "cr2032"], "--every"),
        ([*BOARD, "--every", "10s"], "--battery"),
        ([*BOARD, "--sleep", "system-on"], "--battery"),
        ([*BOARD, "--max-time", "10"], "has no unit"),
        ([*BOARD, "--max-instructions", "many"], "2e9 or 500M"),
        ([*BOARD, "--base", "8000h"], "0x08000000"),
        ([*BOARD, "--base", "0x100000000"], "32-bit"),
        ([*BOARD, "--regulator", "buck"], "'ldo', 'dcdc'"),
        ([*BOARD, "--option-bytes", "dbank"], "'dbank' is not NAME=VALUE"),
    ],
)
def test_wrong_options_are_one_line_with_a_way_out(
    arguments: list[str], message: str, shell: Shell
) -> None:
    outcome = shell("run", "model.elf", *arguments)
    assert outcome.status == 2
    assert message in outcome.err
    assert outcome.err.startswith("mcusim: ")
    assert outcome.err.count("\n") == 1
    assert shell.engine.calls == []


def test_firmware_that_cannot_be_loaded_exits_2(shell: Shell) -> None:
    shell.engine.result = FirmwareError("model.elf: truncated;\nbuild it again")
    outcome = shell("run", "model.elf", *BOARD)
    assert (outcome.status, outcome.err) == (2, "mcusim: model.elf: truncated; build it again\n")


def test_ctrl_c_outside_the_run_exits_130(shell: Shell) -> None:
    shell.engine.result = KeyboardInterrupt()
    outcome = shell("run", "model.elf", *BOARD)
    assert (outcome.status, outcome.err.strip()) == (130, "mcusim: interrupted")
