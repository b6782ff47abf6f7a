"""The page about the command line says what the commands say."""

from __future__ import annotations

import inspect
import re
import shlex

import click
import pytest

from mcusim.cli.app import cli
from mcusim.cli.options import SIMULATION
from tests.cli.reference import PAGE, page

TEXT = PAGE.read_text(encoding="utf-8")


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


def test_the_engine_takes_every_option_of_a_run() -> None:
    from mcusim import api

    assert set(SIMULATION) <= set(inspect.signature(api.run).parameters)
