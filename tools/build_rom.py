"""Builds the RP2040's boot ROM from its sources (mcusim/roms/rp2040), and writes its manifest.

Usage: python tools/build_rom.py            writes rom.bin and manifest.json
       python tools/build_rom.py --check    compares a rebuild; "skipped" with another toolchain
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROM = Path(__file__).resolve().parents[1] / "mcusim" / "roms" / "rp2040"
SOURCES = (
    "start.S", "boot.c", "flash.c", "memory.c", "wide.S", "float.c", "float_conversions.c",
    "float_functions.c", "double.c", "double_conversions.c", "double_functions.c",
    "functions_entry.S",
)  # fmt: skip
FLAGS = (
    "-mcpu=cortex-m0plus", "-mthumb", "-std=gnu11", "-ffreestanding", "-fno-builtin",
    "-fno-jump-tables", "-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra", "-Werror",
)  # fmt: skip
FAST = {"float.c", "double.c"}
"""Sources that are built for speed; 16 kB are too little for all."""
LINK_FLAGS = ("-nostdlib", "-Wl,-T,rom.ld", "-Wl,--build-id=none", "-Wl,--fatal-warnings")
PREFIX = "arm-none-eabi-"


def run(*command: str) -> str:
    """Runs a tool in the folder of the sources."""
    done = subprocess.run(command, cwd=ROM, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"build_rom.py: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def build(output: Path) -> Path:
    """Builds the image into a folder; beside it stays the ELF, with its symbols."""
    objects = []
    for source in SOURCES:
        built = str(output / f"{source}.o")
        level = "-O2" if source in FAST else "-Os"
        run(f"{PREFIX}gcc", *FLAGS, level, "-c", source, "-o", built)
        objects.append(built)
    elf, image = output / "rom.elf", output / "rom.bin"
    run(f"{PREFIX}gcc", *FLAGS, *LINK_FLAGS, *objects, "-o", str(elf))
    run(f"{PREFIX}objcopy", "-O", "binary", str(elf), str(image))
    return image


def symbols(elf: Path) -> dict[str, int]:
    """Addresses of the functions, for tests."""
    listing = [line.split() for line in run(f"{PREFIX}nm", "--defined-only", str(elf)).splitlines()]
    return {name: int(address, 16) for address, kind, name in listing if kind in "Tt"}


def manifest(image: Path) -> dict[str, object]:
    """What the image was made with."""
    return {
        "toolchain": run(f"{PREFIX}gcc", "--version").splitlines()[0],
        "flags": [*FLAGS, *LINK_FLAGS],
        "sha256": hashlib.sha256(image.read_bytes()).hexdigest(),
        "bytes": image.stat().st_size,
    }


def check() -> int:
    """0 when the image is what the sources give, or nothing can be said."""
    if shutil.which(f"{PREFIX}gcc") is None:
        print("skipped: no arm-none-eabi-gcc")
        return 0
    known = json.loads((ROM / "manifest.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        rebuilt = manifest(build(Path(scratch)))
    if known["toolchain"] != rebuilt["toolchain"]:
        print(f"skipped: {rebuilt['toolchain']} differs from the manifest's {known['toolchain']}")
        return 0
    same = known == rebuilt and known == manifest(ROM / "rom.bin")
    print("as built from these sources" if same else "rom.bin: differs from its sources")
    return 0 if same else 1


def main() -> int:
    if "--check" in sys.argv:
        return check()
    with tempfile.TemporaryDirectory() as scratch:
        image = build(Path(scratch))
        shutil.copyfile(image, ROM / "rom.bin")
    (ROM / "manifest.json").write_text(json.dumps(manifest(ROM / "rom.bin"), indent=2) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
