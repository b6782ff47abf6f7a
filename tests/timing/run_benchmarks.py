"""Pieces of code, assembled in one firmware and measured in one run.

Each piece of code makes two functions, of `REPEATS` and of twice as many repetitions in a straight
line, so that the difference of their cycles has nothing of a call or a set-up in it.
"""

from __future__ import annotations

import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec

import mcusim
from mcusim.boards import Board, load_board
from mcusim.boards.schema import WaitStates

REPEATS = 8
ASSEMBLE = "arm-none-eabi-as"
LINK = "arm-none-eabi-ld"

CORTEX_M4 = ".cpu cortex-m4\n.fpu fpv4-sp-d16\n"
START = """
    .syntax unified
    .thumb
    .word 0x20020000, start + 1
    .type start, %function
start:
    ldr r0, =0xE000ED88  @ CPACR: the FPU on
    ldr r1, =0x00F00000
    str r1, [r0]
    dsb
    isb
"""
EXIT = """
    movs r0, #0x18  @ SYS_EXIT
    ldr r1, =0x20026
    bkpt 0xAB
    .ltorg
"""
# A function lies in one page of 1 kB, where Unicorn cuts blocks.
FUNCTION = """
    .balign 1024
    .type {name}, %function
{name}:
    push {{lr}}
    movw r1, #0x0100
    movt r1, #0x2000
    movs r5, #0
    movs r0, #0
    str r0, [r1]
    vmov s2, r5
    vmov.f32 s3, #1.0
    cmp r5, #0
    {setup}
    nop.w
    .balign 4
    .rept {repeats}
    {code}
    .endr
    pop {{pc}}
    .balign 4
9:  .word 0
    .size {name}, . - {name}
"""


@dataclass(frozen=True)
class Case:
    """One piece of code with its cycles."""

    name: str
    instruction: str
    published: str
    source: str
    code: str
    cycles: int
    setup: str = ""
    before: str = ""
    after: str = ""
    differs: str = ""
    beside: int | None = None

    @property
    def cycles_beside(self) -> int:
        """Cycles of the instructions around the code."""
        return _statements(self.before, self.after) if self.beside is None else self.beside


def _statements(*texts: str) -> int:
    parts = [re.sub(r"^\s*\d:", "", part) for text in texts for part in text.split(";")]
    return sum(bool(part.strip()) for part in parts)


def firmware(
    into: Path,
    pieces: list[Case],
    core: str = CORTEX_M4,
    start: str = START,
    function: str = FUNCTION,
) -> Path:
    """Assembles and links the pieces for a core, named by the assembler's directives."""
    source, linked = into / "micro.s", into / "micro.elf"
    source.write_text(core + assembly(pieces, start, function), encoding="utf-8")
    call(ASSEMBLE, "-o", str(into / "micro.o"), str(source))
    call(LINK, "-Ttext=0", "--entry=start", "-o", str(linked), str(into / "micro.o"))
    return linked


def assembly(pieces: list[Case], start: str = START, function: str = FUNCTION) -> str:
    """The source of the firmware."""
    calls, functions = [], []
    for case in pieces:
        code = "; ".join(part for part in (case.before, case.code, case.after) if part)
        for suffix, repeats in (("n", REPEATS), ("2n", 2 * REPEATS)):
            name = f"{case.name}_{suffix}"
            calls.append(f"    bl {name}")
            functions.append(
                function.format(name=name, setup=case.setup, code=code, repeats=repeats)
            )
    return start + "\n".join(calls) + EXIT + "".join(functions)


def call(*command: str) -> None:
    """Runs a tool, which must succeed."""
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def zero_wait_board() -> Board:
    """The nRF52840 with a flash that has no wait states."""
    board = load_board("nrf52840")
    timing = msgspec.structs.replace(
        board.chip.flash_timing,
        wait_states=[WaitStates(up_to_hz=board.clock_hz, wait_states=0)],
    )
    return replace(board, chip=msgspec.structs.replace(board.chip, flash_timing=timing))


def measure_m4(into: Path, pieces: list[Case]) -> dict[str, float]:
    """Cycles of one repetition of each piece on a Cortex-M4, by its name."""
    return measure(firmware(into, pieces), pieces, zero_wait_board())


def measure(elf: Path, pieces: list[Case], board: Board) -> dict[str, float]:
    """Cycles of one repetition of each piece, by its name, without the instructions beside."""
    names = [f"{case.name}_{suffix}" for case in pieces for suffix in ("n", "2n")]
    result = mcusim.run(elf, board=board, roi=names)
    assert result.outcome == "exited", result.reason
    cycles = {region.name: region.cycles_total for region in result.regions}
    return {
        case.name: (cycles[f"{case.name}_2n"] - cycles[f"{case.name}_n"]) / REPEATS
        - case.cycles_beside
        for case in pieces
    }
