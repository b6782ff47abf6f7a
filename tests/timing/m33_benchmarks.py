"""Kernels of cortex_m33_table.toml: assembled in one file, each timed as a block of its own."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import m7_benchmarks
from m7_benchmarks import REPEATS, Kernel, block

from mcusim.timing.cores import timing_model

TABLE = Path(__file__).parent / "cortex_m33_table.toml"
HEADER = ".syntax unified\n.cpu cortex-m33\n.fpu fpv5-sp-d16\n.thumb\n.text\n"


def kernels() -> list[Kernel]:
    """All pieces of code of the table."""
    found = []
    for number, row in enumerate(rows()):
        each = row.pop("each", None) or [row.pop("code")]
        found += [Kernel(f"row{number}_{i}", code=code, **row) for i, code in enumerate(each)]
    return found


def rows() -> list[dict[str, Any]]:
    """The table as the file has it."""
    found: list[dict[str, Any]] = tomllib.loads(TABLE.read_text(encoding="utf-8"))["row"]
    return found


def measure(into: Path, pieces: list[Kernel]) -> dict[str, float]:
    """Cycles of one repetition of each piece, by its name; a branch at its end is taken."""
    blocks = m7_benchmarks.assemble(into, HEADER + "".join(_assembly(piece) for piece in pieces))
    time_block = timing_model("cortex-m33")
    cycles = {}
    for name, (address, code) in blocks.items():
        timed = time_block(address, code, 0, True)
        cycles[name] = timed["cycles"] + timed["taken_cycles"]
    return {
        piece.name: cycles[f"{piece.name}_block"]
        if piece.last
        else (cycles[f"{piece.name}_2n"] - cycles[f"{piece.name}_n"]) / REPEATS
        for piece in pieces
    }


def _assembly(piece: Kernel) -> str:
    if piece.last:
        return block(f"{piece.name}_block", piece.code)
    return "".join(
        block(f"{piece.name}_{suffix}", f".rept {repeats}; {piece.code}; .endr")
        for suffix, repeats in (("n", REPEATS), ("2n", 2 * REPEATS))
    )
