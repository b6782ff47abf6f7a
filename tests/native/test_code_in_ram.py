"""Code in RAM that changes is accounted for as what it is when it runs."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from assembly import assemble
from rig import FLASH, RAM, board_named, machine_with

from mcusim.cpu.unicorn_arm import REGISTERS, Cause, run
from mcusim.machine.activity import INDEX

BOARD = "nrf52840"
TURNS = 20
ADD, MULTIPLY = 0x3001, 0x4340
"""adds r0, #1; muls r0, r0: of the same size."""
CALLS = f"""
    .syntax unified
    .thumb
start:
    ldr r4, =written
    ldr r3, =runs
    ldr r5, =0x{ADD:x}
    ldr r6, =0x{MULTIPLY:x}
    ldr r1, =0x4770 @ bx lr
    strh r1, [r4, #2]
    movs r7, #{TURNS}
turn:
    strh r5, [r4]
    bl call
    bl call
    strh r6, [r4]
    bl call
    subs r7, #1
    bne turn
    bkpt #0xab
call:
    dsb
    isb
    adds r2, r3, #1
    bx r2
"""
ALIASES = (0x10000000, 0x20030000)
"""Of SRAM2 of the STM32L4R5 (RM0432 2.2.2)."""


def calls(written: int, runs: int) -> str:
    """The program with the address at which the code is written, and where it runs."""
    return f".equ written, {written}\n.equ runs, {runs}\n{CALLS}"


@pytest.mark.parametrize("accurate", [False, True])
@pytest.mark.parametrize(
    ("board", "written", "runs"),
    [(BOARD, RAM, RAM), *(("nucleo-l4r5zi", *pair) for pair in product(ALIASES, ALIASES))],
)
def test_code_that_the_firmware_writes(board: str, written: int, runs: int, accurate: bool) -> None:
    base = FLASH[board]
    code = assemble(calls(written, runs), base).code
    machine = machine_with(board_named(board), code, base, accurate=accurate)
    assert run(machine.engine, base).cause is Cause.BREAKPOINT
    machine.engine.settle()
    counts = np.asarray(machine.engine.activity())
    assert counts[INDEX["multiply"]] == TURNS
    # Beside those in the called code: a SUBS a turn, and the ADDS before each call.
    assert counts[INDEX["alu"]] >= 2 * TURNS + TURNS + 3 * TURNS


@pytest.mark.parametrize("accurate", [False, True])
def test_code_that_the_host_writes(accurate: bool) -> None:
    machine = machine_with(board_named(BOARD), bytes(64), FLASH[BOARD], accurate=accurate)
    engine = machine.engine
    for turn, (code, expected) in enumerate([(ADD, 4), (MULTIPLY, 9), (ADD, 4)]):
        engine.write(RAM, code.to_bytes(2, "little") + bytes.fromhex("abbe"))
        engine.set_reg(REGISTERS["r0"], 3)
        assert run(engine, RAM).cause is Cause.BREAKPOINT
        engine.settle()
        assert engine.reg(REGISTERS["r0"]) == expected, turn
    assert engine.activity()[INDEX["multiply"]] == 1
