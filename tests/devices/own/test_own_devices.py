"""Devices of the user, values for registers that nothing models, and what is said of such."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "nordic"))

from firmware_lab import build, reports

import mcusim
from mcusim.errors import BoardError, UsageError

DOCS = Path(__file__).resolve().parents[3] / "docs" / "adding-a-device.md"
READ = """
REG(0x40034000) = 1;
uint32_t began = cycles();
while (!REG(0x40034004)) {}
began = cycles() - began;
report("value", REG(0x40034008));
report("cycles", began);
"""
SVD = """<device><peripherals><peripheral><name>NFCT</name><baseAddress>0x40005000</baseAddress>
<registers><register><dim>4</dim><dimIncrement>4</dimIncrement><name>PART[%s]</name>
<addressOffset>0x400</addressOffset></register></registers></peripheral>
<peripheral derivedFrom="NFCT"><name>NFCT2</name><baseAddress>0x40015000</baseAddress></peripheral>
</peripherals></device>"""
BOARD = """
name = "mine"
title = "Mine"
chip = "nrf52840"
clock_hz = 64e6
clock_source = "PS"
supply_v = 3.0
supply_source = "PS"
regulator = "dcdc"
regulator_source = "PS"
"""
DEVICE = """
[[device]]
name = "indoor"
type = "thermometer"
base = 0x40034000
source = "own"
grade = "assumed"
"""


@pytest.fixture
def thermometer(tmp_path: Path) -> Path:
    """The device of the documentation."""
    code = DOCS.read_text().split("```python\n", 1)[1].split("```", 1)[0]
    path = tmp_path / "thermometer.py"
    path.write_text(code)
    return path


def test_the_device_of_the_documentation_works(tmp_path: Path, thermometer: Path) -> None:
    result = mcusim.run(build(tmp_path, READ), board="nrf52840", devices=[thermometer])
    found = reports(result)
    assert found["value"] == [215]
    assert found["cycles"][0] / 64e6 == pytest.approx(2e-3, rel=0.01)
    assert result.warnings == []


def test_a_board_file_places_a_device(tmp_path: Path, thermometer: Path) -> None:
    thermometer.write_text(thermometer.read_text().replace("    address = 0x40034000\n", ""))
    board = tmp_path / "mine.toml"
    board.write_text(BOARD + DEVICE)
    elf = build(tmp_path, READ)
    found = reports(mcusim.run(elf, board=str(board), devices=[thermometer]))
    assert found["value"] == [215]
    with pytest.raises(BoardError, match="unknown type 'thermometer'"):
        mcusim.run(elf, board=str(board))


def test_a_wait_for_nothing_is_named_and_can_be_answered(tmp_path: Path) -> None:
    svd = tmp_path / "chip.svd"
    svd.write_text(SVD)
    body = "REG(0x40005400) = 3;\nwhile (!REG(0x40005404)) {}\n"
    elf = build(tmp_path, body)
    result = mcusim.run(elf, board="nrf52840", svd=svd, max_time_s=1e-3)
    assert result.outcome == "limit"
    wait, block = result.warnings
    assert "in main (" in wait
    assert "waits for 0x40005404 (NFCT.PART[1])" in wait
    assert "[[poll]]" in wait
    assert block.startswith("write to 0x40005400 (NFCT.PART[0]) at 0x")
    assert "nearest: spim-twim1 at 0x40004000" in block
    board = tmp_path / "mine.toml"
    board.write_text(BOARD + "[[poll]]\naddress = 0x40005404\nvalues = [0, 0, 1]\n")
    result = mcusim.run(elf, board=str(board))
    assert result.outcome == "exited"
    assert len(result.warnings) == 1


@pytest.mark.parametrize(
    ("text", "said"),
    [("x = 1", "defines no device"), ("1 / 0", "ZeroDivisionError"), (None, "no such file")],
)
def test_a_wrong_device_file_is_refused(text: str | None, said: str, tmp_path: Path) -> None:
    path = tmp_path / "device.py"
    if text is not None:
        path.write_text(text)
    with pytest.raises(UsageError, match=said):
        mcusim.run(build(tmp_path, ""), board="nrf52840", devices=[path])


def test_a_wrong_svd_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "chip.svd"
    path.write_text("<device/>")
    with pytest.raises(UsageError, match="no peripherals"):
        mcusim.run(build(tmp_path, ""), board="nrf52840", svd=path)
