"""A small program compiled when the tests run, and the binutils that serve as oracles."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from mcusim.boards.schema import Memory

PREBUILT = sorted((Path(__file__).parents[2] / "firmware_samples" / "prebuilt").glob("*.elf"))

_MACHINE, _RISCV = 18, 243
"""Offset of an ELF's e_machine, and what it is for RISC-V."""
FLASH, RAM = 0x08000000, 0x20000000

LINKER_SCRIPT = """
MEMORY { FLASH (rx) : ORIGIN = 0x08000000, LENGTH = 64K
         RAM (rwx) : ORIGIN = 0x20000000, LENGTH = 16K }
ENTRY(Reset_Handler)
SECTIONS {
  .isr_vector : { KEEP(*(.isr_vector)) } > FLASH
  .text : { *(.text .text.*) *(.rodata .rodata.*) . = ALIGN(4); _etext = .; } > FLASH
  .ARM.exidx : { *(.ARM.exidx*) } > FLASH
  .data : { *(.data .data.*) . = ALIGN(4); } > RAM AT > FLASH
  .bss : { *(.bss .bss.* COMMON) . = ALIGN(4); __bss_end__ = .; } > RAM
  .noinit (NOLOAD) : { *(.noinit) } > RAM
  ._user_heap_stack (NOLOAD) : { . = ALIGN(8); end = .; . = . + 0x400; } > RAM
  _estack = ORIGIN(RAM) + LENGTH(RAM);
  __StackLimit = _estack - 1024;
}
"""

C_SOURCE = """
#include <stdint.h>
extern uint32_t _estack;
void Reset_Handler(void);
void Default_Handler(void) { for (;;) { } }
void SysTick_Handler(void) __attribute__((weak, alias("Default_Handler")));
__attribute__((section(".isr_vector"), used))
void (*const vectors[])(void) = { (void (*)(void))&_estack, Reset_Handler, SysTick_Handler };
volatile uint32_t counter = 7;
uint8_t arena[300];
__attribute__((section(".noinit"))) uint8_t kept[16];
const uint8_t weights[100] = { 1, 2, 3 };
int assembly(int);
__attribute__((noinline)) static int weigh(int x) { return x * weights[x & 63] + arena[x & 255]; }
__attribute__((noinline)) void tiny_invoke(int x) { counter += weigh(x) + kept[x & 15]; }
void dropped(int x) { counter = x + 1; }
void Reset_Handler(void) {
  for (int i = 0; i < 10; i++) {
    tiny_invoke(assembly(i));
  }
  Default_Handler();
}
"""

ASSEMBLY_SOURCE = """
.syntax unified
.thumb
.section .text.assembly, "ax", %progbits
.global assembly
.thumb_func
assembly:
  adds r0, #1
  bx lr
  nop
.global after_assembly
.type after_assembly, %function
.thumb_func
after_assembly:
  bx lr
"""

CXX_SOURCE = """
namespace tflite { struct MicroInterpreter { int Invoke(); int calls = 0; }; }
__attribute__((noinline)) int tflite::MicroInterpreter::Invoke() { return ++calls; }
__attribute__((noinline)) int scale(int a) { return a * 3; }
__attribute__((noinline)) int scale(int a, char b) { return a * b; }
tflite::MicroInterpreter interpreter;
extern "C" int use(int a) { return interpreter.Invoke() + scale(a) + scale(a, 'x'); }
"""


def require(tool: str, elf: Path | None = None) -> str:
    """Return the name of a cross tool for what an ELF is for, or skip the test that needs it."""
    riscv = elf is not None and elf.read_bytes()[_MACHINE] == _RISCV
    name = f"{'riscv64-unknown-elf' if riscv else 'arm-none-eabi'}-{tool}"
    if shutil.which(name) is None:
        pytest.skip(f"{name} is not installed")
    return name


def run(*command: str | Path, cwd: Path | None = None) -> str:
    """Run a tool and return what it prints."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, check=True, capture_output=True, text=True
    )
    return done.stdout


def compile_tiny(folder: Path, *flags: str, cxx: bool = False) -> Path:
    """Compile and link the small program with additional flags; return the ELF."""
    gcc = require("gcc")
    (folder / "link.ld").write_text(LINKER_SCRIPT)
    (folder / "tiny.c").write_text(C_SOURCE)
    (folder / "part.s").write_text(ASSEMBLY_SOURCE)
    sources = ["tiny.c", "part.s"]
    if cxx:
        (folder / "model.cpp").write_text(CXX_SOURCE)
        sources += ["model.cpp", "-Wl,--undefined=use"]
    options = ["-mcpu=cortex-m4", "-mthumb", "-O1", "-ffunction-sections", "-fno-exceptions"]
    link = ["-nostdlib", "-Wl,--gc-sections,--build-id=none,--no-warn-rwx-segments", "-Tlink.ld"]
    run(gcc, *options, *flags, *sources, *link, "-o", "tiny.elf", cwd=folder)
    return folder / "tiny.elf"


def memory(name: str, base: int, size: int, *aliases: int) -> Memory:
    """Return one region of a board; names of flash start with `flash`."""
    return Memory(
        name=name,
        kind="flash" if name.startswith("flash") else "ram",
        base=base,
        size_bytes=size,
        aliases=list(aliases),
        source="test",
        grade="assumed",
    )


def minimal_elf(
    payload: bytes = b"\0" * 16, address: int = FLASH, *, machine: int = 40, kind: int = 2
) -> bytearray:
    """Return an ELF32 of one segment without sections; the payload starts at byte 84."""
    identity = b"\x7fELF\x01\x01\x01" + bytes(9)
    fields = (kind, machine, 1, address | 1, 52, 0, 0, 52, 32, 1, 40, 0, 0)
    header = identity + struct.pack("<HHIIIIIHHHHHH", *fields)
    size = len(payload)
    program = struct.pack("<8I", 1, 84, address, address, size, size, 5, 4)
    return bytearray(header + program + payload)


ABBREVIATIONS = b"\1\x11\0\x10\x17\x11\1\x12\6\0\0" + b"\0"
"""One kind of entry: a unit with its line program's offset, first address and size (v4 forms)."""


def compile_unit(line_offset: int = 0, start: int = 0x1000, size: int = 0x1000000) -> bytes:
    """Return a unit of .debug_info that `ABBREVIATIONS` describe."""
    body = struct.pack("<HIBBIII", 4, 0, 4, 1, line_offset, start, size)
    return struct.pack("<I", len(body)) + body


def elf_with_sections(**sections: bytes) -> bytes:
    """Return the smallest ELF with unloaded sections; `debug_line` names `.debug_line`."""
    data = bytes(minimal_elf())
    headers, names = [bytes(40)], b"\0"
    contents = {f".{name}": content for name, content in sections.items()} | {".shstrtab": b""}
    for name, content in contents.items():
        offset, position = len(names), len(data)
        names += name.encode() + b"\0"
        kind, body = (3, names) if name == ".shstrtab" else (1, content)
        headers.append(struct.pack("<10I", offset, kind, 0, 0, position, len(body), 0, 0, 1, 0))
        data += body
    patched = bytearray(data + b"".join(headers))
    struct.pack_into("<I", patched, 32, len(data))
    struct.pack_into("<3H", patched, 46, 40, len(headers), len(headers) - 1)
    return bytes(patched)


def elf_with_lines(line_program: bytes, **sections: bytes) -> bytes:
    """Return the smallest ELF with one compilation unit of this line program."""
    default = {"debug_info": compile_unit(), "debug_abbrev": ABBREVIATIONS}
    return elf_with_sections(**{**default, "debug_line": line_program, **sections})
