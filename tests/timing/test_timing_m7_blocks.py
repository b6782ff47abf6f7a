"""The Cortex-M7's records of blocks: what holds for any code, and what the native core is told."""

from __future__ import annotations

import shutil
import struct
from pathlib import Path

import block_benchmarks
import pytest
from block_benchmarks import CORTEX_M7
from hypothesis import assume, given
from run_benchmarks import ASSEMBLE
from test_timing_blocks import ADDRESS, CODE, changes_pc, unpacked

from mcusim.timing.cores import timing_model
from mcusim.timing.cortex_m7.arithmetic import FAST_DIVIDE_CYCLES
from mcusim.timing.instruction import NO_REGISTER
from mcusim.timing.record import PIPELINED
from mcusim.timing.thumb import split

SHIFT = 6
"""Place of `shift` among the fields of a packed instruction."""

time_block = timing_model("cortex-m7")


def block(into: Path, code: str) -> dict[str, object]:
    """The record of a block in assembler."""
    if shutil.which(ASSEMBLE) is None:
        pytest.skip(f"{ASSEMBLE} of the GNU Arm compiler (arm-none-eabi-gcc) is not installed")
    source = CORTEX_M7.header + block_benchmarks.block("x", code)
    blocks = block_benchmarks.assemble(into, source, CORTEX_M7)
    return time_block(*blocks["x"], 0, True)


@given(ADDRESS, CODE)
def test_cycles_of_a_block_only_grow(address: int, code: bytes) -> None:
    record = time_block(address, code, 0, True)
    before = [fields[1] for fields in unpacked(record)]
    assert before[0] == 0
    assert before == sorted(before)
    assert record["cycles"] >= before[-1]
    assert record["taken_cycles"] == 0
    assert record["mispredict_cycles"] in (0, 6, 8)
    assert record["stack_drop"] >= 0


@given(ADDRESS, CODE)
def test_what_the_cortex_m4_alone_has_is_absent(address: int, code: bytes) -> None:
    record = time_block(address, code, 0, True)
    assert record["target_penalty"] == record["head_address_registers"] == 0
    assert not record["feels_target_penalty"]
    assert record["tail_load"] == NO_REGISTER


@given(ADDRESS, CODE)
def test_two_instructions_issue_in_a_cycle_at_most(address: int, code: bytes) -> None:
    before = [fields[1] for fields in unpacked(time_block(address, code, 0, True))]
    assert all(first < third for first, third in zip(before, before[2:], strict=False))


@given(ADDRESS, CODE)
def test_code_in_front_makes_a_block_longer_or_leaves_it(address: int, code: bytes) -> None:
    parts = split(code)
    assume(len(parts) > 1 and not any(changes_pc(part) for part in parts))
    whole = time_block(address, code, 0, True)["cycles"]
    assert time_block(address, b"".join(parts[:-1]), 0, True)["cycles"] <= whole


@given(ADDRESS, CODE)
def test_code_moved_by_whole_fetches_takes_as_long(address: int, code: bytes) -> None:
    here, there = (time_block(at, code, 0, True)["cycles"] for at in (address, address + 0x1000))
    assert here == there


@pytest.mark.parametrize("code", ["b3fbf0f2", "93fbf0f2"], ids=["udiv", "sdiv"])
def test_fast_fidelity_assumes_the_cycles_of_a_divide(code: str) -> None:
    assert time_block(0, bytes.fromhex(code), 0, False)["cycles"] == FAST_DIVIDE_CYCLES
    assert time_block(0, bytes.fromhex(code), 0, True)["cycles"] == 1


@pytest.mark.parametrize(
    ("code", "cycles"),
    [
        # JNK branching: 8, or 6 "in case of subs + bne" 3 cycles before; "not gradual".
        ("subs.w r9, #1; bne.w x - 8", 8),
        ("subs.w r9, #1; nop.w; nop.w; nop.w; bne.w x - 8", 8),
        ("subs.w r9, #1; nop.w; nop.w; nop.w; nop.w; nop.w; bne.w x - 8", 6),
        ("nop.w; subs.w r9, #1; nop.w; nop.w; uxtb.w r0, r0; nop.w; nop.w; bne.w x - 8", 6),
        # ARM DDI0403E A7.7.3: ADDS of 16 bits sets no flags inside an IT block, ADDS.W does.
        ("nop.w; nop.w; it eq; addeq r0, #1; beq.w x - 8", 6),
        ("nop.w; nop.w; it eq; addseq.w r0, #1; beq.w x - 8", 8),
        ("nop.w; nop.w; it eq; cmpeq r0, #1; beq.w x - 8", 8),
        ("eor.w r0, r1, r2; cbz r0, x_end + 8", 8),
        ("cbz r0, x_end + 8", 6),
        ("it eq; bxeq lr", 8),
        ("bx lr", 8),
        ("pop {r4, pc}", 8),
        ("tbb [pc, r0]", 8),
        ("b.w x - 8", 0),
        ("bl x - 8", 0),
        ("add.w r0, r1, r2", 0),
    ],
)
def test_a_wrong_prediction_costs_more_after_fresh_flags(
    code: str, cycles: int, tmp_path: Path
) -> None:
    assert block(tmp_path, code)["mispredict_cycles"] == cycles


@pytest.mark.parametrize(
    ("code", "overlaps"),
    [
        ("ldr.w r0, [r1]; ldr.w r2, [r3]", [False, True]),
        ("vldr s0, [r1]; ldr.w r2, [r3]; nop.w", [False, True, False]),
        ("nop.w; ldr.w r0, [r1]; ldr.w r2, [r3]", [False, False, False]),
        ("ldr.w r0, [r1], #4; ldr.w r2, [r1]", [False, False]),
        ("ldr.w r0, [r1]; str.w r2, [r3]", [False, False]),
        ("pld [r1]; ldr.w r2, [r3]", [False, False]),
        ("1: ldr.w r0, [r1]; ldr.w r2, [r3]; subs r4, #1; bne 1b", [False, True, False, False]),
    ],
)
def test_loads_that_meet_in_a_cycle_are_marked(
    code: str, overlaps: list[bool], tmp_path: Path
) -> None:
    fields = unpacked(block(tmp_path, code))
    assert [bool(each[SHIFT] & PIPELINED) for each in fields] == overlaps


def test_a_block_may_begin_inside_an_it_block(tmp_path: Path) -> None:
    code = "add.w r0, r1, r2; nop.w; eor.w r3, r0, r4"
    record = block(tmp_path, "it eq; addeq.w r0, r1, r2; " + code)
    assert record["cycles"] == 3  # the flags are old
    inside = bytes.fromhex("81ea0200aff3008080ea0403")  # eor r0, r1, r2; nop.w; eor r3, r0, r4
    outside, conditional = (time_block(0, inside, state, True)["cycles"] for state in (0, 0x08))
    assert (outside, conditional) == (2, 3)


def test_packed_cycles_are_those_of_issue(tmp_path: Path) -> None:
    record = block(tmp_path, "ldr.w r0, [r1]; nop.w; ubfx r2, r0, #1, #2; nop.w; ldm r3, {r4-r8}")
    assert [fields[1] for fields in unpacked(record)] == [0, 0, 2, 2, 3]
    assert record["cycles"] == 6
    assert len(record["code"]) == 5 * struct.calcsize("<HHBBBBBBBBi")  # type: ignore[arg-type]
