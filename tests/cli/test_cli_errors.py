"""What goes wrong is one line and an exit status; a traceback only when it is asked for."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from mcusim.errors import InternalError
from tests.cli.fake_engine import Shell
from tests.report.factory import make_result

RUN = ("run", "model.elf", "--board", "nrf52840")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["rnu"], "did you mean 'run'?"),
        (["boards", "shwo"], "did you mean 'show'?"),
        (["xyzzy"], "there are run, show"),
        (["run", "x.elf", "--bord", "y"], "did you mean '--board'?"),
        (["--jsn"], "no option '--jsn'"),
        (["run"], "missing argument 'FIRMWARE'"),
        (["plot", "x.mcusim", "-o", "y.png", "--kind", "pie"], "'power', 'components'"),
    ],
)
def test_wrong_use_is_one_line_with_the_nearest_name(
    arguments: list[str], message: str, shell: Shell
) -> None:
    outcome = shell(*arguments)
    assert outcome.status == 2
    assert message in outcome.err
    assert outcome.err.startswith("mcusim: ")
    assert outcome.err.count("\n") == 1
    assert outcome.out == ""


@pytest.mark.parametrize(
    "error", [InternalError("no such block"), ZeroDivisionError("division by zero")]
)
def test_our_own_faults_ask_for_a_report(error: Exception, shell: Shell) -> None:
    shell.engine.result = error
    outcome = shell(*RUN)
    assert outcome.status == 70
    assert str(error) in outcome.err
    assert "mcusim --debug" in outcome.err
    assert "Traceback" not in outcome.err
    assert outcome.err.count("\n") == 1


def test_debug_shows_the_traceback(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    shell.engine.result = ZeroDivisionError("division by zero")
    assert "Traceback" in shell("--debug", *RUN).err
    monkeypatch.setenv("MCUSIM_DEBUG", "1")
    assert "Traceback" in shell(*RUN).err


def test_mcusim_alone_shows_what_there_is(shell: Shell) -> None:
    outcome = shell()
    assert outcome.status == 2
    assert "Commands:" in outcome.err


@pytest.mark.parametrize(
    "command",
    [[], ["run"], ["show"], ["plot"], ["check"], ["boards"], ["batteries"], ["completion"]],
)
def test_every_help_has_an_example(command: list[str], shell: Shell) -> None:
    outcome = shell(*command, "--help")
    assert outcome.status == 0
    assert "Example:\n    " in outcome.out
    assert max(map(len, outcome.out.splitlines())) <= 100


def test_version(shell: Shell) -> None:
    from mcusim import __version__

    assert shell("--version").out == f"mcusim {__version__}\n"


def test_limits_of_the_help_are_those_of_the_engine(shell: Shell) -> None:
    from mcusim import api

    text = shell("run", "--help").out
    assert f"({api.DEFAULT_MAX_TIME_S:g}s without)" in " ".join(text.split())
    assert api.DEFAULT_MAX_INSTRUCTIONS == 5e9
    assert "(5e9 without)" in " ".join(text.split())


def python(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-P", *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **environment},
    )


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "run.mcusim"
    # Longer than the pipe holds, so that writing must meet its closed end.
    make_result(output="x" * 2_000_000).save(path)
    # Unbuffered, Python itself takes a write that was cut short for a success.
    process = python("-m", "mcusim", "show", str(path), "--json", PYTHONUNBUFFERED="")
    assert process.stdout is not None
    process.stdout.read(10)
    process.stdout.close()
    assert process.stderr is not None
    assert process.stderr.read() == ""
    process.stderr.close()
    assert process.wait() == 141


def test_a_terminal_without_blocks_still_gets_its_report(tmp_path: Path) -> None:
    path = tmp_path / "run.mcusim"
    make_result().save(path)
    process = python("-m", "mcusim", "show", str(path), PYTHONIOENCODING="latin-1")
    out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert "flash     ????" in out


def test_the_command_line_loads_nothing_heavy(tmp_path: Path) -> None:
    path = tmp_path / "run.mcusim"
    make_result().save(path)
    heavy = "numpy matplotlib rich.progress pandas mcusim.api asyncio"
    script = (
        "import sys\nfrom mcusim.cli import main\n"
        f"status = main(['show', {str(path)!r}])\n"
        f"print([m for m in {heavy!r}.split() if m in sys.modules], file=sys.stderr)\n"
        "sys.exit(status)"
    )
    out, err = python("-c", script).communicate()
    assert "One inference" in out
    assert err.strip() == "[]"
