"""Random RISC-V programs against QEMU: registers, memory, floating point, traps.

MCUSIM_DIFFERENTIAL_PROGRAMS=20000 runs as many, instead of 2,000.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import riscv_pmp_programs
import riscv_programs

import mcusim

HERE = Path(__file__).parent
sys.path.append(str(HERE.parent / "riscv"))
import riscv_lab  # noqa: E402

PROGRAMS = int(os.environ.get("MCUSIM_DIFFERENTIAL_PROGRAMS", "2000"))
BATCH = 400
QEMU = "qemu-system-riscv32"
LINKER = """
ENTRY(_start)
SECTIONS
{
  . = 0x80000000;
  .text : { *(.text*) }
  .rodata : { *(.rodata*) }
  .data : { *(.data*) }
}
"""


def build(folder: Path, seed: int, *, floats: bool) -> Path:
    """An ELF file that prints a line for each program."""
    if shutil.which(riscv_lab.GCC) is None:
        pytest.skip(f"{riscv_lab.GCC} not found")
    source = folder / "programs.S"
    source.write_text(riscv_programs.programs(BATCH, seed, floats=floats))
    march = "rv32imafc_zicsr" if floats else "rv32imac_zicsr"
    return link(folder, LINKER, march, [HERE / "riscv_harness.S", source])


def link(folder: Path, script: str, march: str, sources: list[Path]) -> Path:
    """An ELF file of assembly."""
    (folder / "flat.ld").write_text(script)
    elf = folder / "programs.elf"
    flags = [f"-march={march}", "-mabi=ilp32", "-nostdlib", "-Wl,--no-warn-rwx-segments"]
    files = [str(source) for source in sources]
    command = [riscv_lab.GCC, *flags, "-T", str(folder / "flat.ld"), "-o", str(elf), *files]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[:2000]
    return elf


def on_qemu(elf: Path, *machine: str) -> list[str]:
    """What the firmware prints on QEMU."""
    machine = machine or ("-M", "virt", "-cpu", "rv32", "-bios", "none")
    semihosting = ["-semihosting-config", "enable=on,target=native"]
    command = [QEMU, *machine, "-nographic", *semihosting, "-kernel", str(elf)]
    # Not under the sanitizers that mcusim may run under: they speak on its standard error.
    environment = {name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=120, check=False, env=environment,
        stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return (done.stdout + done.stderr).split()


@pytest.mark.parametrize("floats", [False, True], ids=["RV32IMAC", "RV32IMAFC"])
def test_programs_do_what_they_do_on_qemu(floats: bool, tmp_path: Path) -> None:
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
    extensions = "IMACFDU" if floats else "IMACU"
    board = riscv_lab.board(tmp_path, extensions=extensions, misaligned="split", ram_bytes=0x100000)
    different = []
    for batch in range(-(-PROGRAMS // BATCH // 2)):
        elf = build(tmp_path, batch, floats=floats)
        theirs = on_qemu(elf)
        assert len(theirs) == BATCH
        assert len(set(theirs)) > 0.99 * BATCH, "programs that do nothing show nothing"
        # The fast mode has other hooks on the same core: it takes turns with the accurate one.
        fidelity = "fast" if batch % 2 else "accurate"
        result = mcusim.run(elf, board=str(board), fidelity=fidelity)
        assert result.outcome == "exited", (result.reason, result.fault)
        pairs = zip(result.output.split(), theirs, strict=True)
        different += [(batch, i) for i, (a, b) in enumerate(pairs) if a != b]
    assert different == []


PROTECTION_LINKER = """
ENTRY(_start)
SECTIONS
{
  . = 0x20010000;
  .text : { *(.text*) }
  . = 0x80000000;
  .data : { *(.data*) }
}
"""
SETTINGS = 5
"""Of a program; what it locks stays for the rest of it. Each fault costs a stop of the run, and a
run outlives a limited number."""


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_memory_protection_does_what_it_does_on_qemu(fidelity: str, tmp_path: Path) -> None:
    """On sifive_e, whose core has the same entries as the FE310's; flash and RAM lie there, too."""
    if shutil.which(QEMU) is None or shutil.which(riscv_lab.GCC) is None:
        pytest.skip(f"{QEMU} or {riscv_lab.GCC} is not installed")
    board = riscv_lab.board(tmp_path, misaligned="split")
    different = []
    for seed in range(max(2, PROGRAMS // 100)):
        source = tmp_path / "settings.S"
        source.write_text(riscv_pmp_programs.Settings(seed, locks=seed % 2 == 1).text(SETTINGS))
        elf = link(tmp_path, PROTECTION_LINKER, "rv32imac_zicsr", [source])
        theirs = on_qemu(elf, "-M", "sifive_e,revb=true")
        assert len(theirs) == SETTINGS
        result = mcusim.run(elf, board=str(board), fidelity=fidelity)  # type: ignore[arg-type]
        assert result.outcome == "exited", (result.reason, result.fault)
        pairs = zip(result.output.split(), theirs, strict=True)
        different += [(seed, i) for i, (a, b) in enumerate(pairs) if a != b]
    assert different == []
