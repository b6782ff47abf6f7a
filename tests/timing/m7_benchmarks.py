"""Kernels of cortex_m7_table.toml: assembled in one file, each timed as a block of its own.

A piece of straight code is timed `REPEATS` times over and twice as often, so that the difference
has nothing of how it begins; a loop is the block that its label begins.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from elftools.elf.elffile import ELFFile
from micro_benchmarks import ASSEMBLE, LINK, call

from mcusim.timing.cores import timing_model

TABLE = Path(__file__).parent / "cortex_m7_table.toml"
REPEATS = 8
HEADER = ".syntax unified\n.cpu cortex-m7\n.fpu fpv5-d16\n.thumb\n.text\n"

time_block = timing_model("cortex-m7")


@dataclass(frozen=True)
class Kernel:
    """One piece of code with its cycles."""

    name: str
    instruction: str
    published: str
    source: str
    code: str
    cycles: int
    loop: bool = False
    last: bool = False
    differs: str = ""


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
    """Cycles of one repetition of each piece, by its name."""
    source = HEADER + "".join(line for piece in pieces for line in _assembly(piece))
    blocks = assemble(into, source)
    cycles = {name: time_block(*block, 0, True)["cycles"] for name, block in blocks.items()}
    return {
        piece.name: cycles[f"{piece.name}_block"]
        if piece.loop or piece.last
        else (cycles[f"{piece.name}_2n"] - cycles[f"{piece.name}_n"]) / REPEATS
        for piece in pieces
    }


def _assembly(piece: Kernel) -> Iterator[str]:
    if piece.loop:
        yield block(f"{piece.name}", piece.code.replace("1:", f"{piece.name}_block: 1:"))
    elif piece.last:
        yield block(f"{piece.name}_block", piece.code)
    else:
        for suffix, repeats in (("n", REPEATS), ("2n", 2 * REPEATS)):
            yield block(f"{piece.name}_{suffix}", f".rept {repeats}; {piece.code}; .endr")


def block(name: str, code: str) -> str:
    """Assembler text of a block for `assemble`, at an address that 16 divides."""
    return f".balign 16\n{name}:\n{code}\n{name}_end:\n".replace("_block_end:", "_end:")


def assemble(into: Path, source: str) -> dict[str, tuple[int, bytes]]:
    """Address and code of each label that has an end: `x` or `x_block`, up to `x_end`."""
    (into / "kernels.s").write_text(source, encoding="utf-8")
    linked = into / "kernels.elf"
    call(ASSEMBLE, "-o", str(into / "kernels.o"), str(into / "kernels.s"))
    call(LINK, "-Ttext=0x1000", "--entry=0x1000", "-o", str(linked), str(into / "kernels.o"))
    with linked.open("rb") as file:
        elf = ELFFile(file)
        text = elf.get_section_by_name(".text")
        symbols = elf.get_section_by_name(".symtab").iter_symbols()
        at = {symbol.name: symbol["st_value"] & ~1 for symbol in symbols}
        base, code = text["sh_addr"], text.data()
    ends = {name: at.get(f"{name.removesuffix('_block')}_end") for name in at}
    return {
        name: (at[name], code[at[name] - base : end - base])
        for name, end in ends.items()
        if end is not None
    }
