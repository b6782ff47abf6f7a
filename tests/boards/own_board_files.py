"""A user's own board: files that a test may break."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mcusim.boards import Board, load_board


@dataclass
class OwnBoard:
    """A board file beside its chip file, edited as text."""

    board: Path
    chip: Path

    def change_board(self, old: str, new: str) -> OwnBoard:
        return self._change(self.board, old, new)

    def change_chip(self, old: str, new: str) -> OwnBoard:
        return self._change(self.chip, old, new)

    def load(self) -> Board:
        return load_board(self.board)

    def _change(self, path: Path, old: str, new: str) -> OwnBoard:
        text = path.read_text(encoding="utf-8")
        assert old in text, f"{old!r} is not in {path.name}"
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        return self
