"""Builds the firmware samples that samples.toml describes, and their manifest.

Usage: python build.py [--output DIR] [--board BOARD ...] [SAMPLE ...]
       python build.py --check [SAMPLE ...]

The same toolchain gives the same bytes wherever the repository lies. --check uses that: it rebuilds
to a temporary folder and compares with the manifest of the committed files. With another toolchain
version a comparison means nothing, so --check then says "skipped" and exits 0.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PREBUILT = HERE / "prebuilt"
MANIFEST = "manifest.json"
ARM = "arm-none-eabi-"

Manifest = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Target:
    """One ELF to build: a sample for a board."""

    sample: str
    board: str
    sources: list[str]
    compile_flags: list[str]
    link_flags: list[str]
    c_flags: list[str]
    cxx_flags: list[str]
    prefix: str
    secure: str = ""
    """The sample with the functions that this one calls through gateways."""

    @property
    def elf(self) -> str:
        return f"{self.sample}-{self.board}.elf"

    def compiler(self, source: str) -> list[str]:
        if source.endswith(".cpp"):
            return [self.prefix + "g++", *self.compile_flags, *self.cxx_flags]
        return [self.prefix + "gcc", *self.compile_flags, *self.c_flags]

    @property
    def uses_cxx(self) -> bool:
        return any(source.endswith(".cpp") for source in self.sources)

    @property
    def linker(self) -> list[str]:
        driver = self.prefix + ("g++" if self.uses_cxx else "gcc")
        return [driver, *self.compile_flags, *self.link_flags]

    @property
    def flags(self) -> list[str]:
        """What the manifest records: no machine path is among these."""
        cxx_flags = self.cxx_flags if self.uses_cxx else []
        return [*self.compile_flags, *self.c_flags, *cxx_flags, *self.link_flags]


def targets() -> Iterator[Target]:
    """All samples for all boards they are meant for."""
    description = tomllib.loads((HERE / "samples.toml").read_text())
    for sample_name, sample in description["samples"].items():
        chosen = sample.get("boards", description["default_boards"])
        for board_name in description["boards"] if chosen == "all" else chosen:
            board = description["boards"][board_name]
            toolchain = description["toolchains"][board.get("toolchain", "arm")]
            linker_script = sample.get("linker_script", board["linker_script"])
            script = f"-Wl,-T,{linker_script.format(board=board_name)}"
            # The Secure image has set up the board.
            secure = sample.get("secure", "")
            board_sources = [] if secure else board["sources"]
            names = {"board": board_name, "trace": toolchain["trace"]}
            own_sources = [source.format(**names) for source in sample["sources"]]
            core_flags = board.get("core_flags", toolchain["core_flags"])
            yield Target(
                sample=sample_name,
                board=board_name,
                sources=[*toolchain["sources"], *board_sources, *own_sources],
                compile_flags=[
                    *core_flags,
                    *toolchain["flags"],
                    *board["flags"],
                    *sample.get("flags", []),
                ],
                link_flags=[*toolchain["link_flags"], script, *sample.get("link_flags", [])],
                c_flags=[toolchain["c_standard"]],
                cxx_flags=[toolchain["cxx_standard"], *toolchain["cxx_flags"]],
                prefix=toolchain["prefix"],
                secure=secure,
            )


def select(samples: Sequence[str], boards: Sequence[str] = ()) -> list[Target]:
    """The targets with these names; no name means all."""
    everything = list(targets())
    known = {target.sample for target in everything} | {target.board for target in everything}
    unknown = set(samples).union(boards) - known
    if unknown:
        raise SystemExit(f"build.py: not in samples.toml: {', '.join(sorted(unknown))}")
    return [
        target
        for target in everything
        if (not samples or target.sample in samples) and (not boards or target.board in boards)
    ]


def run(command: Sequence[str]) -> str:
    """Runs a tool in this folder, so that all source paths are relative."""
    done = subprocess.run(command, cwd=HERE, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SystemExit(f"build.py: {' '.join(command)}\n{done.stderr}")
    return done.stdout


def toolchain_version(prefix: str = ARM) -> str:
    """All that decides the bytes: compiler, linker and, where it is linked, C library."""
    compiler, linker = (run([prefix + tool, "--version"]).splitlines()[0] for tool in ("gcc", "ld"))
    if prefix != ARM:
        return f"{compiler}; {linker}"
    macros = run([prefix + "gcc", "-E", "-dM", "-x", "c", "-include", "newlib.h", os.devnull])
    newlib = re.search(r'#define _NEWLIB_VERSION "(.*)"', macros)
    return f"{compiler}; {linker}; newlib {newlib[1] if newlib else 'unknown'}"


def build(target: Target, output: Path, extra_link_flags: Sequence[str] = ()) -> Path:
    """Builds one ELF into output and returns its path."""
    elf = output.resolve() / target.elf
    # Debug information must not tell where the repository lies.
    place = f"{HERE.parent}=."
    prefix_map = [f"-ffile-prefix-map={place}", f"-Wa,--debug-prefix-map={place}"]
    with tempfile.TemporaryDirectory() as scratch:
        objects = []
        for source in target.sources:
            built = str(Path(scratch) / (source.replace("/", "_") + ".o"))
            run([*target.compiler(source), *prefix_map, "-c", source, "-o", built])
            objects.append(built)
        if target.secure:
            objects.append(str(gateways(target, Path(scratch))))
        run([*target.linker, *extra_link_flags, *objects, "-o", str(elf)])
    elf.chmod(0o644)
    return elf


def gateways(target: Target, scratch: Path) -> Path:
    """The import library of the target's Secure sample: addresses of its gateways."""
    [secure] = select([target.secure], [target.board])
    library = scratch / "gateways.o"
    build(secure, scratch, ["-Wl,--cmse-implib", f"-Wl,--out-implib={library}"])
    return library


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def sizes(target: Target, elf: Path) -> dict[str, int]:
    """Section totals as `size` counts them, and the file's length."""
    text, data, bss = run([target.prefix + "size", str(elf)]).splitlines()[1].split()[:3]
    return {"text": int(text), "data": int(data), "bss": int(bss), "file": elf.stat().st_size}


