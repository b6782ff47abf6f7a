"""`mcusim check`: from firmware and from a saved result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.fake_engine import Shell
from tests.report.factory import make_faulted_result, make_result

BOARD = ("--board", "nrf52840")


@pytest.fixture
def saved(tmp_path: Path) -> str:
    path = tmp_path / "run.mcusim"
    make_result().save(path)
    return str(path)


def test_limits_that_hold_exit_0(shell: Shell) -> None:
    time_and_energy = ("--max-latency", "20ms", "--max-energy", "1mJ")
    memory = ("--max-ram", "64kB", "--max-flash", "256kB")
    outcome = shell("check", "model.elf", *BOARD, *time_and_energy, *memory)
    assert outcome.status == 0
    assert [line.split()[0] for line in outcome.out.splitlines()] == ["PASS"] * 5


def test_a_broken_limit_exits_1(shell: Shell) -> None:
    outcome = shell("check", "model.elf", *BOARD, "--max-latency", "14.5ms", "--max-ram", "64kB")
    assert outcome.status == 1
    assert "FAIL  latency  14.9 ms" in outcome.out


def test_a_failed_run_exits_1(shell: Shell) -> None:
    shell.engine.result = make_faulted_result()
    assert shell("check", "model.elf", *BOARD, "--max-ram", "64kB").status == 1


def test_an_interrupted_run_exits_130(shell: Shell) -> None:
    shell.engine.result = make_result(outcome="stopped", exit_code=None)
    assert shell("check", "model.elf", *BOARD, "--max-ram", "64kB").status == 130


def test_a_saved_result_needs_neither_board_nor_run(saved: str, shell: Shell) -> None:
    assert shell("check", saved, "--max-latency", "20ms").status == 0
    assert shell.engine.calls == []


def test_a_saved_result_takes_a_battery(saved: str, shell: Shell) -> None:
    battery = ("--battery", "cr2032", "--every", "10s")
    outcome = shell("check", saved, "--min-life", "1y", *battery)
    assert "PASS  life" in outcome.out
    assert shell("check", saved, "--min-life", "50y", *battery).status == 1


def test_options_that_a_saved_result_cannot_follow_are_refused(saved: str, shell: Shell) -> None:
    outcome = shell("check", saved, "--max-latency", "20ms", "--clock", "32MHz")
    assert outcome.status == 2
    assert "--clock changes a run" in outcome.err


def test_nothing_to_check_is_said_before_the_run(shell: Shell) -> None:
    outcome = shell("check", "model.elf", *BOARD)
    assert outcome.status == 2
    assert "--max-latency 20ms" in outcome.err
    assert shell.engine.calls == []


def test_a_life_without_battery_is_refused_before_the_run(shell: Shell) -> None:
    outcome = shell("check", "model.elf", *BOARD, "--min-life", "1y")
    assert outcome.status == 2
    assert "--battery" in outcome.err
    assert shell.engine.calls == []


def test_json_has_every_check(shell: Shell) -> None:
    outcome = shell("check", "model.elf", *BOARD, "--max-ram", "64kB", "--json")
    verdict = json.loads(outcome.out)
    assert verdict["passed"] is True
    (check,) = verdict["checks"]
    assert (check["name"], check["value"], check["limit"]) == ("RAM", 12584, 65536)
    assert check["margin"] == 65536 - 12584
