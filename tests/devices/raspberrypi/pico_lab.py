"""Compiles a few lines of C for the Raspberry Pi Pico and runs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from textwrap import indent

import pytest

import mcusim
from mcusim.result import Result
from mcusim.simulation import Simulation

HERE = Path(__file__).parent
STAGE2 = HERE.parents[2] / "firmware_samples" / "common" / "board" / "rp2040_stage2.S"
GCC = "arm-none-eabi-gcc"
BOARD = "rp2040"
RESULTS = 0x20000000
"""Where the linker scripts put the array `results`."""


def build(folder: Path, body: str, outside: str = "", *, in_ram: bool = False) -> Path:
    """An ELF file whose main is `body`; `outside` stands before it."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    main = f"int main(void) {{\n{indent(body, '  ')}\n  return 0;\n}}\n"
    source.write_text(f'#include "pico.h"\n{outside}\n{main}')
    start, script = ("pico_ram_start.c", "pico_ram.ld") if in_ram else ("pico_start.c", "pico.ld")
    flags = ["-mcpu=cortex-m0plus", "-mthumb", "-O1", "-g", "-ffreestanding", "-nostdlib"]
    flags += ["-Wall", "-Werror", f"-I{HERE}", f"-Wl,-T,{HERE / script}", "-Wl,--build-id=none"]
    sources = [str(HERE / start), str(source), *([] if in_ram else [str(STAGE2)])]
    command = [GCC, *flags, "-o", str(elf), *sources, "-lgcc"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def words(simulation: Simulation) -> list[int]:
    """The firmware's array `results`."""
    data = simulation.machine.read_memory(RESULTS, 64)
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, 64, 4)]


def execute(
    folder: Path, body: str, outside: str = "", *, in_ram: bool = False
) -> tuple[Result, list[int]]:
    """Builds and runs to the end; the result and what the firmware reported."""
    elf = build(folder, body, outside, in_ram=in_ram)
    with mcusim.start(elf, board=BOARD, max_time_s=5.0) as simulation:
        simulation.run_to_end()
        found = words(simulation)
        return simulation.finish(), found
