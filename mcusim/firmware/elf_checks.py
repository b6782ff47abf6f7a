"""Checks of an ELF file before its contents are read: they bound what follows."""

from __future__ import annotations

from typing import NoReturn

from elftools.elf.descriptions import describe_e_machine
from elftools.elf.elffile import ELFFile
from elftools.elf.sections import Section
from elftools.elf.segments import Segment

from mcusim.errors import FirmwareError
from mcusim.firmware.image import ADDRESS_SPACE, MAX_IMAGE_BYTES, Arch
from mcusim.firmware.names import hex32

CORRUPT, ADVICE = "truncated or corrupt ELF", "build or copy the firmware again"
MACHINES = {"EM_ARM": Arch.ARM, "EM_RISCV": Arch.RISCV}
"""`e_machine` of what can be simulated."""

_HEADER_BYTES, _PROGRAM_BYTES, _SECTION_BYTES = 52, 32, 40
"""Sizes of the three kinds of ELF32 headers."""
_MAX_SEGMENTS, _MAX_SECTIONS = 128, 16_384
_KINDS = {
    "ET_REL": "a relocatable object file, not a program; link it first",
    "ET_DYN": "a shared object or position-independent program; link it first, statically",
    "ET_CORE": "a core dump, not an executable; give the linked firmware",
}


def check_size(path: str, data: bytes) -> None:
    """Raise FirmwareError for a file that ends in its ELF header."""
    if len(data) < _HEADER_BYTES:
        _corrupt(path, "the file ends in the ELF header")


def check_header(path: str, elf: ELFFile) -> None:
    """Raise FirmwareError unless this is an executable for a supported machine, ELF32, and little
    endian, whose header tables are in the file and of bounded length.
    """
    name = _machine_name(elf)
    if elf.elfclass != 32:
        _fail(path, f"a 64-bit ELF for {name}; give the firmware's ELF (32-bit Arm or RISC-V)")
    if not elf.little_endian:
        what = f"a big-endian ELF for {name}"
        _fail(path, f"{what}; only little-endian firmware can be simulated")
    if elf["e_machine"] not in MACHINES:
        what = f"a program for {name}, not for Arm or RISC-V"
        _fail(path, f"{what}; give the ELF that the firmware's cross compiler made")
    kind = elf["e_type"]
    if kind != "ET_EXEC":
        other = f"an ELF of type {kind}, not an executable; give the linked firmware"
        _fail(path, _KINDS.get(kind, other))
    _check_tables(path, elf)


def _fail(path: str, what: str) -> NoReturn:
    raise FirmwareError(f"{path}: {what}")


def _corrupt(path: str, what: str) -> NoReturn:
    _fail(path, f"{CORRUPT}: {what}; {ADVICE}")


def _machine_name(elf: ELFFile) -> str:
    machine = elf["e_machine"]
    if isinstance(machine, int):
        return f"machine number {machine}"
    described = str(describe_e_machine(machine))
    # The library has no words for many machines, Xtensa among them.
    return str(machine).removeprefix("EM_") if described == "<unknown>" else described


def _check_tables(path: str, elf: ELFFile) -> None:
    segments, sections = elf["e_phnum"], elf["e_shnum"]
    if segments == 0:
        _fail(path, "no program headers, so nothing to load; link it as an executable")
    _check_table(path, elf, "program", "ph", _PROGRAM_BYTES)
    if segments > _MAX_SEGMENTS:
        _fail(path, f"more than {_MAX_SEGMENTS:,} segments to load; check the linker script")
    if elf["e_shoff"] and sections:
        if sections > _MAX_SECTIONS:
            _fail(path, f"more than {_MAX_SECTIONS:,} sections; check the linker script")
        _check_table(path, elf, "section", "sh", _SECTION_BYTES)


def _check_table(path: str, elf: ELFFile, what: str, prefix: str, entry_bytes: int) -> None:
    offset, count = elf[f"e_{prefix}off"], elf[f"e_{prefix}num"]
    end = offset + count * entry_bytes
    if elf[f"e_{prefix}entsize"] != entry_bytes or end > elf.stream_len:
        _corrupt(path, f"{count:,} {what} headers at offset {offset:,} don't fit in the file")


def check_segments(path: str, segments: list[Segment], file_size: int) -> None:
    """Raise FirmwareError for segments to load that are not in the file, or too much."""
    for index, segment in enumerate(segments):
        _check_segment(path, index, segment, file_size)
    total = sum(s["p_filesz"] for s in segments)
    if total > MAX_IMAGE_BYTES:
        _fail(
            path,
            f"loads {total:,} B, more than the {MAX_IMAGE_BYTES:,} B that a firmware may load;"
            " check the linker script",
        )


def _check_segment(path: str, index: int, segment: Segment, file_size: int) -> None:
    load, stored, used = segment["p_paddr"], segment["p_filesz"], segment["p_memsz"]
    where = f"segment {index} at {hex32(load)}"
    missing = segment["p_offset"] + stored - file_size
    if stored and missing > 0:
        _corrupt(path, f"{where} reaches {missing:,} B past the end of the file")
    if used < stored:
        _corrupt(path, f"{where} is smaller in memory than in the file")
    if load + stored > ADDRESS_SPACE:
        _corrupt(path, f"{where} reaches past 4 GiB ({stored:,} B)")
    if segment["p_vaddr"] + used > ADDRESS_SPACE:
        _corrupt(path, f"{where} reaches past 4 GiB in memory ({used:,} B)")


def check_sections(path: str, sections: list[Section], file_size: int) -> None:
    """Raise FirmwareError for sections that are not in the file or in the address space."""
    for index, section in enumerate(sections):
        stored = section["sh_type"] not in ("SHT_NULL", "SHT_NOBITS")
        if stored and section["sh_offset"] + section["sh_size"] > file_size:
            _corrupt(path, f"section {index} reaches past the end of the file")
        if section["sh_addr"] + section["sh_size"] > ADDRESS_SPACE:
            _corrupt(path, f"section {index} reaches past 4 GiB")
