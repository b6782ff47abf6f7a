"""ELF files: loaded segments at their physical addresses, sections, symbols."""

from __future__ import annotations

from functools import partial

from elftools.elf.constants import SH_FLAGS
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Section as ElfSection
from elftools.elf.segments import Segment as ElfSegment

from mcusim.errors import FirmwareError
from mcusim.firmware.elf_checks import (
    ADVICE,
    CORRUPT,
    MACHINES,
    check_header,
    check_sections,
    check_segments,
    check_size,
)
from mcusim.firmware.elf_symbols import read_symbols
from mcusim.firmware.image import FirmwareImage, Section, SectionKind, Segment
from mcusim.firmware.lines import LineTable
from mcusim.firmware.names import clean
from mcusim.firmware.symbols import SymbolTable
from mcusim.firmware.untrusted import Meter, MeteredBytes, one_error

RESERVED_NAMES = frozenset(
    {
        ".heap",
        ".stack",
        ".heap_dummy",
        ".stack_dummy",
        ".heap_stack",
        ".stack_heap",
        "._user_heap_stack",
        ".user_heap_stack",
        ".co_stack",
        ".mstack",
        ".pstack",
        ".msp_stack",
        ".msp_stack_seal_res",
        ".dram0.dummy",
        ".flash_rodata_dummy",
        "ARM_LIB_HEAP",
        "ARM_LIB_STACK",
        "ARM_LIB_STACKHEAP",
    }
)
"""Sections of linker scripts that set space aside (CMSIS, STM32Cube, nRF5 SDK, armlink, ChibiOS,
TF-M).

esp-idf's keep clear of RAM and flash that hold code, seen by the data bus (its sections.ld.in).
"""

_MAX_READS = 12_000_000
"""Of the whole file; symbols have a limit of their own by their number."""
_MAX_HEADER_READS = 500_000
"""Reads of the headers: about twice what the largest number of sections takes."""
_MAX_NAME_CHARACTERS = 4096


def load_elf(path: str, data: bytes, sha256: str) -> FirmwareImage:
    """Read an ELF32 little-endian Arm executable.

    Only the bytes in the file are loaded, at their load (physical) addresses: the firmware's own
    start-up code copies .data and clears .bss. Raises FirmwareError.
    """
    check_size(path, data)
    meter = Meter(_MAX_READS)
    with one_error(path, CORRUPT, ADVICE):
        with meter.at_most(_MAX_HEADER_READS):
            elf = ELFFile(MeteredBytes(data, meter))
            check_header(path, elf)
            loads = [s for s in elf.iter_segments() if s["p_type"] == "PT_LOAD"]
            check_segments(path, loads, len(data))
            headers = list(elf.iter_sections()) if elf["e_shnum"] else []
            check_sections(path, headers, len(data))
        segments = _segments(path, elf, loads, headers)
        symbols = read_symbols(path, headers, meter)
    return FirmwareImage(
        path=path,
        sha256=sha256,
        format="elf",
        arch=MACHINES[elf["e_machine"]],
        entry=elf["e_entry"],
        segments=segments,
        sections=_sections(loads, headers),
        symbols=symbols,
        make_lines=partial(_make_lines, elf, symbols),
    )


def _segments(
    path: str, elf: ELFFile, loads: list[ElfSegment], headers: list[ElfSection]
) -> tuple[Segment, ...]:
    segments = [_segment(elf, load, headers) for load in loads]
    filled = [s for s in segments if s.data]
    if not filled:
        raise FirmwareError(f"{path}: no segment has any bytes to load; link it as an executable")
    return tuple(sorted(filled, key=lambda s: s.address))


def _segment(elf: ELFFile, load: ElfSegment, headers: list[ElfSection]) -> Segment:
    """Return the bytes of one program header.

    A linker that has room for it puts the ELF's own headers in front of the first section. They are
    no part of the firmware, and their address may be in front of the memory: they are left out. So
    are the zeros that it writes for an empty section in front of one with content, as by gdb.
    """
    skip = 0
    if load["p_offset"] < elf["e_ehsize"] or any(_is_empty_at_start_of(load, s) for s in headers):
        inside = [s["sh_offset"] for s in headers if _is_stored_in(s, load)]
        skip = min(inside, default=load["p_offset"]) - load["p_offset"]
    return Segment(load["p_paddr"] + skip, load.data()[skip:])


def _is_empty_at_start_of(load: ElfSegment, section: ElfSection) -> bool:
    is_empty = section["sh_type"] == "SHT_NOBITS" and section["sh_flags"] & SH_FLAGS.SHF_ALLOC
    return bool(is_empty) and section["sh_size"] > 0 and section["sh_addr"] == load["p_vaddr"]


def _is_stored_in(section: ElfSection, load: ElfSegment) -> bool:
    nobits = section["sh_type"] == "SHT_NOBITS"
    if nobits or not section["sh_flags"] & SH_FLAGS.SHF_ALLOC or not section["sh_size"]:
        return False
    offset: int = section["sh_offset"] - load["p_offset"]
    return 0 <= offset < load["p_filesz"]


def _sections(loads: list[ElfSegment], headers: list[ElfSection]) -> tuple[Section, ...]:
    sections = []
    for header in headers:
        name, flags = clean(header.name)[:_MAX_NAME_CHARACTERS], header["sh_flags"]
        nobits = header["sh_type"] == "SHT_NOBITS"
        allocated = bool(flags & SH_FLAGS.SHF_ALLOC)
        reserved = name in RESERVED_NAMES and (nobits or not allocated)
        # .tbss is only a template: the threads' copies of it are in other sections.
        template = nobits and flags & SH_FLAGS.SHF_TLS
        if not header["sh_size"] or template or not (allocated or reserved):
            continue
        home = next((load for load in loads if _is_stored_in(header, load)), None)
        vma = header["sh_addr"]
        section = Section(
            name=name,
            vma=vma,
            lma=vma if home is None else home["p_paddr"] + header["sh_offset"] - home["p_offset"],
            size=header["sh_size"],
            kind=_kind(header),
            loaded=home is not None,
            reserved=reserved,
        )
        sections.append(section)
    return tuple(sections)


def _kind(header: ElfSection) -> SectionKind:
    if header["sh_type"] == "SHT_NOBITS":
        return "bss"
    if header["sh_flags"] & SH_FLAGS.SHF_EXECINSTR:
        return "code"
    return "data" if header["sh_flags"] & SH_FLAGS.SHF_WRITE else "rodata"


def _make_lines(elf: ELFFile, symbols: SymbolTable) -> LineTable:
    # Only imported when a line is asked for: not every run needs one.
    from mcusim.firmware.debug_lines import DebugLines

    return LineTable(DebugLines(elf, symbols.has_function_at).rows_at)
