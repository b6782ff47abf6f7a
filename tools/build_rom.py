"""Builds the boot ROMs from their sources (mcusim/roms), and writes their manifests.

Usage: python tools/build_rom.py [rp2040|rp2350]            writes rom.bin and manifest.json
       python tools/build_rom.py --check [rp2040|rp2350]    compares a rebuild; "skipped" with
                                                            another toolchain
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROMS = Path(__file__).resolve().parents[1] / "mcusim" / "roms"
SOURCES = {
    "rp2040": (
        "start.S", "boot.c", "flash.c", "memory.c", "wide.S", "float.S", "float_divide.S",
        "float_conversions.S", "number.c", "float_functions.c", "double.S", "double_divide.S",
        "double_conversions.S", "double_functions.c", "functions_entry.S",
    ),
    "rp2350": ("start.S", "boot.c", "flash.c"),
}  # fmt: skip
CORES = {"rp2040": "cortex-m0plus", "rp2350": "cortex-m33"}
FLAGS = (
    "-mthumb", "-std=gnu11", "-ffreestanding", "-fno-builtin", "-fno-jump-tables",
    "-fno-tree-loop-distribute-patterns", "-Wall", "-Wextra", "-Werror",
)  # fmt: skip
FAST = {"number.c"}
"""Sources that are built for speed; 16 kB are too little for all."""
LINK_FLAGS = ("-nostdlib", "-Wl,-T,rom.ld", "-Wl,--build-id=none", "-Wl,--fatal-warnings")
PREFIX = "arm-none-eabi-"


def run(*command: str, chip: str = "rp2040") -> str:
    """Runs a tool in the folder of the sources."""
    done = subprocess.run(command, cwd=ROMS / chip, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"build_rom.py: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def flags_of(chip: str) -> tuple[str, ...]:
    """What the compiler is called with."""
    return (f"-mcpu={CORES[chip]}", *FLAGS)


def build(output: Path, chip: str = "rp2040") -> Path:
    """Builds the image into a folder; beside it stays the ELF, with its symbols."""
    objects = []
    flags = flags_of(chip)
    for source in SOURCES[chip]:
        built = str(output / f"{source}.o")
        level = "-O2" if source in FAST else "-Os"
        run(f"{PREFIX}gcc", *flags, level, "-c", source, "-o", built, chip=chip)
        objects.append(built)
    elf, image = output / "rom.elf", output / "rom.bin"
    run(f"{PREFIX}gcc", *flags, *LINK_FLAGS, *objects, "-o", str(elf), chip=chip)
    run(f"{PREFIX}objcopy", "-O", "binary", str(elf), str(image))
    return image


def symbols(elf: Path) -> dict[str, int]:
    """Addresses of the functions, for tests."""
    listing = [line.split() for line in run(f"{PREFIX}nm", "--defined-only", str(elf)).splitlines()]
    return {name: int(address, 16) for address, kind, name in listing if kind in "Tt"}


def manifest(image: Path, chip: str = "rp2040") -> dict[str, object]:
    """What the image was made with."""
    return {
        "toolchain": run(f"{PREFIX}gcc", "--version").splitlines()[0],
        "flags": [*flags_of(chip), *LINK_FLAGS],
        "sha256": hashlib.sha256(image.read_bytes()).hexdigest(),
        "bytes": image.stat().st_size,
    }


def check(chip: str) -> int:
    """0 when the image is what the sources give, or nothing can be said."""
    if shutil.which(f"{PREFIX}gcc") is None:
        print("skipped: no arm-none-eabi-gcc")
        return 0
    known = json.loads((ROMS / chip / "manifest.json").read_text())
    with tempfile.TemporaryDirectory() as scratch:
        rebuilt = manifest(build(Path(scratch), chip), chip)
    if known["toolchain"] != rebuilt["toolchain"]:
        print(f"skipped: {rebuilt['toolchain']} differs from the manifest's {known['toolchain']}")
        return 0
    same = known == rebuilt and known == manifest(ROMS / chip / "rom.bin", chip)
    print("as built from these sources" if same else "rom.bin: differs from its sources")
    return 0 if same else 1


def main() -> int:
    chips = [name for name in sys.argv[1:] if name in SOURCES] or list(SOURCES)
    if "--check" in sys.argv:
        return max(check(chip) for chip in chips)
    for chip in chips:
        with tempfile.TemporaryDirectory() as scratch:
            shutil.copyfile(build(Path(scratch), chip), ROMS / chip / "rom.bin")
        described = json.dumps(manifest(ROMS / chip / "rom.bin", chip), indent=2)
        (ROMS / chip / "manifest.json").write_text(described + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