def manifest_entry(target: Target, elf: Path, toolchain: str) -> dict[str, Any]:
    return {
        "sample": target.sample,
        "board": target.board,
        "toolchain": toolchain,
        "flags": target.flags,
        "sha256": sha256(elf),
        "sizes": sizes(target, elf),
    }


def read_manifest(folder: Path) -> Manifest:
    path = folder / MANIFEST
    manifest: Manifest = json.loads(path.read_text()) if path.exists() else {}
    return manifest


def write_manifest(folder: Path, manifest: Manifest) -> None:
    text = json.dumps(manifest, indent=2, sort_keys=True)
    (folder / MANIFEST).write_text(text + "\n")


def build_all(chosen: Sequence[Target], output: Path) -> None:
    """Builds and updates the output folder's manifest; entries of other targets stay."""
    output.mkdir(parents=True, exist_ok=True)
    toolchains = {prefix: toolchain_version(prefix) for prefix in {t.prefix for t in chosen}}
    manifest = read_manifest(output)
    for target in chosen:
        elf = build(target, output)
        manifest[target.elf] = manifest_entry(target, elf, toolchains[target.prefix])
        print(f"{target.elf}: {manifest[target.elf]['sizes']}")
    write_manifest(output, manifest)


@dataclass(frozen=True)
class CheckResult:
    skipped: str
    differing: list[str]


def check(chosen: Sequence[Target]) -> CheckResult:
    """Rebuilds and compares with the manifest and the committed files."""
    prefixes = {target.prefix for target in chosen}
    for prefix in prefixes:
        if shutil.which(prefix + "gcc") is None:
            return CheckResult(f"skipped: {prefix}gcc is not installed", [])
    manifest = read_manifest(PREBUILT)
    toolchains = {prefix: toolchain_version(prefix) for prefix in prefixes}
    differing = []
    with tempfile.TemporaryDirectory() as scratch:
        for target in chosen:
            entry = manifest.get(target.elf)
            if entry is None or not (PREBUILT / target.elf).exists():
                differing.append(f"{target.elf}: not prebuilt")
                continue
            toolchain = toolchains[target.prefix]
            if entry["toolchain"] != toolchain:
                reason = f"toolchain {toolchain} differs from manifest's {entry['toolchain']}"
                return CheckResult(f"skipped: {reason}", [])
            rebuilt = sha256(build(target, Path(scratch)))
            if not rebuilt == entry["sha256"] == sha256(PREBUILT / target.elf):
                differing.append(f"{target.elf}: differs from its sources")
    return CheckResult("", differing)


def report_check(result: CheckResult) -> int:
    print(result.skipped or "\n".join(result.differing) or "all as built from these sources")
    return 1 if result.differing else 0


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("samples", nargs="*", metavar="SAMPLE", help="default: all")
    parser.add_argument("--board", action="append", default=[], help="default: all")
    parser.add_argument("--output", type=Path, default=PREBUILT, help="default: prebuilt/")
    parser.add_argument("--check", action="store_true", help="compare a rebuild with prebuilt/")
    options = parser.parse_args()
    chosen = select(options.samples, options.board)
    if options.check:
        return report_check(check(chosen))
    build_all(chosen, options.output)
    return 0


if __name__ == "__main__":
    sys.exit(main())
