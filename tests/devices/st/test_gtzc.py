"""What the STM32U5's GTZC keeps out (RM0456), by firmware with code of both security states."""

from __future__ import annotations

from pathlib import Path
from textwrap import indent
from typing import Any

import pytest
from secure_lab import build

import mcusim

HERE = Path(__file__).parent
ERASED = 0xFFFFFFFF
SRAM1, SRAM3, USART1, CRC, GTZC = 24, 28, 0x40013800, 0x40023000, 8
"""Flags of memories in TZIC1's fourth register, devices, and the interrupt."""


def run(
    folder: Path, body: str, rest: str = "", handler: str = "for (;;) { }", **options: Any
) -> mcusim.Result:
    """Runs `body` in Secure state, and `rest` in Non-secure state where the body calls it."""
    text = (
        f"NS_CODE uint32_t rest(uint32_t x) {{\n{indent(rest, '  ')}\n  return 0;\n}}\n"
        f"void interrupt(void) {{\n{indent(handler, '  ')}\n}}\n"
        f"int main(void) {{\n{indent(body, '  ')}\n  return 0;\n}}\n"
    )
    return mcusim.run(
        build(folder, text, HERE),
        board="nucleo-u575zi",
        option_bytes={"tzen": 1} | options.pop("option_bytes", {}),
        max_time_s=0.1,
        **options,  # type: ignore[arg-type]
    )


def words(result: mcusim.Result) -> list[int]:
    assert result.outcome == "exited", result.fault or result.reason
    assert result.warnings == []
    return [int(word, 16) for word in result.output.split()]


READ_BOTH = "print(R32(0x30008000u)); print(R32(0x30008200u));"


@pytest.mark.parametrize("fidelity", ["accurate", "fast"])
def test_secure_blocks_of_ram_read_as_zero_and_ignore_writes(fidelity: str, tmp_path: Path) -> None:
    body = f"""
divide();
R32(0x30008000u) = 11; R32(0x30008200u) = 22;
R32(MPCBB1 + SECCFGR + 8u) = ~1u; /* the first block of 512 bytes from 0x8000 on */
R32(MPCBB1) = 1u << 31; /* SRWILADIS */
SYNC();
CALL_NS(rest, 0);
{READ_BOTH}
print(R32(TZIC1 + 0x1Cu) >> {SRAM1});
"""
    rest = """
NOTE(R32(0x20008000u)); NOTE(R32(0x20008200u));
R32(0x20008004u) = 33; R32(0x20008204u) = 44; R32(0x20008000u) += 1; R32(0x20008200u) = 5;
NOTE(R32(0x20008004u)); NOTE(R32(0x20008204u));
"""
    result = run(tmp_path, body, rest, fidelity=fidelity)
    assert words(result) == [11, 0, 33, 0, 12, 22, 1]


def test_secure_code_reaches_non_secure_blocks_by_their_non_secure_address(tmp_path: Path) -> None:
    body = f"""
divide();
R32(0x30008000u) = 11;
R32(MPCBB1 + SECCFGR + 8u) = 0; SYNC();
print(R32(0x30008000u)); R32(0x30008000u) = 12; /* kept out */
print(R32(0x20008000u)); R32(0x20008000u) = 13; /* a Non-secure access */
print(R32(TZIC1 + 0x1Cu) >> {SRAM1}); R32(TZIC1 + 0x2Cu) = ~0u;
R32(MPCBB1) = 1u << 31; SYNC();
print(R32(0x30008000u));
print(R32(TZIC1 + 0x1Cu) >> {SRAM1});
"""
    assert words(run(tmp_path, body)) == [0, 11, 1, 13, 0]


def test_an_illegal_access_interrupts_secure_code(tmp_path: Path) -> None:
    body = f"""
divide();
R32(TZIC1 + 0x0Cu) = 1u << {SRAM1}; /* IER4 */
R32(0xE000E100u) = 1u << {GTZC};
CALL_NS(rest, 0);
print(2);
"""
    handler = """
uint32_t number;
__asm volatile("mrs %0, ipsr" : "=r"(number));
print(number); print(R32(TZIC1 + 0x1Cu) >> 24);
R32(TZIC1 + 0x2Cu) = ~0u;
"""
    result = run(tmp_path, body, "R32(0x20000000u) = 0; NOTE(1);", handler)
    assert words(result) == [16 + GTZC, 1, 1, 2]


