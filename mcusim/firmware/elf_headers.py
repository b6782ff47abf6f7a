"""The headers of an ELF32 file, read with every offset and size checked against the file.

Read with `struct` and not through a library: ten thousand symbols then take about 20 ms of start-up
instead of 250 ms, and no header of a hostile file can make us loop or allocate.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import NamedTuple, NoReturn

from mcusim.errors import FirmwareError
from mcusim.firmware.image import ADDRESS_SPACE, Arch
from mcusim.firmware.names import clean, hex32

PT_LOAD = 1
SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB, SHT_NOBITS = 1, 2, 3, 8
SHF_WRITE, SHF_ALLOC, SHF_EXECINSTR, SHF_TLS, SHF_COMPRESSED = 0x1, 0x2, 0x4, 0x400, 0x800
_ET_REL, _ET_EXEC, _ET_DYN, _ET_CORE = 1, 2, 3, 4
_MACHINES = {40: Arch.ARM}
"""`e_machine` of what can be simulated."""
_MAX_SEGMENTS, _MAX_SECTIONS = 128, 16_384
_MAX_NAME_BYTES = 4096
_MAX_UNPACKED_BYTES = 64 << 20

_HEADER = struct.Struct("<16sHHIIIIIHHHHHH")
_PROGRAM = struct.Struct("<8I")
_SECTION = struct.Struct("<10I")


class _Header(NamedTuple):
    ident: bytes
    type: int
    machine: int
    version: int
    entry: int
    phoff: int
    shoff: int
    flags: int
    ehsize: int
    phentsize: int
    phnum: int
    shentsize: int
    shnum: int
    shstrndx: int


class ProgramHeader(NamedTuple):
    type: int
    offset: int
    vaddr: int
    paddr: int
    filesz: int
    memsz: int
    flags: int
    align: int


class SectionHeader(NamedTuple):
    name: str
    type: int
    flags: int
    addr: int
    offset: int
    size: int
    link: int


@dataclass(frozen=True)
class ElfHeaders:
    """The validated headers and the file's bytes that they describe."""

    path: str
    data: bytes
    arch: Arch
    entry: int
    header_size: int
    programs: list[ProgramHeader]
    sections: list[SectionHeader]

    def contents(self, section: SectionHeader) -> bytes:
        """Return the bytes of a section as they are in the file."""
        if section.type == SHT_NOBITS:
            return b""
        return self.data[section.offset : section.offset + section.size]

    def debug_contents(self, name: str) -> bytes:
        """Return an unpacked debug section; empty when missing or when it can't be unpacked."""
        for section in self.sections:
            if section.name == name:
                raw = self.contents(section)
                return _unpack(raw) if section.flags & SHF_COMPRESSED else raw
        return b""


def read_headers(path: str, data: bytes) -> ElfHeaders:
    """Read and check the ELF header, program headers and section headers.

    Raises FirmwareError when the file is not an ELF32 little-endian Arm executable, or is truncated
    or inconsistent.
    """
    _check_identity(path, data)
    header = _Header(*_HEADER.unpack_from(data))
    _check_machine(path, header.machine)
    _check_kind(path, header.type)
    return ElfHeaders(
        path=path,
        data=data,
        arch=_MACHINES[header.machine],
        entry=header.entry,
        header_size=max(header.ehsize, _HEADER.size),
        programs=_read_programs(path, data, header),
        sections=_read_sections(path, data, header),
    )


def _fail(path: str, what: str) -> NoReturn:
    raise FirmwareError(f"{path}: {what}")


def _corrupt(path: str, what: str) -> NoReturn:
    _fail(path, f"truncated or corrupt ELF: {what}; build or copy the firmware again")


def _check_identity(path: str, data: bytes) -> None:
    if len(data) < 20:
        _corrupt(path, "the file ends in the ELF header")
    machine = int.from_bytes(data[18:20], "big" if data[5] == 2 else "little")
    if data[4] == 2:
        name = _machine_name(machine)
        _fail(path, f"a 64-bit ELF for {name}; give the firmware's ELF (32-bit Arm)")
    if data[5] == 2:
        _fail(
            path,
            f"a big-endian ELF for {_machine_name(machine)};"
            " only little-endian firmware can be simulated",
        )
    if data[4] != 1 or data[5] != 1:
        _corrupt(path, f"class {data[4]}, data encoding {data[5]} in the ELF header")
    if len(data) < _HEADER.size:
        _corrupt(path, "the file ends in the ELF header")


