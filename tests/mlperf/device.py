"""Builds the device under test of these tests."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from mcusim.boards import load_board
from mcusim.firmware import load_firmware
from mcusim.machine.machine import Machine

GCC = "arm-none-eabi-gcc"
BOARD = "nucleo-l4r5zi"
LOOPS = 1000
SOURCE = Path(__file__).with_name("device.c")
LAYOUT = """
SECTIONS {
  .text 0x08000000 : { KEEP(*(.vectors)) *(.text*) *(.rodata*) }
  .bss 0x20000000 (NOLOAD) : { *(.bss*) *(COMMON) }
  stack_end = 0x20010000;
}
"""


def build_device(folder: Path, *defines: str) -> Path:
    """The firmware, for the clock that the board has at reset."""
    if shutil.which(GCC) is None:
        pytest.skip(f"{GCC} not found")
    layout = folder / "device.ld"
    layout.write_text(LAYOUT)
    first = _compile(folder, layout, "MHZ=4", *defines)
    return _compile(folder, layout, f"MHZ={_megahertz(first)}", *defines)


def _compile(folder: Path, layout: Path, *defines: str) -> Path:
    elf = folder / "device.elf"
    flags = ["-mcpu=cortex-m4", "-mthumb", "-Os", "-ffreestanding", "-nostdlib", "-g"]
    words = [f"-D{word}" for word in (f"LOOPS={LOOPS}", *defines)]
    command = [GCC, *flags, *words, f"-Wl,-T,{layout}", "-o", str(elf), str(SOURCE), "-lgcc"]
    subprocess.run(command, check=True, capture_output=True, text=True)
    return elf


def _megahertz(elf: Path) -> int:
    machine = Machine(load_board(BOARD), load_firmware(elf), accurate=True)
    machine.start()
    cycles = machine.cycle_in(1e-3) - machine.engine.now
    machine.close()
    return round(cycles / 1000)
