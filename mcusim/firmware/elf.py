"""ELF files: loaded segments at their physical addresses, sections, symbols."""

from __future__ import annotations

from functools import partial

from mcusim.errors import FirmwareError
from mcusim.firmware.elf_headers import (
    PT_LOAD,
    SHF_ALLOC,
    SHF_EXECINSTR,
    SHF_TLS,
    SHF_WRITE,
    SHT_NOBITS,
    SHT_SYMTAB,
    ElfHeaders,
    ProgramHeader,
    SectionHeader,
    read_headers,
)
from mcusim.firmware.elf_symbols import SectionRange, parse_symbols
from mcusim.firmware.image import (
    MAX_IMAGE_BYTES,
    FirmwareImage,
    Section,
    SectionKind,
    Segment,
)
from mcusim.firmware.lines import DEBUG_SECTIONS, LineTable
from mcusim.firmware.symbols import SymbolTable

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
        "ARM_LIB_HEAP",
        "ARM_LIB_STACK",
        "ARM_LIB_STACKHEAP",
    }
)
"""Sections with which linker scripts (CMSIS, STM32Cube, nRF5 SDK, armlink) set space aside."""


def load_elf(path: str, data: bytes, sha256: str) -> FirmwareImage:
    """Read an ELF32 little-endian Arm executable.

    Only the bytes in the file are loaded, at their load (physical) addresses: the firmware's own
    start-up code copies .data and clears .bss. Raises FirmwareError.
    """
    headers = read_headers(path, data)
    symbols = parse_symbols(path, *_symbol_bytes(headers), _ranges(headers))
    return FirmwareImage(
        path=path,
        sha256=sha256,
        format="elf",
        arch=headers.arch,
        entry=headers.entry,
        segments=_segments(headers),
        sections=_sections(headers),
        symbols=symbols,
        make_lines=partial(_make_lines, headers, symbols),
    )


def _segments(headers: ElfHeaders) -> tuple[Segment, ...]:
    loads = [p for p in headers.programs if p.type == PT_LOAD and p.filesz]
    total = sum(p.filesz for p in loads)
    if total > MAX_IMAGE_BYTES:
        raise FirmwareError(
            f"{headers.path}: loads {total:,} B, more than the {MAX_IMAGE_BYTES:,} B that a"
            " firmware may load; check the linker script"
        )
    segments = [s for p in loads if (s := _segment(headers, p)).data]
    if not segments:
        raise FirmwareError(
            f"{headers.path}: no segment has any bytes to load; link it as an executable"
        )
    return tuple(sorted(segments, key=lambda s: s.address))


def _segment(headers: ElfHeaders, program: ProgramHeader) -> Segment:
    """Return the bytes of one program header.

    A linker that has room for it puts the ELF's own headers in front of the first section. They are
    no part of the firmware, and their address may be in front of the memory: they are left out.
    """
    skip = 0
    if program.offset < headers.header_size:
        inside = [s.offset for s in headers.sections if _is_stored_in(s, program)]
        skip = min(inside, default=program.offset) - program.offset
    start, end = program.offset + skip, program.offset + program.filesz
    return Segment(program.paddr + skip, headers.data[start:end])


def _is_stored_in(section: SectionHeader, program: ProgramHeader) -> bool:
    stored = section.flags & SHF_ALLOC and section.type != SHT_NOBITS and section.size
    end = program.offset + program.filesz
    return bool(stored) and program.offset <= section.offset < end


def _sections(headers: ElfHeaders) -> tuple[Section, ...]:
    loads = [p for p in headers.programs if p.type == PT_LOAD]
    sections = []
    for header in headers.sections:
        nobits = header.type == SHT_NOBITS
        allocated = bool(header.flags & SHF_ALLOC)
        reserved = header.name in RESERVED_NAMES and (nobits or not allocated)
        # .tbss is only a template: the threads' copies of it are in other sections.
        template = nobits and header.flags & SHF_TLS
        if not header.size or template or not (allocated or reserved):
            continue
        home = next((p for p in loads if allocated and _is_stored_in(header, p)), None)
        section = Section(
            name=header.name,
            vma=header.addr,
            lma=header.addr if home is None else home.paddr + header.offset - home.offset,
            size=header.size,
            kind=_kind(header),
            loaded=home is not None,
            reserved=reserved,
        )
        sections.append(section)
    return tuple(sections)


def _kind(header: SectionHeader) -> SectionKind:
    if header.type == SHT_NOBITS:
        return "bss"
    if header.flags & SHF_EXECINSTR:
        return "code"
    return "data" if header.flags & SHF_WRITE else "rodata"


def _ranges(headers: ElfHeaders) -> list[SectionRange | None]:
    return [
        SectionRange(s.addr, s.addr + s.size, bool(s.flags & SHF_EXECINSTR))
        if s.flags & SHF_ALLOC
        else None
        for s in headers.sections
    ]


def _symbol_bytes(headers: ElfHeaders) -> tuple[bytes, bytes]:
    for section in headers.sections:
        if section.type == SHT_SYMTAB and section.link < len(headers.sections):
            return headers.contents(section), headers.contents(headers.sections[section.link])
    return b"", b""


def _make_lines(headers: ElfHeaders, symbols: SymbolTable) -> LineTable:
    contents = {name: headers.debug_contents(name) for name in DEBUG_SECTIONS}
    return LineTable.decode(contents, symbols.has_function_at)
