"""The catalogue: a row a board, and every number with unit, grade and source."""

from __future__ import annotations

import pytest

from mcusim.boards import board_names, load_board
from mcusim.boards.catalogue import GRADES, board_details, board_grade, board_rows, weakest
from mcusim.boards.quantities import quantity, size


def test_a_row_for_each_board_in_order_of_name() -> None:
    assert [row.name for row in board_rows()] == board_names()


def test_row_of_the_nrf52840() -> None:
    row = next(row for row in board_rows() if row.name == "nrf52840")
    assert (row.core, row.clock_hz) == ("Arm Cortex-M4F", 64e6)
    assert (row.flash_bytes, row.ram_bytes) == (1 << 20, 1 << 18)
    assert row.run_current_a == 3.3e-3
    assert (row.default_sleep, row.deepest_sleep) == ("system-on", "system-off")
    assert row.deepest_sleep_current_a < row.default_sleep_current_a


def test_grade_of_a_board_is_its_weakest_anchor() -> None:
    assert weakest(["published", "assumed", "measured"]) == "assumed"
    nrf = load_board("nrf52840")
    assert board_grade(nrf) == "published"
    assert board_grade(nrf.with_regulator("ldo")) == "derived"


@pytest.mark.parametrize("name", board_names())
def test_every_detail_has_value_and_source(name: str) -> None:
    details = board_details(load_board(name))
    assert all(d.group and d.key and d.value and d.source for d in details)
    assert {d.grade for d in details} <= {"", *GRADES}
    groups = [d.group for d in details]
    assert len(dict.fromkeys(groups)) == sum(a != b for a, b in zip(groups, ["", *groups]))  # noqa: B905
    assert {"memory", "run current", "sleep current", "relative energy"} <= set(groups)


def test_details_carry_units() -> None:
    values = {(d.group, d.key): d.value for d in board_details(load_board("nrf52840"))}
    assert values["operating point", "clock"] == "64 MHz"
    assert values["operating point", "clock limit"] == "64 MHz, the only one"
    assert values["memory", "ram"] == "256 kB at 0x20000000, also at 0x00800000"
    assert values["sleep current", "system-on (default)"] == "2.35 µA, wakes in 5 µs"
    assert values["flash timing", "instruction cache"].startswith("2 kB, 2 ways, lines of 16")
    assert values["device", "uart0"] == "nrf-uart at 0x40002000, console"


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [(0, "A", "0 A"), (3.3e-3, "A", "3.3 mA"), (64e6, "Hz", "64 MHz"), (999.99996, "V", "1000 V")],
)
def test_quantity(value: float, unit: str, text: str) -> None:
    assert quantity(value, unit) == text


def test_size() -> None:
    assert [size(n) for n in (256, 1024, 1536, 640 * 1024, 1 << 21)] == [
        "256 bytes",
        "1 kB",
        "1536 bytes",
        "640 kB",
        "2 MB",
    ]


def test_row_of_a_board_with_an_npu() -> None:
    rows = {row.name: row for row in board_rows()}
    assert rows["corstone-300"].npu == "ethos-u55, 128 MAC/cycle"
    assert rows["nrf52840"].npu == ""


def test_what_the_core_and_its_memories_are_is_shown() -> None:
    m55, m0, m7 = (
        {(d.group, d.key): d.value for d in board_details(load_board(name))}
        for name in ("corstone-300", "samd21", "nucleo-h743zi")
    )
    assert m55["NPU", "ethos-u55"].endswith("at 0x58102000, also at 0x48102000, interrupt 56")
    assert m55["memory", "ddr over AXI"] == "20 bus cycles to the first 64 bits"
    assert m55["core", "MPU regions"] == "16"
    assert m55["core", "security"] == "yes"
    assert m0["core", "multiply cycles"] == "1"
    assert ("core", "fpu") not in m0
    assert m7["level-1 caches", "data cache"].startswith("16 kB, 4 ways")
    assert ("memory", "axisram over AXI") in m7
    nrf53 = {(d.group, d.key): d.value for d in board_details(load_board("nrf5340"))}
    assert nrf53["memory", "ram1"] == "256 kB at 0x20040000, waits 1 to read and 1 to write"


def test_currents_of_devices_are_shown() -> None:
    details = board_details(load_board("nrf52840"))
    shown = [d.key for d in details if d.group == "device current"]
    assert "radio rx, dcdc" in shown
