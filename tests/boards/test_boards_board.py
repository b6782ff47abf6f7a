"""The board object: lookups, and overrides that stay within the chip's limits."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from own_board_files import OwnBoard

from mcusim.boards import load_board
from mcusim.boards.schema import Overhead
from mcusim.errors import UsageError

NRF = load_board("nrf52840")
NUCLEO = load_board("nucleo-l4r5zi")


def test_user_board_beside_its_chip_equals_the_shipped_one(own_board: OwnBoard) -> None:
    assert own_board.load() == NRF


def test_user_board_may_name_a_shipped_chip(own_board: OwnBoard) -> None:
    own_board.change_board('chip = "chip.toml"', 'chip = "nrf52840"')
    own_board.change_board("supply_v = 3.0", "supply_v = 1.8")
    assert load_board(str(own_board.board)).supply_v == 1.8


def test_user_board_may_add_overhead(own_board: OwnBoard) -> None:
    text = own_board.board.read_text(encoding="utf-8")
    lines = ["[[overhead]]", 'name = "LED"', "typical_a = 2e-3"]
    lines += ['source = "my meter"', 'grade = "measured"']
    own_board.board.write_text(text + "\n".join(lines), encoding="utf-8")
    led = Overhead(name="LED", typical_a=2e-3, source="my meter", grade="measured")
    assert own_board.load().overhead == (led,)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("nrf52480", "did you mean nrf52840"),
        ("l4r5", "did you mean nucleo-l4r5zi"),
        ("workloads", "no board 'workloads'"),
        ("my/board.toml", "no board file my/board.toml"),
    ],
)
def test_unknown_board_says_what_there_is(name: str, expected: str) -> None:
    with pytest.raises(UsageError) as caught:
        load_board(name)
    message = str(caught.value)
    assert expected in message
    assert "`mcusim boards`" in message
    assert "\n" not in message


def test_missing_path_object_is_a_file_not_a_name() -> None:
    with pytest.raises(UsageError, match="no board file nrf52840"):
        load_board(Path("nrf52840"))


def test_board_is_immutable() -> None:
    with pytest.raises(dataclasses.FrozenInstanceError):
        NRF.clock_hz = 1.0  # type: ignore[misc]


def test_memory_sizes() -> None:
    assert (NRF.flash_bytes, NRF.ram_bytes) == (1024 * 1024, 256 * 1024)
    assert (NUCLEO.flash_bytes, NUCLEO.ram_bytes) == (2048 * 1024, 640 * 1024)


@given(st.integers(min_value=0, max_value=640 * 1024 - 1))
def test_ram_of_the_l4r5_is_contiguous(offset: int) -> None:
    region = NUCLEO.region_at(0x20000000 + offset)
    assert region in NUCLEO.ram_regions()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (0x08000000, "flash"),
        (0x081FFFFF, "flash"),
        (0x00000000, "flash"),
        (0x10000000, "sram2"),
        (0x2002FFFF, "sram1"),
        (0x20030000, "sram2"),
        (0x20040000, "sram3"),
        (0x200A0000, None),
        (0x40022000, None),
    ],
)
def test_region_at_an_address(address: int, name: str | None) -> None:
    region = NUCLEO.region_at(address)
    assert (region.name if region else None) == name


@pytest.mark.parametrize(
    ("clock_hz", "wait_states"),
    [(4e6, 0), (20e6, 0), (20e6 + 1, 1), (80e6, 3), (80e6 + 1, 4), (100e6, 4), (120e6, 5)],
)
def test_wait_states_by_clock(clock_hz: float, wait_states: int) -> None:
    assert NUCLEO.wait_states(clock_hz) == wait_states
    assert NUCLEO.with_clock(clock_hz).wait_states() == wait_states


def test_overrides_change_one_thing_and_say_so() -> None:
    board = NUCLEO.with_clock(80e6).with_supply(1.8)
    assert (board.clock_hz, board.supply_v) == (80e6, 1.8)
    assert board.clock_source == board.supply_source == "chosen for this run"
    assert board.chip is NUCLEO.chip
    assert NUCLEO.clock_hz == 120e6


def test_regulator_selects_anchors_and_static_current() -> None:
    ldo = NRF.with_regulator("ldo")
    assert {anchor.regulator for anchor in ldo.anchors()} == {"ldo"}
    assert ldo.static_current().regulator == "ldo"
    assert ldo.nearest_anchor().typical_a > NRF.nearest_anchor().typical_a


def test_nearest_anchor_follows_the_clock() -> None:
    assert NUCLEO.nearest_anchor().clock_hz == 120e6
    assert NUCLEO.with_clock(30e6).nearest_anchor().clock_hz == 26e6
    assert NRF.nearest_anchor().code == "flash"


def test_limits_of_overrides() -> None:
    with pytest.raises(
        UsageError, match="clock: 240e6 Hz is beyond STM32L4R5ZI; use at most 120e6"
    ):
        NUCLEO.with_clock(240e6)
    with pytest.raises(UsageError, match="80 is implausible; did you mean 80e6"):
        NUCLEO.with_clock(80)
    with pytest.raises(UsageError, match="clock: nRF52840 has one clock; use 64e6"):
        NRF.with_clock(32e6)
    with pytest.raises(UsageError, match="clock: 0 Hz is beyond"):
        NUCLEO.wait_states(0)
    with pytest.raises(UsageError, match=r"supply: 5 V is beyond nRF52840; use 1\.7 to 3\.6 V"):
        NRF.with_supply(5)
    with pytest.raises(UsageError, match="no currents of STM32L4R5ZI with 'dcdc'; use ldo"):
        NUCLEO.with_regulator("dcdc")


def test_sleep_states_by_name() -> None:
    assert NRF.sleep_state().name == "system-on"
    assert NUCLEO.sleep_state("standby").typical_a < NUCLEO.sleep_state("stop2").typical_a
    with pytest.raises(UsageError, match="no sleep state 'stop2'; it has system-on"):
        NRF.sleep_state("stop2")


def test_devices_by_name() -> None:
    assert NRF.device("uart0").type == "nrf-uart"
    assert NUCLEO.device(NUCLEO.console).base == 0x40008000
    with pytest.raises(UsageError, match="no device 'uart7'; it has uart1, uart0"):
        NRF.device("uart7")
