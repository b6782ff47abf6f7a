"""Properties of block timing, of packed instructions and of divides, on arbitrary code."""

from __future__ import annotations

import struct

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from mcusim import _native
from mcusim._native import CoreKind
from mcusim.timing.cortex_m4 import FAST_DIVIDE_CYCLES, time_block
from mcusim.timing.instruction import NO_REGISTER, PC, Instruction, Kind
from mcusim.timing.record import COLUMN, NEEDS_ALIGNMENT, Effect, pack
from mcusim.timing.thumb import decode, is_wide, split

FIELDS = struct.Struct("<HHBBBBBBBBi")  # Instruction of mcusim/native/block.hpp
WORD = st.integers(0, 0xFFFFFFFF)


@st.composite
def encodings(draw: st.DrawFn) -> bytes:
    first = draw(st.integers(0, 0xFFFF))
    code = first.to_bytes(2, "little")
    return code + draw(st.binary(min_size=2, max_size=2)) if is_wide(first) else code


CODE = st.lists(encodings(), min_size=1, max_size=40).map(b"".join)
ADDRESS = st.integers(0, 0x7FFF).map(lambda half: 2 * half)


def unpacked(block: dict[str, object]) -> list[tuple[int, ...]]:
    packed = block["code"]
    assert isinstance(packed, bytes)
    return list(FIELDS.iter_unpack(packed))


@given(ADDRESS, CODE, st.integers(0, 0xFF), st.booleans())
def test_cycles_of_a_block_only_grow(
    address: int, code: bytes, it_state: int, accurate: bool
) -> None:
    block = time_block(address, code, it_state, accurate)
    before = [fields[1] for fields in unpacked(block)]
    assert before[0] == 0
    assert before == sorted(before)
    assert block["cycles"] >= before[-1]
    assert block["taken_cycles"] in (0, 1, 2, 3)
    assert block["stack_drop"] >= 0


@given(ADDRESS, CODE)
def test_block_has_an_entry_for_each_instruction(address: int, code: bytes) -> None:
    fields = unpacked(time_block(address, code, 0, True))
    sizes = [len(each) for each in split(code)]
    assert [each[0] for each in fields] == [sum(sizes[:i]) for i in range(len(sizes))]


@given(ADDRESS, CODE)
def test_cycles_of_a_prefix_are_those_before_the_next_instruction(
    address: int, code: bytes
) -> None:
    parts = split(code)
    assume(len(parts) > 1 and not changes_pc(parts[-2]))
    whole = unpacked(time_block(address, code, 0, True))
    prefix = time_block(address, b"".join(parts[:-1]), 0, True)
    assert whole[-1][1] == prefix["cycles"]


def changes_pc(encoding: bytes) -> bool:
    kinds = (Kind.BRANCH, Kind.BRANCH_REGISTER, Kind.BRANCH_TABLE)
    instruction = decode(encoding)
    return instruction.kind in kinds or instruction.loads_pc


@given(ADDRESS, CODE)
def test_code_moved_by_whole_words_takes_as_long(address: int, code: bytes) -> None:
    here, there = (time_block(at, code, 0, True)["cycles"] for at in (address, address + 0x1000))
    assert here == there


@pytest.mark.parametrize("code", ["b3fbf0f2", "93fbf0f2"], ids=["udiv", "sdiv"])
def test_fast_fidelity_assumes_the_cycles_of_a_divide(code: str) -> None:
    assert time_block(0, bytes.fromhex(code), 0, False)["cycles"] == FAST_DIVIDE_CYCLES
    assert time_block(0, bytes.fromhex(code), 0, True)["cycles"] == 1


def needs_alignment(instruction: Instruction) -> bool:
    """Accesses of several words, and exclusive ones of a word (ARM DDI0403E A3.2.1)."""
    several = (Kind.LOAD_MULTIPLE, Kind.STORE_MULTIPLE)
    exclusive = (Kind.LOAD_EXCLUSIVE, Kind.STORE_EXCLUSIVE)
    return instruction.kind in several + exclusive and instruction.access_bytes == 4


