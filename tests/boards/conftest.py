"""Fixtures for board files."""

from __future__ import annotations

from pathlib import Path

import pytest
from own_board_files import OwnBoard

from mcusim.boards.paths import board_path, data_root


@pytest.fixture
def own_board(tmp_path: Path) -> OwnBoard:
    """The nRF52840 DK as a user's own files."""
    board, chip = tmp_path / "board.toml", tmp_path / "chip.toml"
    board.write_text(board_path("nrf52840").read_text(encoding="utf-8"), encoding="utf-8")
    shipped_chip = data_root() / "chips" / "nrf52840.toml"
    chip.write_text(shipped_chip.read_text(encoding="utf-8"), encoding="utf-8")
    return OwnBoard(board, chip).change_board('chip = "nrf52840"', 'chip = "chip.toml"')
