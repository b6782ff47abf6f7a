"""Compiles a few lines of C for a chip of two Cortex-M0+ and runs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import mcusim
from mcusim.result import Result

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
GCC = "arm-none-eabi-gcc"
CLOCK_HZ = 48e6
CORE_RESET = HERE / "core_reset.py"
RESULTS = 0x20000000

CORES = """
[cores]
count = 2
held = {held}
asleep_share = {asleep_share}
source = "a chip of this test"
grade = "assumed"

[[device]]
name = "sio"
type = "rp2040-sio"
base = 0xD0000000
interrupts = [15, 16]
source = "a chip of this test"
grade = "assumed"

[[device]]
name = "reset"
type = "core-reset"
base = 0x40000000
source = "a chip of this test"
grade = "assumed"

"""


def board(folder: Path, *, held: bool = False, asleep_share: float = 0.0) -> Path:
    """The SAM D21 with two cores and SIO, in place of its own devices."""
    chip = (ROOT / "boards/chips/samd21.toml").read_text()
    head, _, rest = chip.partition("\n[[device]]")
    power = rest[rest.index("\n[power]") :]
    cores = CORES.format(held=str(held).lower(), asleep_share=asleep_share)
    head = head.replace("0x60000000", "0xD0000000")
    (folder / "two-chip.toml").write_text(head + "\n" + cores + power)
    text = (ROOT / "boards/samd21.toml").read_text()
    text = text.replace('chip = "samd21"', 'chip = "two-chip.toml"')
    text = text.replace('console = "sercom5"', "")
    (folder / "two.toml").write_text(text)
    return folder / "two.toml"


def build(folder: Path, body: str) -> Path:
    """An ELF file of C source that has `core0` and `core1`."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    source, elf = folder / "main.c", folder / "main.elf"
    source.write_text(f'#include "two.h"\n{body}\n')
    flags = ["-mcpu=cortex-m0plus", "-mthumb", "-O1", "-g", "-ffreestanding", "-nostdlib"]
    flags += ["-Wall", "-Werror", f"-I{HERE}", f"-Wl,-T,{HERE / 'two.ld'}"]
    command = [GCC, *flags, "-o", str(elf), str(HERE / "start.c"), str(source), "-lgcc"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def execute(
    folder: Path, body: str, *, held: bool = False, asleep_share: float = 0.0, max_time_s: float = 1
) -> tuple[Result, list[int]]:
    """Builds and runs to the end; the result and the firmware's array `results`."""
    elf = build(folder, body)
    own = board(folder, held=held, asleep_share=asleep_share)
    options = {"board": str(own), "devices": [CORE_RESET], "max_time_s": max_time_s}
    with mcusim.start(elf, **options) as simulation:
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 64)
        words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, 64, 4)]
        return simulation.finish(), words
