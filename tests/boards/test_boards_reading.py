"""Files that don't even fit the schema: the message says where, and what was meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_board_files import OwnBoard

from mcusim.boards.hints import engineering, nearest, unknown_key
from mcusim.errors import BoardError


def message_of(own_board: OwnBoard) -> str:
    with pytest.raises(BoardError) as caught:
        own_board.load()
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "clock_hz = 64e6",
            "clock_mhz = 64",
            "board.toml: clock_mhz: unknown key; did you mean `clock_hz = 64e6`?",
        ),
        ("supply_v = 3.0", "suply_v = 3.0", "suply_v: unknown key; did you mean `supply_v`?"),
        ("clock_hz = 64e6\n", "", "board.toml: clock_hz: is missing; add `clock_hz = ...`"),
        ("clock_hz = 64e6", 'clock_hz = "64 MHz"', "clock_hz: '64 MHz' is not a number"),
        ("supply_v = 3.0", "supply_v = true", "supply_v: True is not a number"),
        (
            'regulator = "dcdc"',
            'regulator = "dc-dc"',
            "regulator: 'dc-dc' is not a choice; did you mean 'dcdc'?",
        ),
    ],
)
def test_board_file_with_a_wrong_key(
    own_board: OwnBoard, old: str, new: str, expected: str
) -> None:
    assert expected in message_of(own_board.change_board(old, new))


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "typical_a = 3.3e-3",
            "typical_ma = 3.3",
            "power.run[0].typical_ma: unknown key; did you mean `typical_a = 3.3e-3`?",
        ),
        (
            "size_bytes = 0x100000",
            "size_kb = 1024",
            "memory[0].size_kb: unknown key; did you mean `size_bytes = 1048576`?",
        ),
        ("ways = 2\n", "", "flash_timing.icache.ways: is missing"),
        (
            "size_bytes = 0x100000",
            "size_bytes = 1e6",
            "size_bytes: 1000000.0 is not a whole number",
        ),
        ('kind = "ram"', 'kind = "sram"', "memory[1].kind: 'sram' is not a choice; did you mean"),
        (
            "wait_states = [{ up_to_hz = 64e6, wait_states = 2 }]",
            "wait_states = 2",
            "flash_timing.wait_states: is not a list",
        ),
        ("[flash_timing]\n", "[flash_timings]\n", "did you mean `flash_timing`?"),
    ],
)
def test_chip_file_with_a_wrong_key(own_board: OwnBoard, old: str, new: str, expected: str) -> None:
    if "flash_timings" in new:
        own_board.change_chip("[flash_timing.icache]", "[flash_timings.icache]")
    assert expected in message_of(own_board.change_chip(old, new))


def test_bad_syntax_is_reported_with_its_line(own_board: OwnBoard) -> None:
    message = message_of(own_board.change_board("clock_hz = 64e6", "clock_hz = 64 MHz"))
    assert "board.toml: not valid TOML" in message
    assert "at line 6" in message


def test_file_that_is_no_text(own_board: OwnBoard) -> None:
    own_board.board.write_bytes(b"name = \xff\xfe")
    assert "board.toml: not UTF-8 text" in message_of(own_board)


def test_key_like_no_other_lists_the_valid_ones() -> None:
    assert unknown_key("zzz", 1, ["name", "base"]) == "valid keys here are name, base"


def test_nearest_names_ignore_case_and_accept_parts() -> None:
    names = ["nrf52840", "nucleo-l4r5zi"]
    assert nearest("NRF52480", names)[0] == "nrf52840"
    assert nearest("l4r5", names) == ["nucleo-l4r5zi"]


@given(st.floats(min_value=1e-12, max_value=1e12))
def test_engineering_notation_reads_back(value: float) -> None:
    assert float(engineering(value)) == pytest.approx(value, rel=1e-5)


@pytest.mark.parametrize(
    ("value", "text"), [(64e6, "64e6"), (3.3e-3, "3.3e-3"), (12.0, "12"), (0.0, "0"), (1e3, "1e3")]
)
def test_engineering_notation(value: float, text: str) -> None:
    assert engineering(value) == text
