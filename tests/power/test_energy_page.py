"""docs/energy.md shows numbers; here they are computed again."""

from __future__ import annotations

from pathlib import Path

import mcusim
from mcusim.boards import board_names, load_board
from mcusim.power import anchor_table

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "energy.md"
PREBUILT = ROOT / "firmware_samples" / "prebuilt"


def test_the_table_of_anchors_is_what_the_model_gives():
    boards = [load_board(name) for name in board_names()]
    each = [
        board.with_regulator(regulator)
        for board in boards
        for regulator in sorted({row.regulator for row in board.chip.power.run})
    ]
    table = anchor_table(each)
    assert table in PAGE.read_text(encoding="utf-8"), f"put this into {PAGE.name}:\n{table}"


def test_the_figures_of_our_own_firmwares_are_what_a_run_gives():
    text = PAGE.read_text(encoding="utf-8")
    mix = mcusim.run(PREBUILT / "coremix-nrf52840.elf", board="nrf52840").energy
    assert (
        f"from flash (our code, of CoreMark's kind) | {1e3 * mix.average_current_a:.2f} mA" in text
    )
    run = mcusim.run(PREBUILT / "digits-nucleo-l4r5zi.elf", board="nucleo-l4r5zi", supply_v=1.8)
    energy = run.energy
    ends = [
        1e3 * j / run.time_s for j in (energy.energy_j, energy.energy_low_j, energy.energy_high_j)
    ]
    assert "{:.1f} mW, band {:.1f} to {:.1f}".format(*ends) in text
