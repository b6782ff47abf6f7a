"""Builds a few lines of RISC-V assembly or C for a chip of these tests, and runs them."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

import mcusim
from mcusim.result import Result

GCC = "riscv64-unknown-elf-gcc"
FLASH, RAM = 0x20000000, 0x80000000

BOARD = """
name = "lab"
title = "a board of these tests"
chip = "lab-chip.toml"
clock_hz = 16e6
clock_source = "a board of these tests"
supply_v = 3.3
supply_source = "a board of these tests"
regulator = "ldo"
regulator_source = "a board of these tests"
"""

CHIP = """
name = "lab-chip"
title = "a chip of these tests"
vendor = "none"
core = "rv32"
max_clock_hz = 16e6
max_clock_source = "a chip of these tests"
priority_bits = 3
priority_bits_source = "a chip of these tests"
vector_table = 0x20000000
vector_table_source = "a chip of these tests"

[riscv]
extensions = "{extensions}"
vector_alignment_bytes = 64
pmp_regions = 8
trap_cycles = 4
counter_inhibit = true
misaligned = "{misaligned}"
{more}
source = "a chip of these tests"
grade = "assumed"

[[memory]]
name = "flash"
kind = "flash"
base = 0x20000000
size_bytes = 0x20000
source = "a chip of these tests"
grade = "assumed"

[[memory]]
name = "ram"
kind = "ram"
base = 0x80000000
size_bytes = {ram_bytes}
source = "a chip of these tests"
grade = "assumed"

[flash_timing]
read_bytes = 4
wait_states = [{{ up_to_hz = 16e6, wait_states = 0 }}]
prefetch = false
source = "a chip of these tests"
grade = "assumed"

[[device]]
name = "clint"
type = "riscv-clint"
base = 0x02000000
size_bytes = 0xC000
source = "a chip of these tests"
grade = "assumed"

[[device]]
name = "plic"
type = "riscv-plic"
base = 0x0C000000
size_bytes = 0x200400
source = "a chip of these tests"
grade = "assumed"

[power]
supply_min_v = 1.8
supply_max_v = 3.6
supply_source = "a chip of these tests"
spread = 0.1
spread_source = "a chip of these tests"
default_sleep = "standby"

[[power.run]]
clock_hz = 16e6
supply_v = 3.3
regulator = "ldo"
code = "flash"
cache = false
workload = "while1"
typical_a = 8e-3
source = "a chip of these tests"
grade = "assumed"

[[power.static]]
regulator = "ldo"
supply_v = 3.3
typical_a = 0.1e-3
source = "a chip of these tests"
grade = "assumed"

[[power.sleep]]
name = "sleep"
supply_v = 3.3
typical_a = 1e-3
wake_s = 0.0
description = "the core's clock is off"
source = "a chip of these tests"
grade = "assumed"

[[power.sleep]]
name = "standby"
supply_v = 3.3
typical_a = 1e-6
wake_s = 10e-6
description = "all clocks are off"
source = "a chip of these tests"
grade = "assumed"
"""

LINKER = """
ENTRY(_start)
MEMORY { FLASH (rx): ORIGIN = 0x20000000, LENGTH = 128K
         RAM (rwx): ORIGIN = 0x80000000, LENGTH = 16K }
SECTIONS
{
  .text : { *(.init) *(.text*) *(.rodata*) } > FLASH
  .data : { _data = .; *(.data*) *(.sdata*) } > RAM AT> FLASH
  .bss (NOLOAD) : { *(.bss*) *(.sbss*) } > RAM
  _stack_top = ORIGIN(RAM) + LENGTH(RAM);
}
"""

EXIT = """
exit:
    li a1, 0x20026
    bnez a0, 1f
    li a0, 0x18
    j 2f
1:  la a1, block
    sw a0, 4(a1)
    li a0, 0x20026
    sw a0, 0(a1)
    li a0, 0x20
2:  .balign 16
    .option push
    .option norvc
    slli x0, x0, 0x1f
    ebreak
    srai x0, x0, 7
    .option pop
    j .
    .bss
    .balign 4
block: .space 8
"""


def board(
    folder: Path,
    *,
    extensions: str = "IMACU",
    misaligned: str = "trap",
    more: str = "",
    ram_bytes: int = 0x4000,
) -> Path:
    """A board file of the chip of these tests."""
    chip = CHIP.format(extensions=extensions, misaligned=misaligned, more=more, ram_bytes=ram_bytes)
    (folder / "lab-chip.toml").write_text(chip)
    (folder / "lab.toml").write_text(BOARD)
    return folder / "lab.toml"


def build(folder: Path, source: str, march: str = "rv32imac_zicsr_zifencei") -> Path:
    """An ELF file of assembly from `_start` on; `exit` ends the run with the status in a0."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    (folder / "lab.ld").write_text(LINKER)
    (folder / "main.S").write_text(".globl _start\n.text\n" + source + "\n.text\n" + EXIT)
    elf = folder / "main.elf"
    abi = "ilp32" if "f" not in march.split("_")[0].removeprefix("rv32") else "ilp32f"
    flags = [f"-march={march}", f"-mabi={abi}", "-nostdlib", "-g", "-Wl,--no-warn-rwx-segments"]
    command = [GCC, *flags, "-T", str(folder / "lab.ld"), "-o", str(elf), str(folder / "main.S")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return elf


def run(folder: Path, source: str, *, own_board: Path | None = None, **options: object) -> Result:
    """Builds and runs to the end."""
    elf = build(folder, source)
    chosen = own_board or board(folder)
    return mcusim.run(elf, board=str(chosen), **options)  # type: ignore[arg-type]


def words_of(
    folder: Path, source: str, count: int, *, own_board: Path | None = None, **options: object
) -> tuple[Result, list[int]]:
    """The same, with the first words of RAM after the run."""
    elf = build(folder, source)
    chosen = own_board or board(folder)
    with mcusim.start(elf, board=str(chosen), **options) as simulation:  # type: ignore[arg-type]
        simulation.run_to_end()
        data = simulation.machine.read_memory(RAM, 4 * count)
        words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, 4 * count, 4)]
        return simulation.finish(), words
