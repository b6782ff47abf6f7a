"""A loop of one block: turns of which nothing is new cost what they cost when each is looked at.

A block that a function of the heap begins at is looked at each time: such a loop is the measure.
"""

from __future__ import annotations

from pathlib import Path
from random import Random
from typing import Literal

import pytest
from assembly import assemble, firmware

import mcusim
from mcusim import _native
from mcusim.timing.record import BranchKind

SYSTICK_VECTOR = 15 * 4
TIME_S = 2.1e-3
FLASH = {"nucleo-g0b1re": 0x08000000, "nucleo-l4r5zi": 0x08000000, "nucleo-u575zi": 0x08000000}
FLASH |= {"nucleo-h743zi": 0x08000000, "samd21": 0, "nrf52840": 0}
Fidelity = Literal["accurate", "fast"]
FIDELITIES: tuple[Fidelity, ...] = ("accurate", "fast")
BLOCK_COUNTS = ("address", "size", "executions", "cycles")
NESTED = """
start:
    {setup}
    movs r5, #0
    .rept {halfwords}
    nop
    .endr
outer:
    movs r6, #{turns}
inner:
    .rept {length}
    adds r4, #1
    .endr
    subs r6, #1
    bne inner
    subs r5, #1
    b outer
    .balign 4
tick:
    adds r7, #1
    bx lr
"""
SYSTICK = """
    movs r0, #0xE0
    lsls r1, r0, #8
    lsls r0, r0, #24
    orrs r0, r1
    movs r1, #250
    lsls r1, r1, #2
    str r1, [r0, #0x14]
    movs r1, #7
    str r1, [r0, #0x10]
"""
INSTRUCTION_CACHE = """
    movw r0, #0xED14
    movt r0, #0xE000
    movs r1, #0
    str r1, [r0, #0x23C]
    movw r1, #0x0200
    movt r1, #2
    str r1, [r0]
    dsb
    isb
"""
FPU_ON = """
    movw r0, #0xED88
    movt r0, #0xE000
    mov r3, #0xF00000
    str r3, [r0]
    dsb
    isb
"""
FPU_LOOP = """
start:
    {setup}
    movs r4, #0
outer:
    movs r6, #{turns}
inner:
    vadd.f32 s0, s0, s1
    {middle}
    vmul.f32 s2, s0, s1
    subs r6, #1
    bne inner
    b outer
    .balign 4
tick:
    vmov.f32 s3, s0
    bx lr
    .balign 4
fault:
    adds r7, #1
    str r3, [r0]
    dsb
    isb
    bx lr
"""
FPU_OFF = """
    cmp r6, #2
    it eq
    streq r4, [r0]
"""
FPU_BOARDS = ("nucleo-l4r5zi", "nucleo-h743zi", "nucleo-u575zi", "nrf52840")
HARD_FAULT_VECTOR = 3 * 4
RISCV = {"hifive1-revb": 0x20010000}
TURNS = [3, 40]


def counts(path: Path, board: str, fidelity: Fidelity, watched: int | None) -> tuple[object, ...]:
    base = (FLASH | RISCV)[board]
    with mcusim.start(path, board=board, base=base, fidelity=fidelity) as simulation:
        engine = simulation.machine.engine
        if watched is not None:
            engine.mark_heap_function(watched, "free", 0)
        assert simulation.run(TIME_S)
        assert engine.instructions > 10_000
        blocks = engine.blocks()
        by_block = sorted(zip(*(blocks[name].tolist() for name in BLOCK_COUNTS), strict=True))
        return engine.instructions, engine.cycles, engine.activity(), by_block


