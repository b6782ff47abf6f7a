"""The loaded firmware: bytes with their addresses, and what the file says about them."""

from __future__ import annotations

import enum
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal

import msgspec

from mcusim.firmware.lines import LineTable
from mcusim.firmware.symbols import FunctionMatch, Symbol, SymbolTable

Format = Literal["elf", "hex", "bin", "uf2", "esp"]
SectionKind = Literal["code", "rodata", "data", "bss"]
"""code: executable; rodata: read-only; data: writable with contents; bss: without contents in the
file (also .noinit, heap and stack)."""

MAX_IMAGE_BYTES = 64 << 20
"""Most bytes that one firmware may load: far above any microcontroller's memory."""
ADDRESS_SPACE = 1 << 32


class Arch(enum.Enum):
    """Instruction set of the firmware."""

    ARM = "arm"
    RISCV = "riscv"


class Segment(msgspec.Struct, frozen=True):
    """Bytes that are in memory before the first instruction, at their load address."""

    address: int
    data: bytes

    @property
    def end(self) -> int:
        """First address behind the segment."""
        return self.address + len(self.data)


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """An allocated section of an ELF file, or one reserved for heap or stack."""

    name: str
    vma: int
    """Address at which the running firmware uses it."""
    lma: int
    """Address at which its contents are stored; equal to `vma` unless start-up code copies it."""
    size: int
    """Bytes."""
    kind: SectionKind
    loaded: bool
    """Whether its bytes are in the file and part of a loaded segment."""
    reserved: bool = False
    """Space that the linker script sets aside for heap or stack: no static data."""

    @property
    def end(self) -> int:
        """First address behind the section, where the firmware uses it."""
        return self.vma + self.size


@dataclass(eq=False, kw_only=True)
class FirmwareImage:
    """One firmware file, read and validated. Only `entry` keeps the Thumb bit of its address."""

    path: str
    sha256: str
    format: Format
    arch: Arch
    entry: int | None
    """`e_entry` of an ELF as written there (bit 0 set for Thumb); None for other formats. An
    M-profile core starts at the vector table's reset vector instead."""
    segments: tuple[Segment, ...]
    """In rising order of address."""
    sections: tuple[Section, ...] = ()
    symbols: SymbolTable = field(default_factory=SymbolTable.empty)
    make_lines: Callable[[], LineTable] = field(default=LineTable.empty, repr=False)
    """Decodes the line programs; called on the first look-up, since not every run needs them."""

    @cached_property
    def lines(self) -> LineTable:
        """Source lines by address; empty without debug information."""
        return self.make_lines()

    def line_at(self, address: int) -> str:
        """Return `file.c:123` for an address of code, or "" when unknown. Never raises."""
        return self.lines.line_at(address)

    def symbol_at(self, address: int) -> tuple[str, int] | None:
        """Return the (demangled) function at an address and the offset in it in bytes."""
        return self.symbols.symbol_at(address)

    def match_functions(self, pattern: str) -> FunctionMatch:
        """Find functions by name; see `SymbolTable.match_functions`."""
        return self.symbols.match_functions(pattern)

    def find_inference_function(self) -> Symbol | None:
        """Return the function that runs one inference, if its name is a known one."""
        return self.symbols.find_inference_function()

    def read(self, address: int, size: int) -> bytes | None:
        """Return `size` loaded bytes from a load address, or None where one segment lacks them."""
        for segment in self.segments:
            offset = address - segment.address
            if offset >= 0 and offset + size <= len(segment.data):
                return segment.data[offset : offset + size]
        return None
