"""Compiles a test firmware of a few lines of C, runs it, and reads what it reports."""

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
BOARD = "nrf52840"
CPU = {"nrf52840": "cortex-m4", "nrf5340": "cortex-m33"}
CORE_HZ = 64_000_000


def build(folder: Path, body: str, outside: str = "", board: str = BOARD) -> Path:
    """An ELF file whose main is `body`; `outside` stands before it."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    text = (
        f'#include "nrf.h"\n{outside}\nint main(void) {{\n{indent(body, "  ")}\n  return 0;\n}}\n'
    )
    source.write_text(text)
    flags = [f"-mcpu={CPU[board]}", "-mthumb", "-O1", "-g", "-ffreestanding", "-nostdlib"]
    flags += ["-Wall", "-Werror", f"-I{HERE}", f"-Wl,-T,{HERE / 'layout.ld'}"]
    command = [GCC, *flags, "-o", str(elf), str(source), str(HERE / "start.c"), "-lgcc"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def reports(result: Result) -> dict[str, list[int]]:
    """All values that were reported, by name."""
    found: dict[str, list[int]] = {}
    for line in result.output.splitlines():
        name, equals, value = line.partition("=")
        if equals:
            found.setdefault(name, []).append(int(value, 16))
    return found


def execute(
    folder: Path, body: str, outside: str = "", *, max_time_s: float = 2.0, board: str = BOARD
) -> tuple[Result, dict[str, list[int]]]:
    """Builds and runs; the run and what it reported."""
    result = mcusim.run(build(folder, body, outside, board), board=board, max_time_s=max_time_s)
    return result, reports(result)
