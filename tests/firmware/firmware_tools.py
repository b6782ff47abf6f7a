"""A small program compiled when the tests run, and the binutils that serve as oracles."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

from mcusim.boards.schema import Memory

PREBUILT = sorted((Path(__file__).parents[2] / "firmware_samples" / "prebuilt").glob("*.elf"))

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


def require(tool: str) -> str:
    """Return the name of a cross tool, or skip the test that needs it."""
    name = f"arm-none-eabi-{tool}"
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
