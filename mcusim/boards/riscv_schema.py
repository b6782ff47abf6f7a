"""What a chip file says of a RISC-V core: the table [riscv]."""

from __future__ import annotations

from typing import Literal

from mcusim.boards.records import Sourced, Strict

RISCV_CORES = ("esp32-c3", "rv32", "sifive-e31")
"""Cores whose chips have a [riscv] table."""


class Csr(Strict, frozen=True, kw_only=True):
    """A control and status register of the vendor's own."""

    name: str
    number: int
    writable: int = 0xFFFFFFFF
    """The bits that keep what is written."""
    at_reset: int = 0
    counts_cycles: bool = False
    """Whether it is a counter of the core's cycles."""


class Riscv(Sourced, frozen=True, kw_only=True):
    """What the chip's maker chose for a RISC-V hart."""

    extensions: str
    """Letters of misa: IMACU."""
    vendor_id: int = 0
    architecture_id: int = 0
    implementation_id: int = 0
    vector_alignment_bytes: int = 4
    """Of mtvec in vectored mode."""
    vectored_only: bool = False
    """Whether mtvec has no other mode."""
    pmp_regions: int = 0
    """Entries of physical memory protection, each of four bytes or more."""
    trap_cycles: int = 0
    """From the instruction that a trap takes the place of to the first one of its handler."""
    counters: bool = True
    """Whether there are mcycle and minstret."""
    counter_inhibit: bool = False
    """Whether there is mcountinhibit."""
    interrupts: Literal["standard", "vendor"] = "standard"
    """Who names the cause of an interrupt: mip and mie, or a controller of the chip's."""
    rom_first: bool = False
    """Whether the chip's mask ROM begins, with the address of the firmware's entry in a0. A reset
    has the firmware's segments in RAM loaded again, as its boot loader does."""
    kept_asleep: list[str] = []
    """Memories that the boot loader leaves alone after a sleep that a reset ends."""
    misaligned: Literal["trap", "split"] = "trap"
    """What a load or store at an address that is no multiple of its size does."""
    csr: list[Csr] = []
    peripherals: list[tuple[int, int]] = []
    """Base and size in bytes of what is for peripherals, modelled or not; elsewhere, an access that
    nothing answers faults."""
