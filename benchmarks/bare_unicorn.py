"""Runs a sample on Unicorn alone, without a hook: what the simulator's speed is compared with."""

from __future__ import annotations

import time
from collections.abc import Iterable
from pathlib import Path

from elftools.elf.elffile import ELFFile
from unicorn import UC_ARCH_ARM, UC_ARCH_RISCV, UC_MODE_RISCV32, UC_MODE_THUMB, Uc, UcError
from unicorn.arm_const import (
    UC_ARM_REG_PC,
    UC_ARM_REG_R0,
    UC_ARM_REG_SP,
    UC_CPU_ARM_CORTEX_M4,
)
from unicorn.riscv_const import (
    UC_CPU_RISCV32_SIFIVE_E31,
    UC_RISCV_REG_A0,
    UC_RISCV_REG_PC,
)

FLASH = (0x00000000, 0x00100000)  # of the nRF52840
RAM = (0x20000000, 0x00040000)
DEVICES = (  # bytes that keep what is written
    (0x40000000, 0x00100000),
    (0x50000000, 0x00100000),
    (0xE0000000, 0x00100000),
)
PLAIN_MEMORY_RISCV = (
    (0x02000000, 0x00010000),  # CLINT of the FE310
    (0x08000000, 0x00002000),  # ITIM
    (0x0C000000, 0x00400000),  # PLIC
    (0x10000000, 0x00100000),  # devices
    (0x20000000, 0x00400000),  # flash
    (0x80000000, 0x00004000),  # RAM
)
SEMIHOSTING = b"\xab\xbe"
RETURN = b"\x82\x80"
EBREAK = b"\x73\x00\x10\x00"
SYS_EXIT, SYS_EXIT_EXTENDED = 0x18, 0x20


def run(firmware: Path) -> float:
    """Runs `firmware` of the nRF52840 to its semihosting exit; CPU seconds spent in Unicorn."""
    core = _core(UC_CPU_ARM_CORTEX_M4, (FLASH, RAM, *DEVICES))
    _load(core, firmware)
    core.reg_write(UC_ARM_REG_SP, _word(core, 0))
    return _to_exit(core, _word(core, 4))


def resume(model: int, registers: dict[int, int], memory: list[tuple[int, bytes]]) -> float:
    """Runs a program that is under way to its semihosting exit; CPU seconds spent in Unicorn.

    model: one of UC_CPU_ARM_*; registers: by Unicorn's number, PC and xPSR among them; memory: base
    address and contents of flash and RAM.
    """
    core = _core(model, (*((base, len(content)) for base, content in memory), *DEVICES))
    for base, content in memory:
        core.mem_write(base, content)
    for number, value in registers.items():
        core.reg_write(number, value)
    return _to_exit(core, registers[UC_ARM_REG_PC])


def _core(model: int, memory: Iterable[tuple[int, int]]) -> Uc:
    core = Uc(UC_ARCH_ARM, UC_MODE_THUMB)
    core.ctl_set_cpu_model(model)
    for base, size_bytes in memory:
        core.mem_map(base, size_bytes)
    return core


def _to_exit(core: Uc, pc: int) -> float:
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


def run_riscv(firmware: Path) -> float:
    """The same for RISC-V, whose EBREAK ends a run of Unicorn's too."""
    core = Uc(UC_ARCH_RISCV, UC_MODE_RISCV32)
    core.ctl_set_cpu_model(UC_CPU_RISCV32_SIFIVE_E31)
    for base, size_bytes in PLAIN_MEMORY_RISCV:
        core.mem_map(base, size_bytes)
    _load(core, firmware)
    with firmware.open("rb") as file:
        elf = ELFFile(file)
        pc = elf["e_entry"]
        # It waits for the PLL, which plain memory is not.
        clocks = elf.get_section_by_name(".symtab").get_symbol_by_name("SystemInit")[0]
    core.mem_write(clocks["st_value"], RETURN)
    spent_s = 0.0
    while True:
        began = time.process_time()
        try:
            core.emu_start(pc, 0xFFFFFFFE)
        except UcError as error:
            stopped = error
        spent_s += time.process_time() - began
        pc = core.reg_read(UC_RISCV_REG_PC)
        if core.mem_read(pc, 4) != EBREAK:
            raise RuntimeError(f"bare Unicorn stopped at 0x{pc:08x}: {stopped}")
        if core.reg_read(UC_RISCV_REG_A0) in (SYS_EXIT, SYS_EXIT_EXTENDED):
            return spent_s
        core.reg_write(UC_RISCV_REG_A0, 0)
        pc += 4


def _load(core: Uc, firmware: Path) -> None:
    with firmware.open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_LOAD"):
            core.mem_write(segment["p_paddr"], segment.data())


def _word(core: Uc, address: int) -> int:
    return int.from_bytes(core.mem_read(address, 4), "little")
