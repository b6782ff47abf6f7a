"""CLOCK, POWER, FICR and UICR by firmware; times by the Product Specification."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from firmware_lab import BOARD, build, execute, reports
from intelhex import IntelHex

import mcusim
from mcusim.boards import load_board
from mcusim.errors import FirmwareError
from mcusim.firmware import load_firmware

START_BOTH = """
uint32_t began = cycles();
TASK(CLOCK, 0x000);
report("before", REG(CLOCK + 0x40C));
WAIT(CLOCK, 0x100);
report("hfxo", cycles() - began);
report("after", REG(CLOCK + 0x40C));
REG(CLOCK + 0x518) = {source};
began = cycles();
TASK(CLOCK, 0x008);
WAIT(CLOCK, 0x104);
report("lfclk", cycles() - began);
report("lfstat", REG(CLOCK + 0x418));
"""


@pytest.mark.parametrize(("source", "start_s"), [(0, 600e-6), (1, 0.25)])
def test_clocks_start_after_their_time(source: int, start_s: float, tmp_path: Path) -> None:
    _, found = execute(tmp_path, START_BOTH.format(source=source))
    assert found["before"] == [1 << 16]
    assert found["after"] == [1 << 16 | 1]
    assert found["hfxo"][0] / 64e6 == pytest.approx(360e-6, abs=2e-6)
    assert found["lfclk"][0] / 64e6 == pytest.approx(start_s, abs=2e-6)
    assert found["lfstat"] == [1 << 16 | source]


FROM_LFRC_TO_LFXO = """
REG(CLOCK + 0x518) = 0;
TASK(CLOCK, 0x008);
WAIT(CLOCK, 0x104);
REG(CLOCK + 0x104) = 0;
REG(CLOCK + 0x518) = 1;
uint32_t began = cycles();
TASK(CLOCK, 0x008);
report("at once", REG(CLOCK + 0x418));
TASK(CLOCK, 0x008);
WAIT(CLOCK, 0x104);
report("lfclk", cycles() - began);
report("then", REG(CLOCK + 0x418));
"""


def test_the_low_frequency_clock_changes_its_source_while_it_runs(tmp_path: Path) -> None:
    """So Zephyr has LFRC until the crystal is ready (clock_control_nrf.c, lfclk_spinwait)."""
    _, found = execute(tmp_path, FROM_LFRC_TO_LFXO)
    assert found["at once"] == [1 << 16]
    assert found["lfclk"][0] / 64e6 == pytest.approx(0.25, abs=2e-6)
    assert found["then"] == [1 << 16 | 1]


def test_system_off_ends_the_run(tmp_path: Path) -> None:
    body = 'REG(POWER + 0x51C) = 0x5A;\nreport("gp", REG(POWER + 0x51C));\n'
    body += 'REG(POWER + 0x500) = 1;\nfor (;;) __asm volatile("wfe");'
    result, found = execute(tmp_path, body)
    assert found["gp"] == [0x5A]
    assert result.outcome == "exited"
    assert "system-off for good" in result.reason
    assert "SENSE" in result.reason
    assert result.time_s < 0.001


WORK = 'for (int i = 0; i < 100000; i++) __asm volatile("nop");\n'


def test_dcdcen_chooses_the_regulator(tmp_path: Path) -> None:
    never, _ = execute(tmp_path, "REG(POWER + 0x51C) = 1;\n" + WORK)
    on, _ = execute(tmp_path, "REG(POWER + 0x578) = 1;\n" + WORK)
    off, _ = execute(tmp_path, "REG(POWER + 0x578) = 0;\n" + WORK)
    regulators = [result.board.regulator for result in (never, on, off)]
    assert regulators == ["dcdc", "dcdc", "ldo"], "the board's, where the firmware chooses none"
    assert on.energy.energy_j == pytest.approx(never.energy.energy_j, rel=0.01)
    # 6.2 mA and 3.3 mA for CoreMark.
    assert off.energy.energy_j / on.energy.energy_j == pytest.approx(6.2 / 3.3, rel=0.05)
    assert not never.warnings + on.warnings + off.warnings


def test_a_regulator_forced_by_the_user_stays(tmp_path: Path) -> None:
    elf = build(tmp_path, "REG(POWER + 0x578) = 0;\n" + WORK)
    result = mcusim.run(elf, board=BOARD, regulator="dcdc")
    assert result.board.regulator == "dcdc"
    assert any("--regulator dcdc" in warning for warning in result.warnings)


def test_dcdc_without_an_inductor_is_said(tmp_path: Path) -> None:
    board = replace(load_board(BOARD), regulator="ldo", has_dcdc=False)
    elf = build(tmp_path, "REG(POWER + 0x578) = 1;\n" + WORK)
    result = mcusim.run(elf, board=board)
    assert result.board.regulator == "ldo"
    assert any("no inductor" in warning for warning in result.warnings)


def test_the_chip_says_what_it_is(tmp_path: Path) -> None:
    body = (
        'report("part", REG(FICR + 0x100));\nreport("bytes", REG(FICR + 0x10) * REG(FICR + 0x14));'
    )
    body += '\nreport("ram", REG(FICR + 0x10C));\nreport("customer", REG(UICR + 0x080));'
    body += '\nreport("errata", REG(FICR + 0x130));'
    body += '\nreport("half", *(volatile uint16_t *)(FICR + 0x102));'
    _, found = execute(tmp_path, body)
    assert found["part"] == [0x52840]
    assert found["bytes"] == [1 << 20]
    assert found["ram"] == [256]
    assert found["customer"] == [0xFFFFFFFF]
    assert found["errata"] == [8]
    assert found["half"] == [5]


def as_hex(elf: Path) -> IntelHex:
    image = IntelHex()
    for segment in load_firmware(elf).segments:
        image.frombytes(segment.data, segment.address)
    return image


@pytest.mark.parametrize(("board", "uicr"), [("nrf52840", 0x10001000), ("nrf5340", 0x00FF8000)])
def test_an_image_holds_words_of_uicr(board: str, uicr: int, tmp_path: Path) -> None:
    read = "REG({:#x})"
    body = f'report("customer", {read.format(uicr + 0x80)});'
    body += f'\nreport("next", {read.format(uicr + 0x84)});'
    elf = build(tmp_path, body, board=board)
    image = as_hex(elf)
    plain = mcusim.run(elf, board=board)
    image.frombytes(b"\x78\x56\x34\x12\xff\xff\x0b", uicr + 0x80)
    path = tmp_path / "main.hex"
    image.write_hex_file(str(path))
    result = mcusim.run(path, board=board)
    assert reports(result) == {"customer": [0x12345678], "next": [0xFF0BFFFF]}
    assert reports(plain)["customer"] == [0xFFFFFFFF]
    assert result.memory.flash_bytes == plain.memory.flash_bytes


def test_what_lies_beyond_uicr_is_refused(tmp_path: Path) -> None:
    image = as_hex(build(tmp_path, ""))
    image.frombytes(bytes(8), 0x10001FFC)
    path = tmp_path / "main.hex"
    image.write_hex_file(str(path))
    with pytest.raises(
        FirmwareError, match=r"0x10001FFC\.\.0x10002003.*outside the board's memory"
    ):
        mcusim.run(path, board="nrf52840")
