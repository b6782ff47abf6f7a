"""Compiles a few lines of C for Corstone-300, and runs them here and on QEMU's mps3-an547."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from textwrap import indent

import pytest

HERE = Path(__file__).parent
GCC, QEMU = "arm-none-eabi-gcc", "qemu-system-arm"
BOARD = "corstone-300"


def build(
    folder: Path, body: str, outside: str = "", script: str = "sse.ld", *options: str
) -> Path:
    """An ELF file whose main is `body`; `outside` stands before it."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    main = f"int main(void) {{\n{indent(body, '  ')}\n  return 0;\n}}\n"
    source.write_text(f'#include "sse.h"\n{outside}\n{main}')
    flags = ["-mcpu=cortex-m55", "-mfloat-abi=hard", "-mthumb", "-O1", "-g", "-ffreestanding"]
    flags += ["-nostdlib", "-Wall", "-Werror", f"-I{HERE}", f"-Wl,-T,{HERE / script}"]
    command = [
        GCC,
        *flags,
        *options,
        "-o",
        str(elf),
        str(HERE / "sse_start.c"),
        str(source),
        "-lgcc",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def on_qemu(elf: Path) -> list[str]:
    """The lines that QEMU prints."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} not found")
    command = [QEMU, "-M", "mps3-an547", "-display", "none", "-monitor", "none", "-serial", "null"]
    command += ["-icount", "shift=5", "-semihosting-config", "enable=on,target=native"]
    done = subprocess.run(
        [*command, "-kernel", str(elf)], capture_output=True, text=True, check=False, timeout=30
    )
    return (done.stdout + done.stderr).split()
