"""Pieces of code, assembled in one firmware and run on a Cortex-M0+."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import run_benchmarks
from block_benchmarks import CORTEX_M0PLUS

from mcusim.boards import Board
from mcusim.boards.loading import load_core
from mcusim.boards.schema import CoreOptions, Device, IoPort

START = """
    .word 0x20020000, start + 1
    .type start, %function
start:
"""
FUNCTION = """
    .balign 1024
    .type {name}, %function
{name}:
    push {{lr}}
    ldr r1, =0x20000100
    movs r5, #0
    movs r0, #0
    str r0, [r1]
    {setup}
    cmp r5, #0
    b 1f
    .ltorg
    .balign 4
1:
    .rept {repeats}
    {code}
    .endr
    pop {{pc}}
    .balign 4
9:  .word 0
    .size {name}, . - {name}
"""
IO_PORT = 0xD0000000


@dataclass(frozen=True)
class Case(run_benchmarks.Case):
    """One piece of code with its cycles."""

    small_multiplier: bool = False


def board(multiply_cycles: int) -> Board:
    """A Cortex-M0+ with an I/O port, without wait states."""
    found = run_benchmarks.zero_wait_board()
    here = {"source": "this test", "grade": "assumed"}
    options = CoreOptions(
        multiply_cycles=multiply_cycles,
        io_port=[IoPort(base=IO_PORT, size_bytes=0x1000, **here)],
        **here,
    )
    port = Device(name="sio", type="nrf-egu", base=IO_PORT, size_bytes=0x1000, **here)
    chip = msgspec.structs.replace(
        found.chip, core="cortex-m0plus", priority_bits=2, core_options=options,
        device=[*found.chip.device, port],
    )  # fmt: skip
    return replace(found, chip=chip, core=load_core("cortex-m0plus"))


def measure(into: Path, pieces: list[Case]) -> dict[str, float]:
    """Cycles of one repetition of each piece, by its name."""
    cycles: dict[str, float] = {}
    for small in (False, True):
        chosen = [piece for piece in pieces if piece.small_multiplier is small]
        elf = run_benchmarks.firmware(into, chosen, CORTEX_M0PLUS.header, START, FUNCTION)
        cycles |= run_benchmarks.measure(elf, chosen, board(32 if small else 1))
    return cycles
