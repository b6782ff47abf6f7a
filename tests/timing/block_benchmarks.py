"""Pieces of code, assembled in one file, each timed as a block of its own.

A piece of straight code is timed `REPEATS` times over and twice as often, so that the difference
has nothing of how it begins; a loop is the block that its label begins.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from run_benchmarks import call

from mcusim.timing.cores import timing_model

REPEATS = 8
ARM = ("arm-none-eabi-as", "arm-none-eabi-ld")


@dataclass(frozen=True)
class Target:
    """A core, the tools that assemble and link for it, and the directives that name it."""

    core: str
    header: str
    assembler: tuple[str, ...] = ARM[:1]
    linker: tuple[str, ...] = ARM[1:]


CORTEX_M0PLUS = Target("cortex-m0plus", ".syntax unified\n.cpu cortex-m0plus\n.thumb\n")
CORTEX_M7 = Target("cortex-m7", ".syntax unified\n.cpu cortex-m7\n.fpu fpv5-d16\n.thumb\n")
CORTEX_M33 = Target("cortex-m33", ".syntax unified\n.cpu cortex-m33\n.fpu fpv5-sp-d16\n.thumb\n")
CORTEX_M55 = Target(
    "cortex-m55",
    ".syntax unified\n.thumb\n.arch armv8.1-m.main\n"
    ".arch_extension mve.fp\n.arch_extension fp.dp\n",
)
ESP32_C3 = Target(
    "esp32-c3",
    ".option norelax\n",
    ("riscv64-unknown-elf-as", "-march=rv32imc_zicsr", "-mabi=ilp32"),
    ("riscv64-unknown-elf-ld", "-m", "elf32lriscv"),
)
SIFIVE_E31 = Target(
    "sifive-e31",
    ".option norelax\n",
    ("riscv64-unknown-elf-as", "-march=rv32imac_zicsr_zifencei", "-mabi=ilp32"),
    ("riscv64-unknown-elf-ld", "-m", "elf32lriscv"),
)


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


def measure(into: Path, pieces: list[Kernel], target: Target) -> dict[str, float]:
    """Cycles of one repetition of each piece, by its name; a branch at its end is taken."""
    source = target.header + ".text\n" + "".join(line for piece in pieces for line in _code(piece))
    time_block = timing_model(target.core)
    cycles = {}
    for name, (address, code) in assemble(into, source, target).items():
        timed = time_block(address, code, 0, True)
        cycles[name] = timed["cycles"] + timed["taken_cycles"]
    return {
        piece.name: cycles[f"{piece.name}_block"]
        if piece.loop or piece.last
        else (cycles[f"{piece.name}_2n"] - cycles[f"{piece.name}_n"]) / REPEATS
        for piece in pieces
    }


def _code(piece: Kernel) -> Iterator[str]:
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


def assemble(into: Path, source: str, target: Target) -> dict[str, tuple[int, bytes]]:
    """Address and code of each label that has an end: `x` or `x_block`, up to `x_end`."""
    (into / "kernels.s").write_text(source, encoding="utf-8")
    linked = into / "kernels.elf"
    call(*target.assembler, "-o", str(into / "kernels.o"), str(into / "kernels.s"))
    places = ("-Ttext=0x1000", "--entry=0x1000")
    call(*target.linker, *places, "-o", str(linked), str(into / "kernels.o"))
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
