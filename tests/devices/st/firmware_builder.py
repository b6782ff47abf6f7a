"""Compiles a few lines of C for a microcontroller of ST."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from textwrap import indent

import pytest

HERE = Path(__file__).parent
GCC = "arm-none-eabi-gcc"
BOARD = "nucleo-l4r5zi"
RESULTS = 0x20000000
"""Where the linker script puts the array `results`."""


def build_firmware(
    folder: Path,
    body: str,
    outside: str = "",
    *,
    cpu: str = "cortex-m4",
    header: str = "chip.h",
    stack_top: int = 0x20030000,
    enables: range = range(0x40021048, 0x40021064, 4),
) -> Path:
    """An ELF file whose main is `body`; `outside` stands before it.

    At start-up all bits of `enables` are set, the registers that give peripherals their clocks.
    """
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    main = f"int main(void) {{\n{indent(body, '  ')}\n  return 0;\n}}\n"
    source.write_text(f'#include "{header}"\n{outside}\n{main}')
    flags = [f"-mcpu={cpu}", "-mthumb", "-O1", "-g", "-ffreestanding", "-nostdlib"]
    flags += ["-Wall", "-Werror", f"-I{HERE}", f"-Wl,-T,{HERE / 'layout.ld'}"]
    flags += [f"-DSTACK_TOP={stack_top:#x}"]
    flags += [f"-DENABLES_FROM={enables.start:#x}", f"-DENABLES_TO={enables.stop:#x}"]
    command = [GCC, *flags, "-o", str(elf), str(HERE / "start.c"), str(source), "-lgcc"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf
