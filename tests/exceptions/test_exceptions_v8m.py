"""Exceptions against the Armv8-M manual: one firmware a case, on a Cortex-M33 and on QEMU.

QEMU's machine starts in Secure state, and so does the chip that is compared with it. The chip
without the Security Extension has nothing to be compared with but the manual.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from arch_profile import ARMV8M, ARMV8M_SECURE, QEMU
from case import Case
from cases_v8m import CASES, EXC_RETURNS, SECURE, SHARED, WITHOUT_SECURITY
from test_exceptions import NEEDS_ADDRESSES, agree, words
from test_exceptions_v6m import check

import mcusim

ALL = [*CASES, *SECURE, *SHARED]
ON_QEMU = [case for case in ALL if not case.qemu]
PLAIN = [*CASES, *WITHOUT_SECURITY, *(case for case in SHARED if case.name not in EXC_RETURNS)]


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All cases, compiled together."""
    return ARMV8M.build([*ALL, *WITHOUT_SECURITY], tmp_path_factory.mktemp("v8m"))


def fast_sees(case: Case) -> bool:
    """Whether fast mode, which sees no single instruction, catches what the case is about."""
    return case.name not in (*NEEDS_ADDRESSES, "unaligned LDA")


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.name)
def test_secure_state_does_what_the_manual_says(case: Case, firmware: dict[str, Path]) -> None:
    check(ARMV8M_SECURE, case, firmware[case.name], "accurate")


@pytest.mark.parametrize("case", [c for c in CASES if fast_sees(c)], ids=lambda case: case.name)
def test_fast_mode_does_so_too(case: Case, firmware: dict[str, Path]) -> None:
    check(ARMV8M_SECURE, case, firmware[case.name], "fast")


@pytest.mark.parametrize("case", PLAIN, ids=lambda case: case.name)
def test_a_core_without_security_does_what_the_manual_says(
    case: Case, firmware: dict[str, Path]
) -> None:
    check(ARMV8M, case, firmware[case.name], "accurate")


@pytest.mark.parametrize("case", ON_QEMU, ids=lambda case: case.name)
def test_qemu_does_what_the_manual_says(case: Case, on_qemu: dict[str, str]) -> None:
    printed = words(on_qemu[case.name])
    assert agree(printed, case.expected), f"{case.rule}: {[f'{w:#x}' for w in printed]}"


def test_bxns_in_secure_state_is_bx(tmp_path: Path) -> None:
    code = """static void target(void) { note(1); finish(); }
int main(void) { __asm volatile("bxns %0" :: "r"((uint32_t)target | 1u)); note(2); }"""
    elf = ARMV8M.build([Case("bxns", "BXNS: bit 0 says Secure", code, ())], tmp_path)["bxns"]
    assert words(mcusim.run(elf, board=ARMV8M_SECURE.board()).output) == [1]


def test_a_core_without_fpu_has_no_coprocessor(tmp_path: Path) -> None:
    code = """WITH_FRAME(UsageFault_Handler) { note(CFSR); CFSR = CFSR; note(exc_return); SKIP(4); }
int main(void) { SHCSR = FAULTS_ON; CPACR = 0xFu << 20; SYNC(); note(CPACR); FLOAT
note(REG(0xE000EF40)); }"""
    elf = ARMV8M.build([Case("no fpu", "CPACR", code, ())], tmp_path)["no fpu"]
    options = msgspec.structs.replace(ARMV8M.options, fpu=False)
    board = replace(ARMV8M, options=options).board()
    assert words(mcusim.run(elf, board=board).output) == [0, 1 << 19, 0xFFFFFFB8, 0]


@pytest.fixture(scope="session")
def on_qemu(firmware: dict[str, Path]) -> Iterator[dict[str, str]]:
    """What QEMU's Cortex-M33 prints, by case."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
    with ThreadPoolExecutor(2) as pool:
        printed = pool.map(lambda case: ARMV8M.on_qemu(firmware[case.name]), ON_QEMU)
        yield dict(zip((case.name for case in ON_QEMU), printed, strict=True))
