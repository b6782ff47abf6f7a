"""`mcusim boards`, `batteries` and `completion`: what may be typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mcusim.boards import board_names
from mcusim.power import battery_names
from tests.cli.fake_engine import Shell


def test_all_boards_are_listed(shell: Shell) -> None:
    lines = shell("boards").out.splitlines()
    assert [line.split()[0] for line in lines[1:]] == board_names()
    assert [row["name"] for row in json.loads(shell("boards", "--json").out)] == board_names()


@pytest.mark.parametrize("name", board_names())
def test_every_board_shows_its_numbers_with_sources(name: str, shell: Shell) -> None:
    outcome = shell("boards", "show", name)
    assert outcome.status == 0
    assert "sleep current" in outcome.out
    assert "[1]" in outcome.out
    details = json.loads(shell("boards", "show", name, "--json").out)
    assert {"group", "key", "value", "grade", "source"} == set(details[0])


def test_a_wrong_board_gets_a_near_name(shell: Shell) -> None:
    outcome = shell("boards", "show", "nrf52480")
    assert outcome.status == 2
    assert "did you mean nrf52840" in outcome.err


def test_validate_names_the_kind_or_the_problem(shell: Shell, tmp_path: Path) -> None:
    bad = tmp_path / "mine.toml"
    bad.write_text('name = "mine"\ncolour = "red"\n')
    outcome = shell("boards", "validate", str(bad))
    assert outcome.status == 2
    lines = outcome.err.splitlines()
    assert lines[0].endswith("mine.toml:2: colour: unknown key; did you mean `clock_source`?")
    assert [line for line in lines if "chip: is missing" in line]
    assert shell("boards", "validate", str(tmp_path / "none.toml")).status == 2


def test_validate_accepts_a_shipped_board(shell: Shell) -> None:
    from mcusim.boards.paths import board_path

    outcome = shell("boards", "validate", str(board_path("nrf52840")))
    assert outcome.status == 0
    assert outcome.out.endswith("a valid board file\n")


def test_all_batteries_are_listed(shell: Shell) -> None:
    lines = shell("batteries").out.splitlines()
    assert [line.split()[0].split(":")[0] for line in lines[1:]] == battery_names()
    rows = json.loads(shell("batteries", "--json").out)
    assert [row["name"] for row in rows] == battery_names()


@pytest.mark.parametrize("name", ["bash", "zsh", "fish"])
def test_completion_scripts_call_mcusim(name: str, shell: Shell) -> None:
    outcome = shell("completion", name)
    assert outcome.status == 0
    assert "_MCUSIM_COMPLETE" in outcome.out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("mcusim r", {"run"}),
        ("mcusim run x.elf --board nrf", {"nrf52840", "nrf5340"}),
        ("mcusim boards show nucleo-l", {"nucleo-l4r5zi"}),
        ("mcusim run x.elf --battery cr2", {"cr2032", "cr2450"}),
        ("mcusim check x.elf --max-l", {"--max-latency"}),
    ],
)
def test_names_are_completed(words: str, expected: set[str]) -> None:
    from click.shell_completion import BashComplete

    from mcusim.cli.app import cli

    *before, incomplete = words.split()[1:]
    completer = BashComplete(cli, {}, "mcusim", "_MCUSIM_COMPLETE")
    found = {item.value for item in completer.get_completions(before, incomplete)}
    assert found == expected
