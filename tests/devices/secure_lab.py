"""Compiles a firmware with code of both security states for a Cortex-M33."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

GCC = "arm-none-eabi-gcc"
FLAGS = (
    *("-mcpu=cortex-m33", "-mthumb", "-mcmse", "-O1", "-g", "-ffreestanding", "-nostdlib"),
    *("-Wall", "-Werror", "-Wno-unused-function"),
)


def build(folder: Path, text: str, vendor: Path) -> Path:
    """An ELF of `text` behind the vendor's `secure.h`, placed by its `secure.ld`."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    source.write_text(f'#include "secure.h"\n{text}')
    command = [GCC, *FLAGS, f"-I{vendor}", f"-Wl,-T,{vendor / 'secure.ld'}", "-o", str(elf)]
    done = subprocess.run(
        [*command, str(source), "-lgcc"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return elf