@given(encodings(), ADDRESS, st.integers(0, 0xFFFF), st.integers(0, 0x1FFFF), st.integers(0, 300))
def test_packing_keeps_what_the_core_needs(
    encoding: bytes, address: int, offset: int, before: int, extra: int
) -> None:
    instruction = decode(encoding)
    fields = FIELDS.unpack(pack(instruction, address, offset, before, extra))
    assert fields[:3] == (offset, min(before, 0xFFFF), COLUMN[instruction.kind])
    aligned = NEEDS_ALIGNMENT if needs_alignment(instruction) else 0
    assert fields[6:10] == (
        instruction.shift | aligned,
        instruction.access_bytes,
        instruction.count,
        min(extra, 0xFF),
    )
    if fields[3] in (Effect.READ, Effect.WRITE):
        assert fields[4] == (NO_REGISTER if instruction.base == PC else instruction.base)
        assert fields[5] == instruction.index
    if fields[3] in (Effect.DIVIDE_UNSIGNED, Effect.DIVIDE_SIGNED):
        assert fields[4:6] == (instruction.dividend, instruction.divisor)


def test_address_of_a_literal_is_worked_out_from_the_aligned_pc() -> None:
    literal = decode(bytes.fromhex("0148"))  # ldr r0, [pc, #4]
    assert FIELDS.unpack(pack(literal, 0x102, 2, 0, 0))[10] == 0x104 + 4
    table = decode(bytes.fromhex("dfe800f0"))  # tbb [pc, r0]
    assert FIELDS.unpack(pack(table, 0x102, 2, 0, 0))[10] == 0x106


@given(WORD, WORD)
def test_a_divide_takes_2_to_12_cycles(dividend: int, divisor: int) -> None:
    assert 2 <= _native.divide_cycles(CoreKind.CORTEX_M4, dividend, divisor) <= 12


@given(WORD, WORD)
def test_a_divide_of_the_dual_issue_core_takes_3_cycles_at_least(
    dividend: int, divisor: int
) -> None:
    single = _native.divide_cycles(CoreKind.CORTEX_M4, dividend, divisor)
    assert _native.divide_cycles(CoreKind.CORTEX_M7, dividend, divisor) == max(3, single)


@given(WORD, st.integers(1, 0xFFFFFFFF), st.integers(0, 31))
def test_a_divide_does_not_get_faster_with_a_longer_quotient(
    dividend: int, divisor: int, shift: int
) -> None:
    cycles = _native.divide_cycles(CoreKind.CORTEX_M4, dividend, divisor)
    assert _native.divide_cycles(CoreKind.CORTEX_M4, dividend >> shift, divisor) <= cycles
    assert (
        _native.divide_cycles(CoreKind.CORTEX_M4, dividend, min(divisor << shift, 0xFFFFFFFF))
        <= cycles
    )


@given(WORD, st.integers(1, 0xFFFFFFFF))
def test_a_divide_with_a_quotient_follows_the_measured_formula(dividend: int, divisor: int) -> None:
    assume(dividend >= divisor)
    assert _native.divide_cycles(CoreKind.CORTEX_M4, dividend, divisor) == measured_cycles(
        dividend, divisor
    )


def measured_cycles(dividend: int, divisor: int) -> int:
    """Formula of compendium.i-0.nl, "Division timing"."""
    if dividend == 0 or divisor == 0:
        return 2
    more = dividend.bit_length() - divisor.bit_length()
    return 3 if more < 0 else 5 + more // 4


@pytest.mark.parametrize(("dividend", "divisor"), [(3, 7), (5, 7), (0x80000000, 0xFFFFFFFF)])
def test_a_divide_without_quotient_follows_the_measured_formula(
    dividend: int, divisor: int
) -> None:
    assert _native.divide_cycles(CoreKind.CORTEX_M4, dividend, divisor) == measured_cycles(
        dividend, divisor
    )
