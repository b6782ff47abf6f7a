"""Registers of every Arm board, written at random: each run has an outcome, twice the same."""

from __future__ import annotations

from pathlib import Path
from random import Random

import pytest
from register_noise import noise

import mcusim
from mcusim.boards import board_names, load_board

BOARDS = [name for name in board_names() if load_board(name).chip.riscv is None]
IMAGES = 3


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
@pytest.mark.parametrize("name", BOARDS)
def test_register_noise_ends_in_an_outcome(name: str, fidelity: str, tmp_path: Path) -> None:
    board = load_board(name)
    random = Random(f"{name} {fidelity}")
    path = tmp_path / "noise.elf"
    for number in range(IMAGES):
        path.write_bytes(noise(board, random))
        first, second = (
            mcusim.run(
                path, board=board, fidelity=fidelity, max_time_s=0.1, max_instructions=50_000
            )
            for _ in range(2)
        )
        assert first.outcome in ("exited", "fault", "limit"), number
        assert first.instructions > 100, number
        assert first.to_json() == second.to_json(), number
    assert list(tmp_path.iterdir()) == [path]