def test_frames_of_exceptions_are_kept_out_as_well(tmp_path: Path) -> None:
    body = f"""
divide();
for (uint32_t at = 0x2004FFE0u; at < 0x20050000u; at += 4) R32(at) = at;
R32(MPCBB3 + SECCFGR + 12u) = 1u << 31; /* the last 512 bytes below the Non-secure stack's top */
SYNC();
R32(TZIC1 + 0x0Cu) = 1u << {SRAM1}; /* IER4 */
R32(0xE000E100u) = 1u << {GTZC};
CALL_NS(rest, 0);
print(2);
"""
    handler = """
print(R32(TZIC1 + 0x1Cu));
for (uint32_t at = 0x2004FFE0u; at < 0x20050000u; at += 4) {
  if (R32(at + 0x10000000u) != at) print(at);
}
R32(TZIC1 + 0x2Cu) = ~0u;
finish();
"""
    rest = 'R32(0x20000000u) = 0; for (uint32_t n = 0; n < 9; ++n) __asm volatile("nop");'
    assert words(run(tmp_path, body, rest, handler)) == [1 << SRAM1 | 1 << SRAM3]


def test_code_of_the_other_state_is_a_bus_error(tmp_path: Path) -> None:
    result = run(tmp_path, "divide(); R32(0x30008000u) = 0x4770BF00u; CALL_NS(0x20008001u, 0);")
    assert result.outcome == "fault"
    assert result.fault is not None
    assert result.fault.kind == "BusFault: IBUSERR"
    assert "keeps it from Non-secure accesses" in result.fault.message


def test_secure_code_does_not_run_in_non_secure_blocks(tmp_path: Path) -> None:
    body = """
divide();
R32(MPCBB1) = 1u << 31;
R32(0x30008000u) = 0x4770BF00u;
((void (*)(void))0x30008001u)();
print(1);
R32(MPCBB1 + SECCFGR + 8u) = 0; SYNC();
((void (*)(void))0x30008001u)();
"""
    result = run(tmp_path, body)
    assert result.output.split() == ["00000001"]
    assert result.fault is not None
    assert "keeps it from Secure accesses" in result.fault.message


def test_locked_blocks_stay_as_they_are(tmp_path: Path) -> None:
    body = """
divide();
R32(MPCBB1 + 0x10u) = 1u << 1; /* CFGLOCKR */
R32(MPCBB1 + 0x10u) = 0;
R32(MPCBB1 + SECCFGR + 4u) = 0; R32(MPCBB1 + SECCFGR + 8u) = 0;
print(R32(MPCBB1 + SECCFGR + 4u)); print(R32(MPCBB1 + SECCFGR + 8u)); print(R32(MPCBB1 + 0x10u));
R32(MPCBB1) = 1; R32(MPCBB1) = 1u << 31;
print(R32(MPCBB1));
"""
    assert words(run(tmp_path, body)) == [0xFFFFFFFF, 0, 2, 1]


def test_a_secure_peripheral_is_closed_to_non_secure_code(tmp_path: Path) -> None:
    body = f"""
divide();
R32(0x56020C88u) |= 1u << 12; /* CRCEN */
R32(0x50023010u) = 7; /* INIT */
R32(TZSC1 + 0x18u) = 1u << 3;
CALL_NS(rest, 0);
print(R32({CRC} + 0x10000000u + 0x10u)); print(R32({CRC}u + 0x10u));
print(R32(TZIC1 + 0x18u));
R32(TZIC1 + 0x28u) = ~0u;
R32(TZSC1 + 0x18u) = 0;
CALL_NS(rest, 0);
print(R32(0x50023010u)); print(R32(TZIC1 + 0x18u));
"""
    rest = f"NOTE(R32({CRC}u + 0x10u)); R32({CRC}u + 0x10u) = 9;"
    assert words(run(tmp_path, body, rest)) == [0, 7, 0, 1 << 3, 7, 9, 0]


# Secure: pages 0 to 7 of the first bank, with the gateways; Non-secure code is in page 8.
WATERMARK = {"secwm1r1": 7 << 16, "secwm2r1": 0x7F}
READ_FLASH = """
NOTE(R32(0x08000004u) != 0);
NOTE(R32(0x0801FFFCu)); NOTE(R32(0x08100000u));
"""


