"""The Cortex-M7's cycles through whole runs: what the native core makes of the records."""

from __future__ import annotations

import shutil
from dataclasses import replace

import msgspec
import pytest
import run_benchmarks
from run_benchmarks import ASSEMBLE, LINK, Case

from mcusim.boards import Board
from mcusim.boards.schema import L1, Cache

CORTEX_M7 = ".cpu cortex-m7\n.fpu fpv5-d16\n"
SOURCE = "tests: caches that stay off, beside tightly coupled memory"

PIECES = (  # r1 is the address of a buffer that 256 divides, r5 is 0, the flags say "equal"
    ("add.w r0, r2, r3; eor.w r4, r6, r7", 1),  # JNK: two a cycle
    ("mla r0, r2, r3, r0; nop.w", 1),  # JNK multiplication: each cycle
    ("ldr.w r0, [r1]; ldr.w r2, [r1, #4]", 1),  # JNK loads: different banks
    ("ldr.w r0, [r1]; ldr.w r2, [r1, #8]", 2),  # JNK loads: one bank, even words
    ("ldr.w r0, [r1]; str.w r0, [r1, #8]", 1),  # JNK stores: any result in the same cycle
    ("ldmia.w r1, {r2, r3, r4, r6}", 2),  # JNK load/store multiple: ceil(4 / 2)
    ("ite eq; moveq.w r0, r2; movne.w r0, r3; nop.w", 2),  # JNK predication: both take a slot
    ("vadd.f32 s4, s2, s3; vadd.f32 s5, s2, s3", 2),  # JNK fpu: not with each other
    ("vmul.f64 d4, d1, d1; add.w r0, r2, r3", 5),  # JNK fpu (double precision)
)
CASES = [
    Case(f"piece{i}", code, str(cycles), "JNK", code, cycles)
    for i, (code, cycles) in enumerate(PIECES)
]


def tightly_coupled_board() -> Board:
    """A board with a Cortex-M7 that has flash and RAM of no wait states at its TCM ports."""
    board = run_benchmarks.zero_wait_board()
    cache = Cache(
        line_bytes=32, sets=128, ways=4, enabled_at_reset=False, source=SOURCE, grade="assumed"
    )
    flash = msgspec.structs.replace(board.chip.flash_timing, icache=None)
    chip = msgspec.structs.replace(
        board.chip, core="cortex-m7", l1=L1(icache=cache, dcache=cache), flash_timing=flash
    )
    return replace(board, chip=chip)


@pytest.fixture(scope="module")
def measured(tmp_path_factory: pytest.TempPathFactory) -> dict[str, float]:
    """Cycles of all pieces of code in one run."""
    for tool in (ASSEMBLE, LINK):
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} of the GNU Arm compiler (arm-none-eabi-gcc) is not installed")
    elf = run_benchmarks.firmware(tmp_path_factory.mktemp("m7"), CASES, CORTEX_M7)
    return run_benchmarks.measure(elf, CASES, tightly_coupled_board())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.code)
def test_a_run_takes_the_published_cycles(case: Case, measured: dict[str, float]) -> None:
    assert measured[case.name] == case.cycles
