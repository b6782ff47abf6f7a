"""The committed ELFs are what the sources give, wherever the repository lies."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest


def test_manifest_describes_the_prebuilt_files(build: ModuleType) -> None:
    manifest = build.read_manifest(build.PREBUILT)
    assert set(manifest) == {target.elf for target in build.targets()}
    assert set(manifest) == {path.name for path in build.PREBUILT.glob("*.elf")}
    for name, entry in manifest.items():
        assert entry["sha256"] == build.sha256(build.PREBUILT / name), name
        assert entry["sizes"]["file"] == (build.PREBUILT / name).stat().st_size, name


@pytest.mark.usefixtures("toolchain")
def test_rebuild_equals_prebuilt(build: ModuleType) -> None:
    result = build.check(build.select([]))
    if result.skipped:
        pytest.skip(result.skipped)
    assert result.differing == []


@pytest.mark.usefixtures("toolchain")
def test_build_does_not_depend_on_the_place(
    build: ModuleType, samples: Path, tmp_path: Path
) -> None:
    copy = tmp_path / "some" / "where" / "firmware_samples"
    shutil.copytree(samples, copy, ignore=shutil.ignore_patterns("prebuilt", "__pycache__"))
    subprocess.run(
        [sys.executable, copy / "build.py", "hello", "cpp"], check=True, stdout=subprocess.DEVNULL
    )
    for target in build.select(["hello", "cpp"]):
        moved = copy / "prebuilt" / target.elf
        assert build.sha256(moved) == build.sha256(build.build(target, tmp_path)), target.elf
        assert str(tmp_path).encode() not in moved.read_bytes()


@pytest.mark.usefixtures("toolchain")
def test_check_notices_a_changed_file(
    build: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    chosen = build.select(["hello"], ["nrf52840"])
    build.build_all(chosen, tmp_path)
    monkeypatch.setattr(build, "PREBUILT", tmp_path)
    assert build.report_check(build.check(chosen)) == 0
    with (tmp_path / chosen[0].elf).open("ab") as elf:
        elf.write(b"\0")
    assert build.report_check(build.check(chosen)) == 1


@pytest.mark.usefixtures("toolchain")
def test_check_skips_for_another_toolchain(
    build: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(build, "toolchain_version", lambda _: "gcc of another day")
    assert build.report_check(build.check(build.select(["hello"]))) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("skipped: toolchain gcc of another day differs from manifest's arm-")


def test_unknown_names_are_refused(build: ModuleType) -> None:
    with pytest.raises(SystemExit, match=r"not in samples\.toml: nonesuch"):
        build.select(["hello", "nonesuch"])


@pytest.mark.usefixtures("toolchain")
@pytest.mark.parametrize("board", ["nrf52840", "nucleo-l4r5zi"])
@pytest.mark.parametrize(
    ("sample", "symbols"),
    [
        ("digits", {"digits_invoke", "conv2d_3x3", "arena", "conv2_weights"}),
        ("regions", {"process", "summarise"}),
        ("cpp", {"_ZN6tflite16MicroInterpreter6InvokeEv"}),
        ("coremix", {"coremix_iteration", "list_part", "matrix_part", "scan_part", "crc_part"}),
        ("memory", {"descend", "malloc", "_sbrk", "_end", "__StackTop", "__StackLimit"}),
        ("hello", {"vector_table", "Reset_Handler", "_estack", "__HeapBase", "__HeapLimit"}),
    ],
)
def test_symbols_to_select_by_exist(
    samples: Path, board: str, sample: str, symbols: set[str]
) -> None:
    elf = samples / "prebuilt" / f"{sample}-{board}.elf"
    listing = subprocess.run(
        ["arm-none-eabi-nm", "--format=just-symbols", elf],
        check=True,
        capture_output=True,
        text=True,
    )
    assert symbols <= set(listing.stdout.split())
