"""Loads of a board: radio states that the firmware marks, things that a pin switches."""

from __future__ import annotations

from pathlib import Path

import nrf53
import pytest
from firmware_lab import build

import mcusim
from mcusim.boards.paths import board_path, data_root
from mcusim.boards.validation import examine

MARKERS = "#define MARK(value) REG(0xE000007C) = (value)\n#define BEGIN 0x80000000u\n"
TX, RX = 0x53400001, 0x53400002


def test_the_radio_draws_between_its_markers(tmp_path: Path) -> None:
    body = f"""
MARK(BEGIN | {TX}u);
spend(10000);
MARK({TX}u);
spend(5000);
MARK(BEGIN | {RX}u);
spend(20000);
MARK({RX}u);
MARK(BEGIN | 7);
spend(100);
MARK(7);
"""
    result, _ = nrf53.run(tmp_path, body, MARKERS)
    rows = {row.state: row for row in result.energy.device_states}
    assert set(rows) == {"tx 0 dBm", "rx"}
    assert rows["rx"].time_s == pytest.approx(2 * rows["tx 0 dBm"].time_s, rel=1e-2)
    for row, current_a in ((rows["tx 0 dBm"], 3.4e-3), (rows["rx"], 2.7e-3)):
        assert row.device == "radio"
        assert row.energy_j == pytest.approx(3.0 * current_a * row.time_s, rel=1e-6)
    assert result.energy.breakdown_j["radio"] == pytest.approx(
        sum(r.energy_j for r in rows.values())
    )
    assert [region.name for region in result.regions] == ["marker 7"]


def test_another_state_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    body = f"""
MARK(BEGIN | {TX}u);
spend(1000);
MARK(BEGIN | {RX}u);
spend(1000);
MARK({TX}u);
spend(1000);
MARK({RX}u);
"""
    result, _ = nrf53.run(tmp_path, body, MARKERS)
    rows = {row.state: row for row in result.energy.device_states}
    assert rows["rx"].time_s == pytest.approx(2 * rows["tx 0 dBm"].time_s, rel=0.05)


LOAD = """
[[load]]
name = "microphone"
pin = "P0.13"
supply_v = 3.0
typical_a = 0.6e-3
maximum_a = 0.9e-3
source = "this test"
grade = "published"
"""


def board_with(load: str, folder: Path) -> Path:
    file = folder / "board.toml"
    chip = data_root() / "chips" / "nrf52840.toml"
    text = board_path("nrf52840").read_text(encoding="utf-8")
    file.write_text(text.replace('"nrf52840"\n\nclock', f'"{chip}"\n\nclock') + load)
    return file


def test_a_pin_switches_a_load(tmp_path: Path) -> None:
    board = board_with(LOAD, tmp_path)
    body = """
REG(P0 + 0x518) = 1u << 13;
REG(P0 + 0x508) = 1u << 13;
for (volatile int i = 0; i < 1000; ++i) continue;
REG(P0 + 0x50C) = 1u << 13;
for (volatile int i = 0; i < 1000; ++i) continue;
"""
    result = mcusim.run(build(tmp_path, body), board=str(board))
    (row,) = result.energy.device_states
    assert (row.device, row.state, row.grade) == ("microphone", "on", "published")
    assert 0.4 < row.time_s / result.time_s < 0.6
    assert row.energy_j == pytest.approx(row.time_s * 3.0 * 0.6e-3, rel=1e-6)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('pin = "P0.13"', "", "needs a pin or a marker, and not both; give one of them"),
        ('pin = "P0.13"', 'pin = "P0.13"\nmarker = 3', "needs a pin or a marker"),
        ('pin = "P0.13"', 'pin = "LED1"', "'LED1' is not a pin; write P0.13 or PA5"),
        ('pin = "P0.13"', "marker = 0x80000001", "has more than 31 bits"),
        ('"microphone"', '"uart0"', "'uart0' is a device of the chip; rename it"),
        ('"this test"', '""', "is empty; name the document of the current"),
        ("0.6e-3", "600", "did you mean 600e-3?"),
    ],
)
def test_an_impossible_load_is_refused(old: str, new: str, message: str, tmp_path: Path) -> None:
    lines = examine(board_with(LOAD.replace(old, new, 1), tmp_path)).lines()
    assert any(message in line for line in lines), lines


def test_two_loads_need_two_switches(tmp_path: Path) -> None:
    lines = examine(board_with(LOAD + LOAD, tmp_path)).lines()
    assert any("is switched by what switches another load" in line for line in lines)
