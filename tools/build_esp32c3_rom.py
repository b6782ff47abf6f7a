"""Builds what stands in for the ESP32-C3's mask ROM from the sources in mcusim/roms/esp32c3.

Usage: python build_esp32c3_rom.py [--check]

--check builds to a temporary folder and compares with the committed image; with another toolchain
version that means nothing, so it then says "skipped" and exits 0.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROMS = Path(__file__).resolve().parents[1] / "mcusim" / "roms"
SOURCES = ROMS / "esp32c3"
DATA = ROMS / "esp32c3-data"
PREFIX = "riscv64-unknown-elf-"
FLAGS = [
    "-march=rv32imc", "-mabi=ilp32", "-O2", "-ffreestanding", "-fno-builtin",
    "-fno-tree-loop-distribute-patterns", "-ffunction-sections", "-fdata-sections",
    "-msmall-data-limit=0", "-Wall", "-Wextra", "-Werror",
]  # fmt: skip
BASE, TABLE_END = 0x40000000, 0x40002000
SERVICE = "r_"
"""Prefix of the services' own names: those of the C library are the compiler's."""
DATA_BASE, DATA_BYTES = 0x3FF1F000, 0x1000
LAYOUT_POINTER = 0x3FF1FFFC
"""ets_rom_layout_p (esp-idf, esp32c3.rom.ld)."""
LAYOUT = [0x3FCDF060, 0x3FCDF060, 0, 0x3FCDE710]
"""dram0_stack_shared_mem_start, dram0_rtos_reserved_start, stack_sentry, stack (esp-idf,
rom_layout.h): from the second on, RAM is the ROM's. The ranges of radio libraries are empty."""
LAYOUT_WORDS = 48


def run(command: list[str], folder: Path) -> str:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"build_esp32c3_rom.py: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def toolchain() -> str:
    """All that decides the bytes: compiler with its runtime library, and linker."""
    return "; ".join(
        run([PREFIX + tool, "--version"], SOURCES).splitlines()[0] for tool in ("gcc", "ld")
    )


def table(defined: set[str], entries: dict[str, int]) -> str:
    """The jumps at the ROM's entries, in assembler."""
    at = {address: name for name, address in entries.items()}
    lines = ['  .section .table, "ax"', "  .option norvc", "  j r_boot"]
    for address in range(BASE + 4, TABLE_END, 4):
        name = at.get(address, "")
        if name.startswith("__") and name in defined:
            lines.append(f"  j {name}")
        elif SERVICE + name in defined:
            lines.append(f"  j {SERVICE}{name}")
        else:
            lines.append("  jal t0, r_missing")
    return "\n".join(lines) + "\n"


def build(folder: Path) -> bytes:
    """The image, from the ROM's first address on."""
    objects = []
    for source in sorted([*SOURCES.glob("*.c"), *SOURCES.glob("*.S")]):
        built = folder / f"{source.stem}.o"
        run([PREFIX + "gcc", *FLAGS, "-c", source.name, "-o", str(built)], SOURCES)
        objects.append(str(built))
    runtime = run([PREFIX + "gcc", *FLAGS, "-print-libgcc-file-name"], folder).strip()
    symbols = run([PREFIX + "nm", "--defined-only", *objects, runtime], folder)
    defined = {line.split()[-1] for line in symbols.splitlines() if line}
    entries = tomllib.loads((SOURCES / "entries.toml").read_text())
    (folder / "table.S").write_text(table(defined, entries))
    elf = folder / "rom.elf"
    link = ["-nostdlib", "-Wl,--build-id=none", "-Wl,--no-warn-rwx-segments", "-T", "rom.ld"]
    command = [PREFIX + "gcc", *FLAGS, *link, *objects, str(folder / "table.S"), "-lgcc"]
    run([*command, "-o", str(elf)], SOURCES)
    binary = folder / "rom.bin"
    run([PREFIX + "objcopy", "-O", "binary", "-j", ".table", "-j", ".text", str(elf), str(binary)],
        folder)  # fmt: skip
    return binary.read_bytes()


def data_image() -> bytes:
    """The ROM's constants that applications read: the layout of its RAM, and where that stands."""
    words = LAYOUT + [0] * (LAYOUT_WORDS - len(LAYOUT))
    layout = b"".join(word.to_bytes(4, "little") for word in words)
    start = LAYOUT_POINTER - DATA_BASE - len(layout)
    pointer = (DATA_BASE + start).to_bytes(4, "little")
    return (bytes(start) + layout + pointer).ljust(DATA_BYTES, b"\0")


def images(folder: Path) -> dict[Path, bytes]:
    return {SOURCES / "rom.bin": build(folder), DATA / "rom.bin": data_image()}


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="compare a rebuild with the image")
    check = parser.parse_args().check
    manifest = SOURCES / "manifest.json"
    with tempfile.TemporaryDirectory() as scratch:
        if check and json.loads(manifest.read_text())["toolchain"] != toolchain():
            print("skipped: another toolchain")
            return 0
        made = images(Path(scratch))
    if check:
        differing = [str(path) for path, data in made.items() if path.read_bytes() != data]
        print("\n".join(differing) or "as built from these sources")
        return 1 if differing else 0
    for path, data in made.items():
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(data)
    record = {
        "toolchain": toolchain(),
        "flags": FLAGS,
        "sha256": hashlib.sha256(made[SOURCES / "rom.bin"]).hexdigest(),
    }
    manifest.write_text(json.dumps(record, indent=2, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
