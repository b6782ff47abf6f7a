"""Exceptions against the Armv6-M manual: one firmware a case, on a Cortex-M0+ and on QEMU."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from arch_profile import ARMV6M, QEMU, Profile
from case import Case
from cases_v6m import CASES
from test_exceptions import agree, words

import mcusim

ON_QEMU = [case for case in CASES if not case.qemu]
OPTIONS = [
    Case(
        "no SysTick",
        "B3.3: an option; without it its registers read as zero",
        "int main(void) { SYST_RVR = 100; SYST_CSR = 7; note(SYST_RVR); note(SYST_CSR);\n"
        "for (volatile int i = 0; i < 100; ++i); note(1); }",
        (0, 0, 1),
    ),
    Case(
        "no VTOR",
        "B3.2: an option; without it it reads as zero",
        "int main(void) { VTOR = 0x20000000; note(VTOR); SYNC(); }",
        (0,),
    ),
    Case(
        "no MPU",
        "B3.5: an option; without it MPU_TYPE reads as zero",
        "int main(void) { MPU_CTRL = 1; SYNC(); note(MPU_TYPE); note(MPU_CTRL); }",
        (0, 0),
    ),
    Case(
        "no unprivileged level",
        "B1.4, CONTROL.nPRIV: an option; without it the bit reads as zero",
        "int main(void) { MSR(control, 1); note(MRS(control)); note(ICSR); }",
        (0, 0),
    ),
    Case(
        "eight interrupts",
        "B3.4: bits of interrupts that the chip lacks read as zero",
        "int main(void) { ISER = 0xFFFFFFFF; note(ISER); REG(0xE000E408) = 0xC0; "
        "note(REG(0xE000E408)); }",
        (0xFF, 0),
    ),
]
BARE = replace(
    ARMV6M,
    mpu_regions=0,
    options=msgspec.structs.replace(
        ARMV6M.options, systick=False, vector_table_register=False,
        unprivileged=False, interrupts=8,
    ),
)  # fmt: skip


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All cases, compiled together."""
    return ARMV6M.build([*CASES, *OPTIONS], tmp_path_factory.mktemp("v6m"))


def check(profile: Profile, case: Case, elf: Path, fidelity: str) -> None:
    """Runs a case on a core of the profile."""
    result = mcusim.run(elf, board=profile.board(), fidelity=fidelity, max_time_s=2.0)
    printed = words(result.output)
    assert agree(printed, case.expected), f"{case.rule}: {[f'{w:#x}' for w in printed]}"
    assert result.outcome == case.outcome or (result.outcome, result.exit_code) == ("fault", 0)


@pytest.mark.parametrize("fidelity", ["fast", "accurate"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_core_does_what_the_manual_says(
    case: Case, fidelity: str, firmware: dict[str, Path]
) -> None:
    check(ARMV6M, case, firmware[case.name], fidelity)


@pytest.mark.parametrize("case", OPTIONS, ids=lambda case: case.name)
def test_a_core_without_options_lacks_them(case: Case, firmware: dict[str, Path]) -> None:
    check(BARE, case, firmware[case.name], "accurate")


@pytest.mark.parametrize("case", ON_QEMU, ids=lambda case: case.name)
def test_qemu_does_what_the_manual_says(case: Case, on_qemu: dict[str, str]) -> None:
    printed = words(on_qemu[case.name])
    assert agree(printed, case.expected), f"{case.rule}: {[f'{w:#x}' for w in printed]}"


@pytest.fixture(scope="session")
def on_qemu(firmware: dict[str, Path]) -> Iterator[dict[str, str]]:
    """What QEMU's Cortex-M0 prints, by case."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
    with ThreadPoolExecutor(2) as pool:
        printed = pool.map(lambda case: ARMV6M.on_qemu(firmware[case.name]), ON_QEMU)
        yield dict(zip((case.name for case in ON_QEMU), printed, strict=True))


def test_entry_and_return_take_their_cycles(tmp_path: Path) -> None:
    code = """static volatile uint32_t at[3];
__attribute__((section(".ram"), noinline, long_call)) void SVC_Handler(void) { at[1] = SYST_CVR; }
__attribute__((section(".ram"), noinline, long_call)) void run(void) {
  at[0] = SYST_CVR; SVC(0); at[2] = SYST_CVR; }
extern void *const vectors[64]; static void *copy[64] __attribute__((aligned(256)));
int main(void) { for (int i = 0; i < 48; ++i) copy[i] = vectors[i]; VTOR = (uint32_t)copy;
SYST_RVR = 0xFFFFFF; SYST_CVR = 0; SYST_CSR = 5; run();
note(at[0] - at[1]); note(at[1] - at[2]); }"""
    elf = ARMV6M.build([Case("cycles", "DDI0484C, 3.6.1", code, ())], tmp_path)["cycles"]
    entry, back = words(mcusim.run(elf, board=ARMV6M.board()).output)
    # Around them are the reads of the counter, literals, SVC and the handler's ends.
    assert 15 <= entry <= 15 + 12
    assert 11 <= back <= 11 + 12


def test_a_fault_is_called_by_its_only_name(tmp_path: Path) -> None:
    case = Case("unhandled", "B1.5", "int main(void) { UNDEFINED }", ())
    code = "void HardFault_Handler(void) { for (;;); }\n" + case.code
    elf = ARMV6M.build([replace(case, code=code)], tmp_path)["unhandled"]
    result = mcusim.run(elf, board=ARMV6M.board())
    assert result.fault is not None
    assert result.fault.kind == "HardFault"
    assert "undefined instruction" in result.fault.message


def test_an_instruction_of_armv7m_is_named_with_the_core(tmp_path: Path) -> None:
    code = 'int main(void) { __asm volatile("nop\\n nop\\n .inst.n 0xbf08\\n nop"); }\n'
    code += "void HardFault_Handler(void) { for (;;); }"
    elf = ARMV6M.build([Case("it", "A5", code, ())], tmp_path)["it"]
    result = mcusim.run(elf, board=ARMV6M.board())
    assert result.fault is not None
    assert "cortex-m0plus has no such instruction; look at -mcpu" in result.fault.message
