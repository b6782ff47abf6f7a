"""The architecture profiles beside Armv7-M: how firmware is built for one, and what it runs on."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec
import pytest
from case import Case

from mcusim.boards import Board, load_board
from mcusim.boards.loading import load_core
from mcusim.boards.schema import CoreOptions, Memory

FIRMWARE = Path(__file__).parent / "firmware"
COMPILER = "arm-none-eabi-gcc"
QEMU = "qemu-system-arm"
COMMON = ["-mthumb", "-O1", "-w", "-std=gnu11", "-nostdlib", "-ffreestanding"]
COMMON += ["-fno-tree-loop-distribute-patterns"]
LIMIT_S = 20
MEMORIES = "FLASH (rx) : ORIGIN = 0, LENGTH = 64K\n  RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 64K"


@dataclass(frozen=True)
class Profile:
    """A core of one profile with the memories of a machine that QEMU has as well."""

    name: str
    core: str
    options: CoreOptions
    priority_bits: int
    machine: str
    """QEMU's name of the machine."""
    compile: Sequence[str]
    flash: int
    ram: int
    ram_kb: int = 64
    flash_kb: int = 64
    mpu_regions: int = 8
    defines: Sequence[str] = field(default=())

    def board(self) -> Board:
        """A board with this core and these memories, and no device."""
        board = load_board("nrf52840")
        flash, ram = (
            Memory(
                name=name, kind=kind, base=base, size_bytes=kb << 10,
                source="this test: as the machine that QEMU has", grade="assumed",
            )
            for name, kind, base, kb in (
                ("flash", "flash", self.flash, self.flash_kb),
                ("ram", "ram", self.ram, self.ram_kb),
            )
        )  # fmt: skip
        states = [msgspec.structs.replace(row, systick=True) for row in board.chip.power.sleep]
        power = msgspec.structs.replace(board.chip.power, sleep=states)
        chip = msgspec.structs.replace(
            board.chip, power=power, core=self.core, core_options=self.options, device=[],
            memory=[flash, ram], priority_bits=self.priority_bits, vector_table=self.flash,
            mpu_regions=self.mpu_regions,
        )  # fmt: skip
        return replace(board, chip=chip, core=load_core(self.core), console="")

    def build(self, cases: Sequence[Case], folder: Path) -> dict[str, Path]:
        """All cases as ELF files, by name; skips the test without a compiler."""
        if shutil.which(COMPILER) is None:
            pytest.skip(f"{COMPILER} is not installed")
        script = (FIRMWARE / "link.ld").read_text(encoding="utf-8")
        assert MEMORIES in script
        script = script.replace(
            MEMORIES,
            f"FLASH (rx) : ORIGIN = {self.flash:#x}, LENGTH = {self.flash_kb}K\n"
            f"  RAM (rwx) : ORIGIN = {self.ram:#x}, LENGTH = {self.ram_kb}K",
        )
        (folder / "link.ld").write_text(script, encoding="utf-8")
        self._compile("-c", FIRMWARE / "harness.c", "-o", folder / "harness.o")
        with ThreadPoolExecutor(2) as pool:
            return dict(pool.map(lambda case: self._build(case, folder), cases))

    def _build(self, case: Case, folder: Path) -> tuple[str, Path]:
        source = folder / f"{''.join(c if c.isalnum() else '-' for c in case.name)}.c"
        source.write_text(f'#include "harness.h"\n{case.code}\n', encoding="utf-8")
        elf = source.with_suffix(".elf")
        self._compile(
            *("-I", FIRMWARE, "-T", folder / "link.ld", "-Wl,--no-warn-rwx-segments"),
            *(folder / "harness.o", source, "-o", elf),
        )
        return case.name, elf

    def _compile(self, *arguments: object) -> None:
        command = [COMPILER, *self.compile, *COMMON, *(f"-D{d}" for d in self.defines)]
        done = subprocess.run(
            [*command, *map(str, arguments), "-lgcc"], capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[:4000]

    def on_qemu(self, elf: Path) -> str:
        """What QEMU prints; empty when it does not end."""
        semihosting = "enable=on,target=native,userspace=on"
        command = [QEMU, "-M", self.machine, "-icount", "shift=3", "-display", "none"]
        command += ["-monitor", "none", "-serial", "null", "-semihosting-config", semihosting]
        try:
            done = subprocess.run(
                [*command, "-kernel", str(elf)],
                capture_output=True, text=True, check=False, timeout=LIMIT_S, env=_plain(),
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return ""
        return done.stdout + done.stderr if done.returncode == 0 else ""


def _plain() -> dict[str, str]:
    """The environment without what is loaded before our own program (a sanitizer's runtime)."""
    return {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}


ARMV6M = Profile(
    name="Armv6-M",
    core="cortex-m0plus",
    options=CoreOptions(interrupts=32, source="this test", grade="assumed"),
    priority_bits=2,
    machine="microbit",
    compile=("-mcpu=cortex-m0plus", "-masm-syntax-unified"),
    flash=0,
    ram=0x20000000,
    ram_kb=16,
)

ARMV8M = Profile(
    name="Armv8-M",
    core="cortex-m33",
    options=CoreOptions(source="this test", grade="assumed"),
    priority_bits=3,
    machine="mps2-an505",
    compile=("-mcpu=cortex-m33", "-mfloat-abi=softfp", "-mfpu=fpv5-sp-d16"),
    flash=0x10000000,
    ram=0x38000000,
    defines=("UNMAPPED=0x70000000u",),
)

ARMV8M_SECURE = replace(
    ARMV8M,
    name="Armv8-M, Secure state",
    options=CoreOptions(security=True, source="this test", grade="assumed"),
)

ARMV81M = replace(
    ARMV8M,
    name="Armv8.1-M",
    core="cortex-m55",
    machine="mps3-an547",
    compile=("-mcpu=cortex-m55", "-mfloat-abi=hard"),
    ram=0x30000000,
)
