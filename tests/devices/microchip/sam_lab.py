"""Compiles a few lines of C for the SAM D21 and runs them."""

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
GCC = "arm-none-eabi-gcc"
BOARD = "samd21"
SETUP_S = 170e-6
"""What clock_to_48_mhz takes at the reset clock of 1 MHz, about."""
RESULTS = 0x20000000
"""Where the linker script puts the array `results`."""


def build(folder: Path, body: str, outside: str = "") -> Path:
    """An ELF file whose main is `body`; `outside` stands before it."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    main = f"int main(void) {{\n{indent(body, '  ')}\n  return 0;\n}}\n"
    source.write_text(f'#include "sam.h"\n{outside}\n{main}')
    flags = ["-mcpu=cortex-m0plus", "-mthumb", "-O1", "-g", "-ffreestanding", "-nostdlib"]
    flags += ["-Wall", "-Werror", f"-I{HERE}", f"-Wl,-T,{HERE / 'sam.ld'}"]
    command = [GCC, *flags, "-o", str(elf), str(HERE / "sam_start.c"), str(source), "-lgcc"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def words(simulation: Simulation) -> list[int]:
    """The firmware's array `results`."""
    data = simulation.machine.read_memory(RESULTS, 64)
    return [int.from_bytes(data[i : i + 4], "little") for i in range(0, 64, 4)]


def states(simulation: Simulation) -> set[str]:
    """The sleep states that the core was in."""
    return {name for name, cycles in simulation.machine.sleep.cycles().items() if cycles > 0}


def execute(folder: Path, body: str, outside: str = "") -> tuple[Result, list[int]]:
    """Builds and runs to the end; the result and what the firmware reported."""
    with mcusim.start(build(folder, body, outside), board=BOARD, max_time_s=5.0) as simulation:
        simulation.run_to_end()
        found = words(simulation)
        return simulation.finish(), found
