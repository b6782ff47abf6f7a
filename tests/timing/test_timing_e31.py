"""The E31's blocks: what their ends tell the branch predictor, and divides by their operands."""

from __future__ import annotations

import pytest

from mcusim._native import CoreKind, divide_cycles
from mcusim.timing.record import BlockFlag, BranchKind
from mcusim.timing.sifive_e31 import time_block

NOP = "01 00"
ADDI = "93 82 12 00"
"""addi t0, t0, 1: four bytes."""
PLACE = 0x20010000


def timed(code: str, address: int = PLACE, *, accurate: bool = True) -> dict[str, object]:
    return time_block(address, bytes.fromhex(code), 0, accurate)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("63 00 b5 00", BranchKind.CONDITIONAL),  # beq a0, a1, .
        ("01 c1", BranchKind.CONDITIONAL),  # c.beqz a0, .
        ("6f 00 00 00", BranchKind.JUMP),  # j .
        ("01 a0", BranchKind.JUMP),  # c.j .
        ("ef 00 00 00", BranchKind.CALL),  # jal ra, .
        ("ef 02 00 00", BranchKind.CALL),  # jal t0, .
        ("82 80", BranchKind.RETURN),  # ret
        ("82 82", BranchKind.RETURN),  # c.jr t0
        ("02 85", BranchKind.INDIRECT),  # c.jr a0
        ("02 95", BranchKind.INDIRECT_CALL),  # c.jalr a0
        (NOP, BranchKind.NONE),
        ("73 00 00 00", BranchKind.NONE),  # ecall
    ],
)
def test_the_end_of_a_block_is_what_the_predictor_has_to_know(code: str, kind: BranchKind) -> None:
    record = timed(code)
    assert record["branch"] == kind
    assert record["mispredict_cycles"] == (3 if kind else 0)
    flags = record["flags"]
    assert isinstance(flags, BlockFlag)
    assert bool(flags & BlockFlag.OPEN_END) == bool(kind)


@pytest.mark.parametrize(
    ("code", "late"),
    [
        ("01 a0", 1),  # c.j .
        (f"{NOP} 01 a0", 0),  # two instructions in one fetch: the fetch unit is ahead
        (f"{ADDI} 01 a0", 1),
        (f"{ADDI} {ADDI} 6f 00 00 00", 1),
        (f"03 25 04 00 13 05 15 00 {ADDI} 6f 00 00 00", 0),  # lw a0, 0(s0); addi a0, a0, 1: a stall
    ],
)
def test_a_jump_found_late_costs_a_fetch_unless_there_is_one_in_hand(code: str, late: int) -> None:
    assert timed(code)["late_cycles"] == late


@pytest.mark.parametrize(
    ("address", "code", "penalty"),
    [(PLACE, ADDI, 0), (PLACE + 2, ADDI, 1), (PLACE + 2, NOP, 0)],
)
def test_a_target_across_two_words_is_fetched_twice(address: int, code: str, penalty: int) -> None:
    record = timed(code, address)
    assert record["target_penalty"] == penalty
    assert record["feels_target_penalty"]


def test_divides_take_an_assumed_time_where_operands_are_not_looked_at() -> None:
    divide = "33 45 b5 02"  # div a0, a0, a1
    assert timed(divide)["cycles"] == 1  # the native core adds the rest
    assert timed(divide, accurate=False)["cycles"] == 17


@pytest.mark.parametrize(
    ("dividend", "divisor", "cycles"),
    [
        (3, 4, 2),  # a quotient of 0, by the lengths of the operands
        (0, 1, 3),
        (7, 4, 3),
        (8, 4, 4),
        (0xFFFFFFFF, 1 << 16, 18),
        (0x7FFFFFFF, 1, 33),
        (0xFFFFFFFF, 1, 33),
        (5, 0, 33),
    ],
)
def test_divides_take_2_to_33_cycles_by_the_bits_of_the_quotient(
    dividend: int, divisor: int, cycles: int
) -> None:
    assert divide_cycles(CoreKind.SIFIVE_E31, dividend, divisor) == cycles
