"""Assembles Thumb-2 for the tests with the GNU assembler, many programs at once."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

PREFIX = "arm-none-eabi-"
HEADER = ".syntax unified\n.cpu cortex-m4\n.fpu fpv4-sp-d16\n.thumb\n.text\n"


@dataclass(frozen=True)
class Assembled:
    """Machine code and where its labels are."""

    base: int
    code: bytes
    labels: dict[str, int]


@cache
def assemble(source: str, base: int = 0x400) -> Assembled:
    """Assembles and links `source` at `base`; skips the test where there is no assembler."""
    if shutil.which(PREFIX + "as") is None:
        pytest.skip(f"{PREFIX}as is not installed")
    with TemporaryDirectory() as folder:
        at = Path(folder)
        (at / "in.s").write_text(HEADER + source)
        _tool("as", "-o", at / "in.o", at / "in.s")
        _tool("ld", f"-Ttext={base:#x}", "-e", f"{base:#x}", "-o", at / "in.elf", at / "in.o")
        _tool("objcopy", "-O", "binary", "-j", ".text", at / "in.elf", at / "in.bin")
        names = _tool("nm", at / "in.elf")
        code = (at / "in.bin").read_bytes()
    rows = (line.split() for line in names.splitlines())
    return Assembled(base, code, {name: int(value, 16) for value, _, name in rows})


def _tool(name: str, *arguments: object) -> str:
    done = subprocess.run(
        [PREFIX + name, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[:2000]
    return done.stdout


def firmware(source: str, base: int = 0, sp: int = 0x20008000, *, start: str = "start") -> bytes:
    """A raw binary for `base`: a vector table and `source` at 0x400, entered at its label."""
    program = assemble(source, base + 0x400)
    entry = program.labels[start] | 1
    table = sp.to_bytes(4, "little") + entry.to_bytes(4, "little")
    return table.ljust(0x400, b"\0") + program.code
