"""The Security Extension against its manual: code of both states in one firmware, on QEMU too."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import msgspec
import pytest
from arch_profile import ARMV8M, ARMV8M_SECURE, COMMON, COMPILER, FIRMWARE, QEMU
from case import Case
from cases_security import CASES
from test_exceptions import agree, words

import mcusim
from mcusim.boards import Board
from mcusim.boards.schema import Attribution, TrustZone

ON_QEMU = [case for case in CASES if not case.qemu]
SECURE_BIT = 1 << 28
"""Of addresses, in IoTKit as in most chips (QEMU hw/arm/iotkit.c, IDAU)."""


def board() -> Board:
    """A chip with memories at Secure and Non-secure addresses, as QEMU's machine has them."""
    board = ARMV8M_SECURE.board()
    memory = [msgspec.structs.replace(m, aliases=[m.base & ~SECURE_BIT]) for m in board.chip.memory]
    zone = TrustZone(
        attribution=[
            Attribution(
                base=base, size_bytes=SECURE_BIT, security="non-secure-callable",
                source="this test: IDAU of IoTKit", grade="assumed",
            )
            for base in (0x10000000, 0x30000000, 0x50000000)
        ]
    )  # fmt: skip
    chip = msgspec.structs.replace(board.chip, memory=memory, trustzone=zone)
    return replace(board, chip=chip)


def build(cases: list[Case], folder: Path, *defines: str) -> dict[str, Path]:
    """All cases as ELF files, by name; skips the test without a compiler."""
    if shutil.which(COMPILER) is None:
        pytest.skip(f"{COMPILER} is not installed")

    def one(case: Case) -> tuple[str, Path]:
        source = folder / f"{''.join(c if c.isalnum() else '-' for c in case.name)}.c"
        source.write_text(f'#include "security.h"\n{case.code}\n', encoding="utf-8")
        elf = source.with_suffix(".elf")
        command = [COMPILER, *ARMV8M.compile, "-mcmse", *COMMON, *(f"-D{d}" for d in defines)]
        command += ["-DUNMAPPED=0x70000000u", "-I", FIRMWARE, "-T", FIRMWARE / "security.ld"]
        command += ["-Wl,--no-warn-rwx-segments", FIRMWARE / "harness.c", FIRMWARE / "security.c"]
        done = subprocess.run(
            [*map(str, command), str(source), "-o", str(elf), "-lgcc"],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr[:4000]
        return case.name, elf

    with ThreadPoolExecutor(2) as pool:
        return dict(pool.map(one, cases))


@pytest.fixture(scope="session")
def firmware(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """All cases, compiled together."""
    return build(CASES, tmp_path_factory.mktemp("security"))


@pytest.fixture(scope="session")
def on_qemu(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """What QEMU's Cortex-M33 prints, by case; its memory has controllers to be opened."""
    if shutil.which(QEMU) is None:
        pytest.skip(f"{QEMU} is not installed")
    elfs = build(ON_QEMU, tmp_path_factory.mktemp("qemu"), "HAS_CONTROLLERS")
    with ThreadPoolExecutor(2) as pool:
        printed = pool.map(lambda case: ARMV8M.on_qemu(elfs[case.name]), ON_QEMU)
        yield dict(zip((case.name for case in ON_QEMU), printed, strict=True))


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_both_states_do_what_the_manual_says(
    case: Case, fidelity: str, firmware: dict[str, Path]
) -> None:
    result = mcusim.run(firmware[case.name], board=board(), fidelity=fidelity, max_time_s=0.1)  # type: ignore[arg-type]
    printed = words(result.output)
    assert agree(printed, case.expected), f"{case.rule}: {[f'{w:#x}' for w in printed]}"
    assert result.outcome == case.outcome
    assert result.warnings == []


@pytest.mark.parametrize("case", ON_QEMU, ids=lambda case: case.name)
def test_qemu_does_what_the_manual_says(case: Case, on_qemu: dict[str, str]) -> None:
    printed = words(on_qemu[case.name])
    assert agree(printed, case.expected), f"{case.rule}: {[f'{w:#x}' for w in printed]}"


def run(code: str, folder: Path) -> mcusim.Result:
    elf = build([Case("one", "", code, ())], folder)["one"]
    return mcusim.run(elf, board=board(), max_time_s=0.1)


@pytest.mark.parametrize(
    ("kind", "code", "message"),
    [
        (
            "SecureFault: AUVIOL",
            """uint32_t secret;
NS_CODE uint32_t rest(uint32_t x) { return *(volatile uint32_t *)x; }
int main(void) { divide(); CALL_NS(rest, (uint32_t)&secret); }""",
            "Non-secure code in rest reads 0x3800",
        ),
        (
            "SecureFault: INVTRAN",
            "NS_CODE void rest(void) { ns_note(1); }\nint main(void) { divide(); rest(); }",
            "which is Non-secure, without BXNS or BLXNS",
        ),
        (
            "SecureFault: INVEP",
            """NS_CODE uint32_t rest(uint32_t x) { no_gateway(1); return 0; }
int main(void) { divide(); CALL_NS(rest, 0); }""",
            "where no gateway (SG in a Non-secure callable region) is",
        ),
        (
            "SecureFault: INVEP",
            "int main(void) { __asm volatile(\"bxns %0\" :: \"r\"(0x38000000)); }",
            "where no gateway (SG in a Non-secure callable region) is",
        ),
    ],
)  # fmt: skip
def test_a_violation_without_a_handler_ends_the_run_with_a_sentence(
    kind: str, code: str, message: str, tmp_path: Path
) -> None:
    unhandled = "void HardFault_Handler(void) { for (;;) { } }\n"
    result = run(unhandled + code, tmp_path)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert result.fault.kind == kind
    assert message in result.fault.message


def test_a_reset_makes_all_memory_secure_again(tmp_path: Path) -> None:
    code = """NS_DATA uint32_t turn;
NS_CODE uint32_t rest(uint32_t x) { AIRCR = 0x05FA0004; for (;;) { } }
int main(void) { note(SAU_CTRL); if (REG(0x38007000) != 77) { REG(0x38007000) = 77;
divide(); CALL_NS(rest, 0); } divide(); note(MRS(control)); note(MRS(ipsr)); }"""
    result = run(code, tmp_path)
    assert words(result.output) == [0, 0, 0]


def test_the_address_of_a_violation_within_a_kilobyte(tmp_path: Path) -> None:
    code = """uint32_t secret[512] __attribute__((aligned(1024)));
void HardFault_Handler(void) { note(SFAR - (uint32_t)secret); finish(); }
NS_CODE uint32_t rest(uint32_t x) { __asm volatile("add r0, #0x400\\n ldr r1, [r0, #0x24]" :: :
"r0", "r1"); return 0; }
int main(void) { divide(); CALL_NS(rest, (uint32_t)secret); }"""
    assert words(run(code, tmp_path).output) == [0x424]
