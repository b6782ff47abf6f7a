"""The ESP32-C3's blocks: what a branch costs when it is taken, and what a division does not ask."""

from __future__ import annotations

import pytest

from mcusim.timing.esp32_c3 import time_block
from mcusim.timing.record import Effect

PLACE = 0x42000000
EFFECT, BYTES = 5, 16
"""Place of the effect in a packed instruction, and its size (mcusim/native/block.hpp)."""


@pytest.mark.parametrize(
    ("code", "cycles", "taken"),
    [
        ("63 10 b5 00", 1, 2),  # bne a0, a1, .
        ("01 c1", 1, 2),  # c.beqz a0, .
        ("6f 00 00 00", 2, 0),  # j .
        ("82 80", 2, 0),  # ret
        ("01 00", 1, 0),  # c.nop
    ],
)
def test_only_a_taken_branch_costs_more(code: str, cycles: int, taken: int) -> None:
    record = time_block(PLACE, bytes.fromhex(code), 0, True)
    assert (record["cycles"], record["taken_cycles"]) == (cycles, taken)


def test_a_division_leaves_nothing_to_its_operands() -> None:
    record = time_block(PLACE, bytes.fromhex("33 45 b5 02"), 0, True)  # div a0, a0, a1
    assert record["cycles"] == 34
    assert len(record["code"]) == BYTES
    assert record["code"][EFFECT] == Effect.NONE


def test_a_load_into_x0_holds_nothing_up() -> None:
    record = time_block(PLACE, bytes.fromhex("03 20 04 00 33 05 05 00"), 0, True)
    assert record["cycles"] == 2
