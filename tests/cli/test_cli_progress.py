"""The progress bar: only on a terminal, only after a second, only on standard error."""

from __future__ import annotations

import io
from contextlib import redirect_stderr

import pytest

from mcusim.cli.progress import Progress
from tests.cli.fake_engine import Shell


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "100")
    return Terminal()


def drive(progress: Progress, wall_s: float) -> None:
    with progress:
        progress.update(cycles=10**8, instructions=8 * 10**7, time_s=2.5, wall_s=wall_s)


def test_a_long_run_shows_time_rate_and_what_is_left(terminal: Terminal) -> None:
    with redirect_stderr(terminal):
        drive(Progress(enabled=True, max_time_s=10.0, max_instructions=None), wall_s=2.0)
    shown = terminal.getvalue()
    assert "2.50 s simulated" in shown
    assert "40 MIPS" in shown
    assert "at most 6 s left" in shown


def test_without_a_limit_it_shows_the_time_elapsed(terminal: Terminal) -> None:
    with redirect_stderr(terminal):
        drive(Progress(enabled=True, max_time_s=None, max_instructions=None), wall_s=2.0)
    assert "2 s elapsed" in terminal.getvalue()


def test_a_short_run_shows_nothing(terminal: Terminal) -> None:
    with redirect_stderr(terminal):
        drive(Progress(enabled=True, max_time_s=10.0, max_instructions=None), wall_s=0.9)
    assert terminal.getvalue() == ""


def test_a_pipe_shows_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    drive(Progress(enabled=True, max_time_s=10.0, max_instructions=None), wall_s=5.0)
    assert capsys.readouterr() == ("", "")


def test_the_nearer_limit_counts() -> None:
    progress = Progress(enabled=True, max_time_s=10.0, max_instructions=1000)
    assert progress.share(instructions=900, time_s=1.0) == 0.9
    assert progress.share(instructions=100, time_s=5.0) == 0.5
    assert progress.share(instructions=2000, time_s=50.0) == 1.0


def test_quiet_runs_have_no_bar(shell: Shell, terminal: Terminal) -> None:
    shell.engine.during = lambda update: update(1, 1, 0.1, 60.0)
    with redirect_stderr(terminal):
        shell("run", "model.elf", "--board", "nrf52840", "--quiet")
    assert "MIPS" not in terminal.getvalue()
    with redirect_stderr(terminal):
        shell("run", "model.elf", "--board", "nrf52840")
    assert "MIPS" in terminal.getvalue()
