"""Runs a sample on Unicorn alone, without a hook: what the simulator's speed is compared with."""

from __future__ import annotations

import ctypes
import mmap
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from elftools.elf.elffile import ELFFile
from unicorn import (
    UC_ARCH_ARM,
    UC_ARCH_RISCV,
    UC_MODE_RISCV32,
    UC_MODE_THUMB,
    UC_PROT_ALL,
    Uc,
    UcError,
)
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
DEVICES = (  # of Cortex-M: bytes that keep what is written
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
DEVICES_RISCV = (  # of all boards together
    (0x02000000, 0x00010000),  # CLINT of the FE310
    (0x0C000000, 0x00400000),  # PLIC
    (0x10000000, 0x00100000),
    (0x60000000, 0x00200000),  # of the ESP32-C3
)
RETURN = b"\x82\x80"
SYS_EXIT, SYS_EXIT_EXTENDED = 0x18, 0x20


@dataclass(frozen=True)
class Architecture:
    """What running to a semihosting exit has to know of an architecture."""

    arch: int
    mode: int
    pc: int
    """Unicorn's number of the register."""
    argument: int
    """Register that holds the number of a semihosting call, and then its result."""
    call: bytes
    """The instruction that ends a run, as Unicorn knows no semihosting."""
    state: int = 0
    """Added to the address at which a run begins."""


ARM = Architecture(UC_ARCH_ARM, UC_MODE_THUMB, UC_ARM_REG_PC, UC_ARM_REG_R0, b"\xab\xbe", state=1)
RISCV = Architecture(
    UC_ARCH_RISCV, UC_MODE_RISCV32, UC_RISCV_REG_PC, UC_RISCV_REG_A0, b"\x73\x00\x10\x00"
)


def run(firmware: Path) -> float:
    """Runs `firmware` of the nRF52840 to its semihosting exit; CPU seconds spent in Unicorn."""
    core = _core(ARM, UC_CPU_ARM_CORTEX_M4, (FLASH, RAM, *DEVICES))
    _load(core, firmware)
    core.reg_write(UC_ARM_REG_SP, _word(core, 0))
    return _to_exit(ARM, core, _word(core, 4))


def run_riscv(firmware: Path) -> float:
    """The same for the FE310."""
    core = _core(RISCV, UC_CPU_RISCV32_SIFIVE_E31, PLAIN_MEMORY_RISCV)
    _load(core, firmware)
    with firmware.open("rb") as file:
        elf = ELFFile(file)
        pc = elf["e_entry"]
        # It waits for the PLL, which plain memory is not.
        clocks = elf.get_section_by_name(".symtab").get_symbol_by_name("SystemInit")[0]
    core.mem_write(clocks["st_value"], RETURN)
    return _to_exit(RISCV, core, pc)


def resume(
    model: tuple[Architecture, int],
    registers: dict[int, int],
    memory: Iterable[tuple[Sequence[int], bytes]],
) -> float:
    """Runs a program that is under way to its semihosting exit; CPU seconds spent in Unicorn.

    Args:
        model: the architecture, and Unicorn's number of the core.
        registers: by Unicorn's number, PC among them.
        memory: base addresses and contents of each memory.
    """
    architecture, cpu = model
    devices = DEVICES if architecture is ARM else DEVICES_RISCV
    core = _core(architecture, cpu, ())
    kept = []  # alive as long as Unicorn uses it
    for bases, content in memory:
        host = mmap.mmap(-1, len(content))
        host.write(content)
        kept.append((ctypes.c_char * len(content)).from_buffer(host))
        for base in bases:
            core.mem_map_ptr(base, len(content), UC_PROT_ALL, ctypes.addressof(kept[-1]))
    for base, size_bytes in devices:
        core.mem_map(base, size_bytes)
    for number, value in registers.items():
        core.reg_write(number, value)
    return _to_exit(architecture, core, registers[architecture.pc])


def _core(architecture: Architecture, cpu: int, memory: Iterable[tuple[int, int]]) -> Uc:
    core = Uc(architecture.arch, architecture.mode)
    core.ctl_set_cpu_model(cpu)
    for base, size_bytes in memory:
        core.mem_map(base, size_bytes)
    return core


def _to_exit(architecture: Architecture, core: Uc, pc: int) -> float:
    spent_s = 0.0
    call = architecture.call
    while True:
        began = time.process_time()
        try:
            core.emu_start(pc | architecture.state, 0xFFFFFFFE)
        except UcError as error:
            stopped = error
        spent_s += time.process_time() - began
        pc = core.reg_read(architecture.pc)
        if core.mem_read(pc, len(call)) != call:
            raise RuntimeError(f"bare Unicorn stopped at 0x{pc:08x}: {stopped}")
        if core.reg_read(architecture.argument) in (SYS_EXIT, SYS_EXIT_EXTENDED):
            return spent_s
        core.reg_write(architecture.argument, 0)
        pc += len(call)


def _load(core: Uc, firmware: Path) -> None:
    with firmware.open("rb") as file:
        for segment in ELFFile(file).iter_segments("PT_LOAD"):
            core.mem_write(segment["p_paddr"], segment.data())


def _word(core: Uc, address: int) -> int:
    return int.from_bytes(core.mem_read(address, 4), "little")
