"""Option bytes: the delivery state, what a board or a user programs, the flash that follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcusim.boards import load_board
from mcusim.boards.paths import board_path, chip_path
from mcusim.errors import BoardError, UsageError

NUCLEO = load_board("nucleo-l4r5zi")
DELIVERED, SINGLE_BANK = 0xFFEFF8AA, 0xFFAFF8AA
SOURCE = 'source = "my programmer"\ngrade = "measured"\n'


def own_nucleo(folder: Path, board_lines: str = "", old: str = "", new: str = "") -> Path:
    """A board file of the user's with more lines, beside a chip file with one change."""
    shipped = board_path("nucleo-l4r5zi")
    chip = chip_path("stm32l4r5", shipped).read_text()
    assert old in chip
    (folder / "chip.toml").write_text(chip.replace(old, new, 1))
    text = shipped.read_text().replace('chip = "stm32l4r5"', 'chip = "chip.toml"')
    path = folder / "mine.toml"
    path.write_text(f"{text}\n{board_lines}")
    return path


def test_the_nucleo_is_in_the_delivery_state() -> None:
    assert NUCLEO.option_bytes("optr") == DELIVERED
    assert NUCLEO.chip.flash_timing.read_bytes == 8
    assert NUCLEO.option_bytes("wrp1ar") is None


@pytest.mark.parametrize("values", [{"dbank": 0}, {"optr": SINGLE_BANK}])
def test_a_bit_or_a_register_chooses_single_bank(values: dict[str, int]) -> None:
    board = NUCLEO.with_option_bytes(values)
    assert board.option_bytes("optr") == SINGLE_BANK
    assert board.chip.flash_timing.read_bytes == 16
    assert NUCLEO.chip.flash_timing.read_bytes == 8, "the shipped board stays as it is"
    assert board.with_option_bytes({"dbank": 1}).chip.flash_timing == NUCLEO.chip.flash_timing


def test_a_board_file_programs_option_bytes(tmp_path: Path) -> None:
    lines = f'[[option_bytes]]\nname = "dbank"\nvalue = 0\n{SOURCE}'
    board = load_board(own_nucleo(tmp_path, lines))
    assert board.chip.flash_timing.read_bytes == 16
    (register,) = board.chip.option_bytes
    assert (register.source, register.grade) == ("my programmer", "measured")


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"dbnak": 0}, "has no option bytes 'dbnak'; choose one of dbank"),
        ({"dbank": 2}, "dbank = 0x2 doesn't fit; use 0 to 0x1"),
        ({"optr": 1 << 32}, "optr = 0x100000000 doesn't fit; use 0 to 0xffffffff"),
    ],
)
def test_what_a_chip_lacks_is_refused(values: dict[str, int], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        NUCLEO.with_option_bytes(values)


def test_a_chip_without_option_bytes_says_so() -> None:
    with pytest.raises(UsageError, match="nRF52840 has no option bytes in its chip file"):
        load_board("nrf52840").with_option_bytes({"dbank": 0})


def test_a_board_file_with_unknown_option_bytes_is_refused(tmp_path: Path) -> None:
    lines = f'[[option_bytes]]\nname = "nboot"\nvalue = 0\n{SOURCE}'
    with pytest.raises(BoardError, match=r"option_bytes\[0\]: .*no option bytes 'nboot'"):
        load_board(own_nucleo(tmp_path, lines))


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("dbank = 22", "dbank = 32", r"option_bytes\[0\].bits.dbank: 32 is no position"),
        ("bits = { bfb2 = 20,", "bits = { optr = 20,", "option_bytes: 'optr' appears 2 times"),
        ("0xFFEFF8AA", "0x1FFEFF8AA", r"option_bytes\[0\].value: 0x1ffeff8aa has more than 32"),
        ('bit = "dbank"', 'bit = "dbnk"', r"mode\[0\].bit: no option bit 'dbnk'"),
        ("read_bytes = 8", "read_bytes = 16", "flash_timing.read_bytes: .*use 8"),
    ],
)
def test_a_wrong_chip_file_is_refused(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(BoardError, match=problem):
        load_board(own_nucleo(tmp_path, old=old, new=new))
