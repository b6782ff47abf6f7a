"""Compiles a few lines of C for the Raspberry Pi Pico 2 and runs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from textwrap import indent

import pytest

import mcusim
from mcusim.result import Result

HERE = Path(__file__).parent
GCC = "arm-none-eabi-gcc"
RESULTS = 0x20000000
"""Where the linker script puts the array `results`."""


def build(
    folder: Path, body: str, outside: str = "", *flags: str, script: str = "pico2.ld"
) -> Path:
    """An ELF file whose main is `body`; `outside` stands before it."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    main = f"int main(void) {{\n{indent(body, '  ')}\n  return 0;\n}}\n"
    source.write_text(f'#include "pico2.h"\n{outside}\n{main}')
    options = ["-mcpu=cortex-m33", "-mthumb", "-O1", "-g", "-ffreestanding", "-nostdlib", *flags]
    options += ["-Wall", "-Werror", f"-I{HERE}", f"-Wl,-T,{HERE / script}"]
    command = [GCC, *options, "-o", str(elf), str(HERE / "pico2_start.c"), str(source), "-lgcc"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def execute(
    folder: Path, body: str, outside: str = "", *flags: str, script: str = "pico2.ld"
) -> tuple[Result, list[int], list[tuple[int, bool]]]:
    """Builds and runs to the end; the result, the array `results`, and the edges of pins."""
    elf = build(folder, body, outside, *flags, script=script)
    edges: list[tuple[int, bool]] = []
    with mcusim.start(elf, board="rp2350", max_time_s=2.0) as simulation:
        machine = simulation.machine
        machine.pin_listeners.append(lambda port, pin, level: edges.append((pin, level)))
        simulation.run_to_end()
        data = machine.read_memory(RESULTS, 64)
        found = [int.from_bytes(data[i : i + 4], "little") for i in range(0, 64, 4)]
        return simulation.finish(), found, edges
