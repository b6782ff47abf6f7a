"""Runs a sample on Unicorn alone, without a hook: what the simulator's speed is compared with."""

from __future__ import annotations

import time
from pathlib import Path

from elftools.elf.elffile import ELFFile
from unicorn import UC_ARCH_ARM, UC_MODE_THUMB, Uc, UcError
from unicorn.arm_const import (
    UC_ARM_REG_PC,
    UC_ARM_REG_R0,
    UC_ARM_REG_SP,
    UC_CPU_ARM_CORTEX_M4,
)

PLAIN_MEMORY = (
    (0x00000000, 0x00100000),  # flash of the nRF52840
    (0x20000000, 0x00040000),  # RAM
    (0x40000000, 0x00100000),  # devices: bytes that keep what is written
    (0x50000000, 0x00100000),
    (0xE0000000, 0x00100000),
)
SEMIHOSTING = b"\xab\xbe"
SYS_EXIT, SYS_EXIT_EXTENDED = 0x18, 0x20


def run(firmware: Path) -> float:
    """Runs `firmware` to its semihosting exit; CPU seconds spent in Unicorn."""
    core = Uc(UC_ARCH_ARM, UC_MODE_THUMB)
    core.ctl_set_cpu_model(UC_CPU_ARM_CORTEX_M4)
    for base, size_bytes in PLAIN_MEMORY:
        core.mem_map(base, size_bytes)
    _load(core, firmware)
    pc = _word(core, 4)
    core.reg_write(UC_ARM_REG_SP, _word(core, 0))
    spent_s = 0.0
    while True:
        began = time.process_time()
        try:
            core.emu_start(pc | 1, 0xFFFFFFFE)
        except UcError as error:
            stopped = error
        spent_s += time.process_time() - began
        pc = core.reg_read(UC_ARM_REG_PC)
        if core.mem_read(pc, 2) != SEMIHOSTING:
            raise RuntimeError(f"bare Unicorn stopped at 0x{pc:08x}: {stopped}")
        if core.reg_read(UC_ARM_REG_R0) in (SYS_EXIT, SYS_EXIT_EXTENDED):
            return spent_s
        core.reg_write(UC_ARM_REG_R0, 0)
        pc += 2


def _load(core: Uc, firmware: Path) -> None:
    with firmware.open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_LOAD"):
            core.mem_write(segment["p_paddr"], segment.data())


def _word(core: Uc, address: int) -> int:
    return int.from_bytes(core.mem_read(address, 4), "little")
