"""Exceptions against the Armv7-M manual: one firmware a case, on mcusim and on QEMU."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import cases_chip
import cases_entry
import cases_faults
import cases_priority
import cases_privilege
import msgspec
import pytest
from case import Case

import mcusim
from mcusim.boards import Board, load_board

FIRMWARE = Path(__file__).parent / "firmware"
COMPILER = "arm-none-eabi-gcc"
QEMU = "qemu-system-arm"
OPTIONS = [
    *("-mcpu=cortex-m4", "-mthumb", "-mfloat-abi=softfp", "-mfpu=fpv4-sp-d16", "-O1", "-w"),
    *("-std=gnu11", "-nostdlib", "-ffreestanding", "-fno-tree-loop-distribute-patterns"),
]
MACHINE = [
    *("-M", "mps2-an386", "-icount", "shift=3", "-display", "none", "-monitor", "none"),
    *("-serial", "null", "-semihosting-config", "enable=on,target=native,userspace=on", "-kernel"),
]
LIMIT_S = 20
CASES = [
    *cases_entry.CASES,
    *cases_priority.CASES,
    *cases_faults.CASES,
    *cases_privilege.CASES,
]
ON_QEMU = [case for case in CASES if not case.qemu]


def board() -> Board:
    """The memory map of the cases, with a SysTick that counts in sleep as the core's own does."""
    found = load_board("nrf52840")
    states = [msgspec.structs.replace(row, systick=True) for row in found.chip.power.sleep]
    power = msgspec.structs.replace(found.chip.power, sleep=states)
    return replace(found, chip=msgspec.structs.replace(found.chip, power=power))


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All cases, compiled together."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed")
    folder = tmp_path_factory.mktemp("exceptions")
    shared = folder / "harness.o"
    _compile("-c", FIRMWARE / "harness.c", "-o", shared)
    with ThreadPoolExecutor(2) as pool:
        return dict(
            pool.map(
                lambda case: _build(case, folder, shared),
                [*CASES, cases_chip.TIMING, cases_chip.BIT_BAND],
            )
        )


def _build(case: Case, folder: Path, shared: Path) -> tuple[str, Path]:
    source = folder / f"{case.name.replace(' ', '-').replace(':', '')}.c"
    source.write_text(f'#include "harness.h"\n{case.code}\n')
    elf = source.with_suffix(".elf")
    script = FIRMWARE / "link.ld"
    _compile("-I", FIRMWARE, "-T", script, "-Wl,--no-warn-rwx-segments", shared, source, "-o", elf)
    return case.name, elf


def _compile(*arguments: object) -> None:
    done = subprocess.run(
        [COMPILER, *OPTIONS, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr[:4000]


def words(text: str) -> list[int]:
    """What a firmware printed: a hexadecimal word a line."""
    return [int(line, 16) for line in text.split()]


def agree(printed: list[int], expected: tuple[int | None, ...]) -> bool:
    """Whether they are equal; None stands for any word."""
    return len(printed) == len(expected) and all(
        e is None or p == e for p, e in zip(printed, expected, strict=True)
    )


NEEDS_ADDRESSES = ("unaligned LDM", "unaligned LDRD and STRD", "a trap behind the store to CCR")
"""Fast mode sees no single instruction, so it lets these through."""


@pytest.mark.parametrize("fidelity", ["fast", "accurate"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_mcusim_does_what_the_manual_says(
    case: Case, fidelity: str, firmware: dict[str, Path]
) -> None:
    if fidelity == "fast" and case.name in NEEDS_ADDRESSES:
        pytest.skip("in fast mode these go through")
    result = mcusim.run(firmware[case.name], board=board(), fidelity=fidelity, max_time_s=2.0)
    printed = words(result.output)
    assert agree(printed, case.expected), f"{case.rule}: {[f'{w:#x}' for w in printed]}"
    assert result.outcome == case.outcome or (result.outcome, result.exit_code) == ("fault", 0)


def test_entry_and_return_take_their_cycles(firmware: dict[str, Path]) -> None:
    result = mcusim.run(firmware["cycles"], board="nrf52840")
    print(result.output)
    entry, back, chain, fpu_entry, fpu_back = words(result.output)
    # Around them are the reads of the counter, SVC, the handlers' ends and no wait states.
    assert 12 <= entry <= 12 + 8
    assert 10 <= back <= 10 + 10
    assert 6 <= chain <= 6 + 12
    assert (fpu_entry, fpu_back) == (17, 17)


def test_bits_have_words_where_the_chip_has_bit_banding(firmware: dict[str, Path]) -> None:
    result = mcusim.run(firmware["bit-band"], board="nucleo-l4r5zi")
    assert words(result.output) == list(cases_chip.BIT_BAND.expected)


@pytest.mark.parametrize("case", ON_QEMU, ids=lambda case: case.name)
def test_qemu_does_what_the_manual_says(case: Case, on_qemu: dict[str, str]) -> None:
    printed = words(on_qemu[case.name])
    assert agree(printed, case.expected), f"{case.rule}: {[f'{w:#x}' for w in printed]}"


@pytest.fixture(scope="session")
def on_qemu(firmware: dict[str, Path]) -> Iterator[dict[str, str]]:
    """What QEMU prints, by case."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
    with ThreadPoolExecutor(2) as pool:
        printed = pool.map(lambda case: _qemu(firmware[case.name]), ON_QEMU)
        yield dict(zip((case.name for case in ON_QEMU), printed, strict=True))


def _qemu(elf: Path) -> str:
    try:
        done = subprocess.run(
            [QEMU, *MACHINE, str(elf)],
            capture_output=True,
            text=True,
            check=False,
            timeout=LIMIT_S,
        )
    except subprocess.TimeoutExpired:
        return ""
    return done.stdout + done.stderr if done.returncode == 0 else ""