def _machine_name(machine: int) -> str:
    # Only needed on the way to an error, so that start-up doesn't pay for the import.
    from elftools.elf.descriptions import describe_e_machine
    from elftools.elf.enums import ENUM_E_MACHINE

    for name, value in ENUM_E_MACHINE.items():
        if value == machine and name.startswith("EM_"):
            described = str(describe_e_machine(name))
            # The library has no words for many machines, Xtensa among them.
            return name.removeprefix("EM_") if described == "<unknown>" else described
    return f"machine number {machine}"


def _check_machine(path: str, machine: int) -> None:
    if machine not in _MACHINES:
        _fail(
            path,
            f"a program for {_machine_name(machine)}, not for Arm;"
            " give the ELF that the firmware's cross compiler made",
        )


def _check_kind(path: str, kind: int) -> None:
    if kind == _ET_REL:
        _fail(path, "a relocatable object file, not a program; link it first")
    if kind == _ET_DYN:
        _fail(path, "a shared object or position-independent program; link it first, statically")
    if kind != _ET_EXEC:
        what = "a core dump" if kind == _ET_CORE else f"an ELF of type {kind}"
        _fail(path, f"{what}, not an executable; give the linked firmware")


def _table(
    path: str, data: bytes, what: str, offset: int, count: int, size: int, layout: struct.Struct
) -> list[tuple[int, ...]]:
    if size != layout.size or offset + count * size > len(data):
        _corrupt(path, f"{count:,} {what} headers at offset {offset:,} don't fit in the file")
    return list(layout.iter_unpack(data[offset : offset + count * size]))


def _read_programs(path: str, data: bytes, header: _Header) -> list[ProgramHeader]:
    if header.phnum == 0:
        _fail(path, "no program headers, so nothing to load; link it as an executable")
    place = (header.phoff, header.phnum, header.phentsize)
    programs = [ProgramHeader(*r) for r in _table(path, data, "program", *place, _PROGRAM)]
    loads = [(index, p) for index, p in enumerate(programs) if p.type == PT_LOAD]
    if len(loads) > _MAX_SEGMENTS:
        _fail(path, f"more than {_MAX_SEGMENTS:,} segments to load; check the linker script")
    for index, program in loads:
        _check_load(path, index, program, len(data))
    return programs


def _check_load(path: str, index: int, program: ProgramHeader, file_size: int) -> None:
    where = f"segment {index} at {hex32(program.paddr)}"
    if program.offset + program.filesz > file_size and program.filesz:
        missing = program.offset + program.filesz - file_size
        _corrupt(path, f"{where} reaches {missing:,} B past the end of the file")
    if program.memsz < program.filesz:
        _corrupt(path, f"{where} is smaller in memory than in the file")
    if program.paddr + program.filesz > ADDRESS_SPACE:
        _corrupt(path, f"{where} reaches past 4 GiB ({program.filesz:,} B)")
    if program.vaddr + program.memsz > ADDRESS_SPACE:
        _corrupt(path, f"{where} reaches past 4 GiB in memory ({program.memsz:,} B)")


def _read_sections(path: str, data: bytes, header: _Header) -> list[SectionHeader]:
    if header.shoff == 0 or header.shnum == 0:
        return []
    if header.shnum > _MAX_SECTIONS:
        _fail(path, f"more than {_MAX_SECTIONS:,} sections; check the linker script")
    place = (header.shoff, header.shnum, header.shentsize)
    raw = _table(path, data, "section", *place, _SECTION)
    for index, (_, kind, _, addr, start, length, *_) in enumerate(raw):
        if kind not in (0, SHT_NOBITS) and start + length > len(data):
            _corrupt(path, f"section {index} reaches past the end of the file")
        if addr + length > ADDRESS_SPACE:
            _corrupt(path, f"section {index} reaches past 4 GiB")
    table = _name_table(raw, data, header.shstrndx)
    return [SectionHeader(c_string(table, r[0]), r[1], r[2], r[3], r[4], r[5], r[6]) for r in raw]


def _name_table(raw: list[tuple[int, ...]], data: bytes, index: int) -> bytes:
    if index >= len(raw) or raw[index][1] != SHT_STRTAB:
        return b""
    return data[raw[index][4] : raw[index][4] + raw[index][5]]


def c_string(table: bytes, offset: int) -> str:
    """Return the text at an offset of a string table up to its zero byte; "" outside the table."""
    if offset >= len(table):
        return ""
    end = table.find(b"\0", offset, offset + _MAX_NAME_BYTES)
    return clean(table[offset : end if end >= 0 else offset + _MAX_NAME_BYTES])


def _unpack(raw: bytes) -> bytes:
    """Inflate a compressed section (ELF32 compression header, zlib), up to a limit."""
    if len(raw) < 12 or int.from_bytes(raw[:4], "little") != 1:
        return b""
    try:
        return zlib.decompressobj().decompress(raw[12:], _MAX_UNPACKED_BYTES)
    except zlib.error:
        return b""
