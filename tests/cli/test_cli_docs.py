"""The page about the command line says what the commands say."""

from __future__ import annotations

import inspect
import re
import shlex

import click
import pytest

from mcusim.cli.app import cli, main
from mcusim.cli.options import SIMULATION
from tests.cli.reference import PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")
MODEL = PAGE.parents[1] / "firmware_samples/prebuilt/digits-nrf52840.elf"
SHOWN = re.findall(r"```text\n(digits-nrf52840.elf on .*?|PASS .*?)```", TEXT, re.DOTALL)


def test_the_reference_is_that_of_the_commands() -> None:
    # Versions of click break lines differently.
    assert page().split() == TEXT.split(), "run: python -m tests.cli.reference"


@pytest.mark.parametrize("line", sorted(set(re.findall(r"^mcusim .*$", TEXT, re.MULTILINE))))
def test_every_example_of_the_page_has_options_that_there_are(line: str) -> None:
    _, name, *words = shlex.split(line)
    command = cli.get_command(click.Context(cli), name)
    assert command is not None
    known = {flag for parameter in command.params for flag in parameter.opts}
    assert {word for word in words if word.startswith("-")} <= known


@pytest.mark.parametrize(("number", "command"), [(0, "run"), (1, "check")])
def test_what_the_page_shows_is_what_the_first_command_prints(
    number: int, command: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    line = re.search(rf"^mcusim {command} model.elf .*$", TEXT, re.MULTILINE)
    assert line is not None
    main([str(MODEL) if word == "model.elf" else word for word in shlex.split(line[0])[1:]])
    printed, shown = (
        [row.split() for row in text.splitlines() if row]
        for text in (capsys.readouterr().out, SHOWN[number])
    )
    assert printed[: len(shown)] == shown


def test_the_engine_takes_every_option_of_a_run() -> None:
    from mcusim import api

    assert set(SIMULATION) <= set(inspect.signature(api.run).parameters)