def test_watermarks_keep_pages_of_flash_secure(tmp_path: Path) -> None:
    body = """
divide();
region(4, 0x08000000u, 0x0800FFFFu, 0); region(5, 0x08020000u, 0x081FFFFFu, 0); SYNC();
CALL_NS(rest, 0);
print(R32(TZIC1 + 0x1Cu)); R32(TZIC1 + 0x2Cu) = ~0u;
print(R32(0x0C000004u) != 0); print(R32(0x0C010000u)); print(R32(0x08010000u) != 0);
print(R32(TZIC1 + 0x1Cu));
print(R32(0x50022050u)); R32(0x50022050u) = 0x7F; print(R32(0x50022050u));
"""
    result = run(tmp_path, body, READ_FLASH, option_bytes=WATERMARK)
    mark = WATERMARK["secwm1r1"]
    assert words(result) == [0, ERASED, ERASED, 1 << 2, 1, 0, 1, 1 << 2, mark, mark]


def test_single_pages_of_flash_are_secure_as_well(tmp_path: Path) -> None:
    body = """
divide();
region(5, 0x08020000u, 0x081FFFFFu, 0);
R32(0x500220A0u) = 1; SYNC(); /* SECBB2R1 */
CALL_NS(rest, 0);
R32(0x500220A0u) = 0; SYNC();
CALL_NS(rest, 0);
"""
    rest = "NOTE(R32(0x08100000u)); NOTE(R32(0x08102000u));"
    result = run(tmp_path, body, rest, option_bytes=WATERMARK)
    assert words(result) == [0, ERASED, ERASED, ERASED]


def test_non_secure_code_does_not_run_in_secure_pages(tmp_path: Path) -> None:
    result = run(tmp_path, "divide(); CALL_NS(rest, 0);", option_bytes={"secwm1r1": 8 << 16})
    assert result.fault is not None
    assert result.fault.kind == "BusFault: IBUSERR"
    assert "0x08010000" in result.fault.message


def test_backup_registers_are_in_three_zones(tmp_path: Path) -> None:
    body = """
divide();
R32(0x56020CA8u) |= 1u << 2; R32(0x56020C94u) |= 1u << 12; /* PWREN; GTZC2EN */
R32(0x56020828u) = 1; /* DBPR.DBP */
R32(0x56020CA8u) |= 1u << 21; /* RTCAPBEN */
R32(0x56007C20u) = 2u << 16 | 1u; /* the first is for Secure code, the second to be read */
for (uint32_t n = 0; n < 3; ++n) R32(0x56007D00u + 4u * n) = 10u + n;
CALL_NS(rest, 0);
for (uint32_t n = 0; n < 3; ++n) print(R32(0x56007D00u + 4u * n));
print(R32(0x56023414u)); /* TZIC2_SR2 */
"""
    rest = """
for (uint32_t n = 0; n < 3; ++n) { NOTE(R32(0x46007D00u + 4u * n)); R32(0x46007D00u + 4u * n) = 7; }
R32(0x46007C20u) = 0;
"""
    assert words(run(tmp_path, body, rest)) == [0, 11, 12, 10, 11, 7, 1 << 2]


def test_non_secure_code_can_not_open_anything_itself(tmp_path: Path) -> None:
    rest = """
NOTE(R32(0x40032C00u + SECCFGR)); R32(0x40032C00u + SECCFGR) = 0;
NOTE(R32(0x4003280Cu)); R32(0x40032410u) = 1;
"""
    body = """
divide();
R32(TZIC1 + 0x0Cu) = 1;
CALL_NS(rest, 0);
print(R32(MPCBB1 + SECCFGR)); print(R32(TZSC1 + 0x10u)); print(R32(TZIC1 + 0x1Cu));
"""
    flags = 1 << 25 | 1 << 15 | 1 << 14
    assert words(run(tmp_path, body, rest)) == [0xFFFFFFFF, 0, 0xFFFFFFFF, 0, flags]


def test_a_reset_closes_all(tmp_path: Path) -> None:
    body = """
R32(0x56020C88u) |= 1u << 24;
print(R32(MPCBB1 + SECCFGR));
if (R32(0x30008000u) != 77u) {
  R32(0x30008000u) = 77u; R32(MPCBB1 + SECCFGR) = 0; R32(0xE000ED0Cu) = 0x05FA0004u;
}
print(R32(0x30008000u));
"""
    assert words(run(tmp_path, body)) == [0xFFFFFFFF, 0xFFFFFFFF, 77]


def test_without_trustzone_nothing_is_kept_out(tmp_path: Path) -> None:
    pair = mcusim.run(
        Path(__file__).parents[3] / "firmware_samples" / "prebuilt" / "hello-nucleo-u575zi.elf",
        board="nucleo-u575zi",
    )
    assert pair.outcome == "exited"
