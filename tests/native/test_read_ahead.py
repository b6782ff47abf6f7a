"""The flash accelerator of the STM32G0: loads from the flash against its read-ahead.

The loop lies in three lines: one more than the cache has (RM0490, 4.3.3, for the same block), so
that two of them are read ahead each time. At 64 MHz the flash has 2 wait states.
"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from assembly import assemble
from rig import RAM

import mcusim

FLASH = 0x08000000
CODE = FLASH + 0x400
ROW = FLASH + 0x800
WAIT_STATES = 2
TURNS = 100
LOOP = """
    .cpu cortex-m0plus
    ldr r0, =0x40022000
    ldr r1, =0x702 @ FLASH_ACR: instruction cache, read-ahead, 2 wait states
    str r1, [r0]
    ldr r1, =0x{row:x}
    ldr r5, =0x{row:x} + 0x80
    ldr r6, =0x20000100
    movs r3, #0
    b loop
    .ltorg
    .balign 8
loop:
    ldrsb r2, [r6, r3]
    ldrsb r7, [r1, r3]
    muls r7, r2
    adds r0, r0, r7
    ldrsb r7, [r5, r3]
    adds r3, #1
    muls r2, r7
    adds r4, r4, r2
    cmp r3, #{turns}
    bne loop
    bkpt #0
"""
"""Two rows of a fully connected layer at once."""
CYCLES = 3 * 2 + 6 + 2
"""Of a turn that waits for nothing: its loads, what lies between, the taken branch."""


@pytest.mark.parametrize(("row", "waits"), [(RAM + 0x200, 0), (ROW, 2 * WAIT_STATES)])
def test_a_load_waits_for_its_own_read_only(tmp_path: Path, row: int, waits: int) -> None:
    taken = cycles(tmp_path, TURNS, row) - cycles(tmp_path, TURNS // 2, row)
    assert taken == pytest.approx(TURNS // 2 * (CYCLES + waits), rel=0.04)


def cycles(folder: Path, turns: int, row: int) -> int:
    """Of a run of the loop, with its rows at `row` and its inputs in RAM."""
    code = assemble(LOOP.format(turns=turns, row=row), CODE).code
    image = struct.pack("<II", RAM + 0x1000, CODE | 1).ljust(CODE - FLASH, b"\0") + code
    file = folder / "loop.bin"
    file.write_bytes(image.ljust(0x1000, b"\1"))
    return mcusim.run(file, board="nucleo-g0b1re", base=FLASH, clock_hz=64e6).cycles
