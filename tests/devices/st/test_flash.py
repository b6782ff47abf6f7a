"""FLASH by RM0432 3.3 and 3.4: erase in both bank modes, and option bytes, from firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_builder import BOARD, RESULTS, build_firmware

import mcusim
from mcusim.result import Result

UNLOCK = """R(0x40022008) = 0x45670123;
R(0x40022008) = 0xCDEF89AB;
"""
UNLOCK_OPTIONS = f"""{UNLOCK}R(0x4002200C) = 0x08192A3B;
R(0x4002200C) = 0x4C5D6E7F;
"""
# A word at the start, end and beyond the end of page 1 in each mode, and in bank 2.
PLACES = (0x08101000, 0x08101FFC, 0x08102000, 0x08103FFC, 0x08104000, 0x081F0000)
DUAL_BANK, SINGLE_BANK = 0xFFEFF8AA, 0xFFAFF8AA


def run(folder: Path, body: str, dbank: int) -> tuple[Result, list[int]]:
    elf = build_firmware(folder, body)
    with mcusim.start(elf, board=BOARD, option_bytes={"dbank": dbank}) as simulation:
        simulation.run(1.0)
        words = simulation.machine.read_memory(RESULTS, 32)
        result = simulation.finish()
    return result, [int.from_bytes(words[i : i + 4], "little") for i in range(0, 32, 4)]


def erase_body(control: int) -> str:
    """Programs all `PLACES`, erases as FLASH_CR says, and reads them and the status."""
    program = "".join(f"R({at:#x}) = 0x5A5A5A5A;\n" for at in PLACES)
    look = "".join(f"results[{i}] = R({at:#x});\n" for i, at in enumerate(PLACES))
    return (
        f"{UNLOCK}R(0x40022014) = 1;\n{program}R(0x40022014) = {control:#x}u;\n"
        f"R(0x40022014) = {control | 1 << 16:#x}u;\n{look}results[6] = R(0x40022010);"
    )


PAGE_ERASE, BANK_2, BOTH_BANKS = 1 << 1, 1 << 11, 1 << 2 | 1 << 15


@pytest.mark.parametrize(
    ("dbank", "control", "erased", "status"),
    [
        # Dual-bank: pages of 4 kB, counted from the bank's start (RM0432 3.3.1).
        (1, PAGE_ERASE | BANK_2 | 1 << 3, {0, 1}, 1),
        (1, 1 << 15, set(range(6)), 1),
        # Single-bank: pages of 8 kB from the start of the flash; page 129 is at 0x08102000.
        (0, PAGE_ERASE | 129 << 3, {2, 3}, 1),
        (0, PAGE_ERASE | BANK_2 | 129 << 3, {2, 3}, 1),
        # No erase of one bank: PGSERR.
        (0, 1 << 15, set(), 1 << 7),
    ],
)
def test_erase_follows_the_bank_mode(
    tmp_path: Path, dbank: int, control: int, erased: set[int], status: int
) -> None:
    _, words = run(tmp_path, erase_body(control), dbank)
    assert {i for i, word in enumerate(words[:6]) if word == 0xFFFFFFFF} == erased
    assert words[6] == status


@pytest.mark.parametrize(("dbank", "optr"), [(1, DUAL_BANK), (0, SINGLE_BANK)])
def test_firmware_reads_the_option_bytes_and_cannot_change_them_locked(
    tmp_path: Path, dbank: int, optr: int
) -> None:
    body = f"results[0] = R(0x40022020);\n{UNLOCK}R(0x40022020) = 0;\nresults[1] = R(0x40022020);"
    _, words = run(tmp_path, body, dbank)
    assert words[:2] == [optr, optr]


STREAM = """uint32_t sum = 0, begin;
R(0xE000EDFC) = 1u << 24;
R(0xE0001000) |= 1;
begin = R(0xE0001004);
for (int i = 0; i < 4096; i++) sum += R(0x08080000 + 4 * i);
results[2 + again] = R(0xE0001004) - begin + (sum & 0);
"""
"""Reads 16 kB of flash; notes the cycles."""


def test_programmed_option_bytes_hold_from_the_launch_on(tmp_path: Path) -> None:
    body = f"""int again = results[7] == 0x5A;
results[again] = R(0x40022020);
clock_to_120_mhz();
{STREAM}
if (again) {{
  results[4] = R(0x40021094); /* RCC_CSR */
  return 0;
}}
results[7] = 0x5A;
{UNLOCK_OPTIONS}R(0x40022020) = {SINGLE_BANK:#x}u;
R(0x40022014) = 1u << 17;
results[5] = R(0x40022010);
R(0x40022014) = 1u << 27;
for (;;) continue;"""
    elf = build_firmware(tmp_path, body)
    with mcusim.start(elf, board=BOARD) as simulation:
        simulation.run(1.0)
        data = simulation.machine.read_memory(RESULTS, 32)
        result = simulation.finish()
    words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, 32, 4)]
    assert words[:2] == [DUAL_BANK, SINGLE_BANK]
    assert words[5] == 1, "EOP"
    assert words[4] & 1 << 25, "OBLRSTF"
    # As below: half the reads of the flash array.
    assert words[2] - words[3] == pytest.approx(4096 / 8 * 2 * 5, rel=0.05)
    (reset,) = result.resets
    assert reset.cause == "option bytes"
    assert "FLASH_CR.OBL_LAUNCH" in reset.message


def test_programmed_option_bytes_wait_for_their_reset(tmp_path: Path) -> None:
    body = f"""if (results[7] == 0x5A) {{
  results[0] = R(0x40022020);
  return 0;
}}
results[7] = 0x5A;
{UNLOCK_OPTIONS}R(0x40022020) = {SINGLE_BANK:#x}u;
R(0x40022014) = 1u << 17;
R(0xE000ED0C) = 0x05FA0004;
for (;;) continue;"""
    _, words = run(tmp_path, body, 1)
    assert words[0] == DUAL_BANK, "a system reset loads none"


def test_boot_from_bank_2_is_reported(tmp_path: Path) -> None:
    elf = build_firmware(tmp_path, "")
    result = mcusim.run(elf, board=BOARD, option_bytes={"bfb2": 1})
    assert any("boots from bank 1" in warning for warning in result.warnings)
    result = mcusim.run(elf, board=BOARD, option_bytes={"bfb2": 1, "dbank": 0})
    assert result.warnings == [], "without meaning in single-bank mode"


def test_wide_reads_shorten_what_streams_from_flash(tmp_path: Path) -> None:
    body = """clock_to_120_mhz();
uint32_t sum = 0;
for (int i = 0; i < 4096; i++) sum += R(0x08080000 + 4 * i);
results[0] = sum;"""
    cycles = [run(tmp_path, body, dbank)[0].cycles for dbank in (1, 0)]
    # A line of 32 bytes takes 4 reads of 64 bits, or 2 of 128, at 1 + 5 cycles each.
    assert cycles[0] - cycles[1] == pytest.approx(4096 / 8 * 2 * 5, rel=0.05)
