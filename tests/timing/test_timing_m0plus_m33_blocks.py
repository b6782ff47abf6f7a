"""Blocks of the Cortex-M0+ and the Cortex-M33: what the tables of cycles don't show."""

from __future__ import annotations

from pathlib import Path

import pytest
from block_benchmarks import CORTEX_M0PLUS, CORTEX_M33, assemble, block

from mcusim.boards.schema import CoreOptions
from mcusim.devices import core_devices
from mcusim.timing.block_facts import NO_FPU
from mcusim.timing.cores import timing_model
from mcusim.timing.instruction import Kind
from mcusim.timing.record import BlockFlag
from mcusim.timing.thumb import decode


def timed(core: str, code: str, into: Path, **options: int) -> dict[str, object]:
    """The record of one block."""
    target = CORTEX_M33 if core == "cortex-m33" else CORTEX_M0PLUS
    source = target.header + block("code", code)
    address, machine_code = assemble(into, source, target)["code"]
    chosen = CoreOptions(source="this test", grade="assumed", **options)  # type: ignore[arg-type]
    return timing_model(core, chosen)(address, machine_code, 0, True)


def test_multiplier_is_the_chips(tmp_path: Path) -> None:
    for cycles in (1, 32):
        record = timed(
            "cortex-m0plus", "muls r0, r1; muls r2, r3", tmp_path, multiply_cycles=cycles
        )
        assert record["cycles"] == 2 * cycles


def test_taken_branch_of_an_m0plus_adds_a_cycle(tmp_path: Path) -> None:
    record = timed("cortex-m0plus", "cmp r0, r1; beq .", tmp_path)
    assert (record["cycles"], record["taken_cycles"]) == (2, 1)


@pytest.mark.parametrize(
    ("code", "offset"),
    [
        (".inst.n 0xb100", 0),
        ("nop; .inst.n 0xbf08; nop", 2),
        ("bl .; .inst.n 0xb671", 4),
        ("nop; .inst.n 0xb650", 2),
        ("adds r0, r1; push {r0, lr}", NO_FPU),
        (".inst.w 0xee300a00", NO_FPU),
    ],
)
def test_what_armv6m_lacks_is_found(code: str, offset: int, tmp_path: Path) -> None:
    record = timed("cortex-m0plus", code, tmp_path)
    assert record["first_fpu"] == offset
    flags = record["flags"]
    assert isinstance(flags, int)
    assert bool(flags & BlockFlag.USES_FPU) == (offset != NO_FPU)


@pytest.mark.parametrize(
    ("code", "cycles", "taken"),
    [
        # JNK: a branch behind flags 0 or 2, behind other narrow instructions 0 or 1.
        ("adds r0, r1; beq .", 1, 2),
        ("subs r0, #1; mov r2, r3; beq .", 2, 1),
        ("adds.w r0, r1; beq .", 2, 1),
        ("adds r0, r1; beq.w .", 2, 1),
        ("nop; beq .", 2, 1),
    ],
)
def test_branches_of_an_m33_pair(code: str, cycles: int, taken: int, tmp_path: Path) -> None:
    record = timed("cortex-m33", code, tmp_path)
    assert (record["cycles"], record["taken_cycles"]) == (cycles, taken)


def test_only_two_instructions_pair(tmp_path: Path) -> None:
    assert timed("cortex-m33", "adds r0, r1; nop; nop", tmp_path)["cycles"] == 2


def test_a_skipped_instruction_takes_one_cycle(tmp_path: Path) -> None:
    # Of the multiplication's two cycles, one is added when the condition holds.
    record = timed("cortex-m33", "cmp r0, r1; it eq; muleq r0, r1", tmp_path)
    assert record["cycles"] == 2


@pytest.mark.parametrize(
    ("encoding", "kind", "size", "base"),
    [
        ("d1e8af0f", Kind.LOAD_EXCLUSIVE, 4, 1),  # lda r0, [r1]
        ("c1e89f0f", Kind.STORE_EXCLUSIVE, 2, 1),  # stlh r0, [r1]
        ("d1e8ef0f", Kind.LOAD_EXCLUSIVE, 4, 1),  # ldaex r0, [r1]
    ],
)
def test_acquire_and_release_are_accesses(encoding: str, kind: Kind, size: int, base: int) -> None:
    found = decode(bytes.fromhex(encoding))
    assert (found.kind, found.access_bytes, found.base) == (kind, size, base)


@pytest.mark.parametrize(("encoding", "call"), [("0447", False), ("8447", True)])
def test_jumps_to_the_other_state_are_jumps(encoding: str, call: bool) -> None:
    found = decode(bytes.fromhex(encoding))
    assert (found.kind, found.call) == (Kind.BRANCH_REGISTER, call)


def test_a_core_of_armv6m_has_no_cycle_counter() -> None:
    assert core_devices("cortex-m0plus") == ()
    assert [name for name, *_ in core_devices("cortex-m33")] == ["itm", "dwt"]
