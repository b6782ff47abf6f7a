"""What docs/adding-a-board.md shows is taken out of the page, checked and run."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner

import mcusim
from mcusim.boards import load_board
from mcusim.cli.app import cli

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "adding-a-board.md"
PREBUILT = ROOT / "firmware_samples" / "prebuilt"
FILES = re.compile(r"```toml\n# (\S+\.toml)\n(.*?)```", re.DOTALL)


@pytest.fixture
def files(tmp_path: Path) -> dict[str, Path]:
    """The files of the page, in a folder of their own."""
    found = {}
    for name, text in FILES.findall(PAGE.read_text(encoding="utf-8")):
        found[name] = tmp_path / name
        found[name].write_text(text, encoding="utf-8")
    return found


@pytest.mark.parametrize("name", ["sensor-node.toml", "stm32l476.toml", "nucleo-l476rg.toml"])
def test_the_pages_files_are_valid(files: dict[str, Path], name: str) -> None:
    done = CliRunner().invoke(cli, ["boards", "validate", str(files[name])])
    assert done.exit_code == 0, done.output


def test_firmware_runs_on_the_pages_board(files: dict[str, Path]) -> None:
    result = mcusim.run(PREBUILT / "hello-nrf52840.elf", board=str(files["sensor-node.toml"]))
    assert result.outcome == "exited"
    assert "accelerometer" in str(result.energy.basis)


def test_the_pages_chip_takes_the_clock_and_console_of_its_board(files: dict[str, Path]) -> None:
    board = load_board(str(files["nucleo-l476rg.toml"]))
    assert (board.clock_hz, board.wait_states(), board.console) == (80e6, 4, "usart2")


def test_the_overhead_of_the_page_counts(files: dict[str, Path]) -> None:
    board = load_board(str(files["sensor-node.toml"]))
    assert [row.name for row in board.overhead] == ["accelerometer"]