def costs_the_same(path: Path, board: str, fidelity: Fidelity, inner: int) -> bool:
    return counts(path, board, fidelity, None) == counts(path, board, fidelity, inner)


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("length", [1, 7])
@pytest.mark.parametrize("ticking", [False, True])
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("board", FLASH)
def test_an_arm_loop(
    board: str, fidelity: Fidelity, ticking: bool, length: int, turns: int, tmp_path: Path
) -> None:
    setup = (INSTRUCTION_CACHE if board == "nucleo-h743zi" else "") + (SYSTICK if ticking else "")
    source = NESTED.format(setup=setup, halfwords=length, turns=turns, length=length)
    base = FLASH[board]
    image = bytearray(firmware(source, base))
    labels = assemble(source, base + 0x400).labels
    image[SYSTICK_VECTOR : SYSTICK_VECTOR + 4] = (labels["tick"] | 1).to_bytes(4, "little")
    path = tmp_path / "loop.bin"
    path.write_bytes(image)
    assert costs_the_same(path, board, fidelity, labels["inner"])


@pytest.mark.parametrize("kind", ["alone", "ticking", "switched off"])
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("board", FPU_BOARDS)
def test_a_loop_with_the_fpu(board: str, fidelity: Fidelity, kind: str, tmp_path: Path) -> None:
    setup = (SYSTICK if kind == "ticking" else "") + FPU_ON
    middle = FPU_OFF if kind == "switched off" else ""
    source = FPU_LOOP.format(setup=setup, middle=middle, turns=TURNS[-1])
    base = FLASH[board]
    image = bytearray(firmware(source, base))
    labels = assemble(source, base + 0x400).labels
    for vector, handler in ((SYSTICK_VECTOR, "tick"), (HARD_FAULT_VECTOR, "fault")):
        image[vector : vector + 4] = (labels[handler] | 1).to_bytes(4, "little")
    path = tmp_path / "loop.bin"
    path.write_bytes(image)
    assert costs_the_same(path, board, fidelity, labels["inner"])


def bne(register: int, offset: int) -> int:
    """BNE of a register and zero (RISC-V unprivileged ISA, 2.5)."""
    high = (offset >> 12 & 1) << 31 | (offset >> 5 & 0x3F) << 25
    low = (offset >> 1 & 0xF) << 8 | (offset >> 11 & 1) << 7
    return high | low | register << 15 | 0x1063


@pytest.mark.parametrize("turns", TURNS)
@pytest.mark.parametrize("fidelity", FIDELITIES)
@pytest.mark.parametrize("board", RISCV)
def test_a_riscv_loop(board: str, fidelity: Fidelity, turns: int, tmp_path: Path) -> None:
    code = [
        0x00000793,  # li a5, 0
        turns << 20 | 0x713,  # outer: li a4, turns
        0x00168693,  # inner: addi a3, a3, 1
        0xFFF70713,  # addi a4, a4, -1
        bne(14, -8),
        0xFFF78793,  # addi a5, a5, -1
        bne(15, -20),
    ]
    path = tmp_path / "loop.bin"
    path.write_bytes(b"".join(word.to_bytes(4, "little") for word in code))
    assert costs_the_same(path, board, fidelity, RISCV[board] + 8)


@pytest.mark.parametrize("seed", range(20))
def test_a_certain_prediction_is_right_and_leaves_no_trace(seed: int) -> None:
    random = Random(seed)
    predictors = [_native.RocketPredictor() for _ in range(2)]
    branches = [(0x20010104 + 8 * k, 0x20010000 + 16 * k) for k in range(40)]
    certain = 0
    for _ in range(400):
        after, target = random.choice(branches)
        for _ in range(random.choice((1, 3, 20))):
            outcomes = {p.judge(BranchKind.CONDITIONAL, after, target, True) for p in predictors}
            assert len(outcomes) == 1
        if predictors[0].is_certain(after, target):
            certain += 1
            for _ in range(random.randrange(5)):
                assert predictors[1].judge(BranchKind.CONDITIONAL, after, target, True) == 0
        for p in predictors:
            p.judge(BranchKind.CONDITIONAL, after, after, True)
    assert certain > 20
