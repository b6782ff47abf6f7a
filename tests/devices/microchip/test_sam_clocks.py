"""PM, SYSCTRL, GCLK and NVMCTRL of the SAM D21 by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from sam_lab import BOARD, build, execute

import mcusim


def clocks_of(folder: Path, body: str) -> tuple[list[float], list[str]]:
    with mcusim.start(build(folder, body), board=BOARD) as simulation:
        simulation.run_to_end()
        clocks = [segment.hz for segment in simulation.machine.clock.segments]
        return clocks, simulation.finish().warnings


def test_reset_clock_and_open_loop(tmp_path: Path) -> None:
    assert clocks_of(tmp_path, "clock_to_48_mhz();") == ([1e6, 48e6], [])


def test_oscillator_prescaler_and_core_divider(tmp_path: Path) -> None:
    body = """
R32(SYSCTRL + 0x20) = R32(SYSCTRL + 0x20) & ~0x300u;
R8(PM + 8) = 2;
"""
    assert clocks_of(tmp_path, body) == ([1e6, 8e6, 2e6], [])


def test_generator_dividers(tmp_path: Path) -> None:
    body = """
R32(SYSCTRL + 0x20) &= ~0x300u;
R32(GCLK + 8) = 4u << 8;
R32(GCLK + 8) = 2u << 8;
R32(GCLK + 4) = 1u << 20 | 1u << 16 | 6u << 8;
"""
    assert clocks_of(tmp_path, body)[0] == [1e6, 8e6, 2e6, 4e6, 1e6]


def test_fractional_loop_on_the_crystal(tmp_path: Path) -> None:
    # 32.768 kHz * (1463 + 1 + 8/16) / 2: just below 24 MHz.
    body = """
R16(SYSCTRL + 0x14) = 0x000E;
while ((R32(SYSCTRL + 0x0C) & 2) == 0) continue;
R32(SYSCTRL + 0x48) = 1463u | 8u << 16;
R8(SYSCTRL + 0x44) = 2;
while ((R8(SYSCTRL + 0x50) & 3) != 3) continue;
R32(GCLK + 8) = 2u << 8;
R32(GCLK + 4) = 1u << 16 | 8u << 8;
"""
    clocks, warnings = clocks_of(tmp_path, body)
    assert clocks[-1] == pytest.approx(32768 * 1464.5 / 2)
    assert warnings == []


def test_crystal_takes_the_time_that_startup_names(tmp_path: Path) -> None:
    body = """
R16(SYSCTRL + 0x14) = 3u << 8 | 0xE;
while ((R32(SYSCTRL + 0x0C) & 2) == 0) continue;
"""
    result, _ = execute(tmp_path, body)
    assert result.time_s == pytest.approx(4099 / 32768, rel=1e-3)


def test_registers_that_stand_for_many_show_the_one_that_was_named(tmp_path: Path) -> None:
    body = """
R32(GCLK + 4) = 1u << 16 | 6u << 8 | 3;
R32(GCLK + 4) = 1u << 16 | 3u << 8 | 4;
R8(GCLK + 4) = 3;
results[0] = R32(GCLK + 4);
R8(GCLK + 4) = 4;
results[1] = R32(GCLK + 4);
"""
    _, found = execute(tmp_path, body)
    assert found[:2] == [0x10603, 0x10304]


def test_too_few_wait_states_are_told(tmp_path: Path) -> None:
    body = "R16(SYSCTRL + 0x24) = 2;\nfor (volatile int i = 0; i < 50; ++i) continue;\n"
    result, _ = execute(tmp_path, body + "R32(GCLK + 4) = 1u << 16 | 7u << 8;")
    assert len(result.warnings) == 1
    assert "CTRLB.RWS sets 0 wait states, but the flash needs 1" in result.warnings[0]


def test_wait_states_cost_time_without_the_cache(tmp_path: Path) -> None:
    loop = 'for (int i = 0; i < 1000; ++i) __asm volatile("nop");'
    counts = []
    for control in (1 << 18, 1 << 18 | 1 << 1, 1 << 1):
        result, _ = execute(tmp_path, f"R32(NVMCTRL + 4) = {control};\n{loop}")
        counts.append(result.cycles)
    none, one, cached = counts
    assert one > none + 1000
    assert abs(cached - none) < 100


def test_page_is_erased_and_written_in_its_time(tmp_path: Path) -> None:
    body = """
clock_to_48_mhz();
volatile uint32_t *page = (volatile uint32_t *)0x30000;
R32(NVMCTRL + 0x1C) = 0x30000 / 2;
R16(NVMCTRL) = 0xA502; /* erase row */
while ((R8(NVMCTRL + 0x14) & 1) == 0) continue;
R16(NVMCTRL) = 0xA544; /* clear page buffer */
page[0] = 0x12345678;
page[1] = 0x0000FFFF;
R16(NVMCTRL) = 0xA504; /* write page */
while ((R8(NVMCTRL + 0x14) & 1) == 0) continue;
R16(NVMCTRL) = 0xA544;
page[1] = 0xFFFF00FF;
R16(NVMCTRL) = 0xA504;
while ((R8(NVMCTRL + 0x14) & 1) == 0) continue;
results[0] = page[0];
results[1] = page[1];
results[2] = page[16];
"""
    result, found = execute(tmp_path, body)
    assert found[:3] == [0x12345678, 0x000000FF, 0xFFFFFFFF]
    assert result.time_s == pytest.approx(6e-3 + 2 * 2.5e-3, rel=0.02)
    assert result.warnings == []


def test_command_without_its_key_is_an_error(tmp_path: Path) -> None:
    body = """
R16(NVMCTRL) = 0x0002;
results[0] = R8(NVMCTRL + 0x14);
results[1] = R16(NVMCTRL + 0x18);
"""
    _, found = execute(tmp_path, body)
    assert found[:2] == [3, 4]


def test_identity(tmp_path: Path) -> None:
    _, found = execute(tmp_path, "results[0] = R32(0x41002018);\nresults[1] = R32(0x0080A00C);")
    assert found[0] == 0x10010305
    assert found[1] not in (0, 0xFFFFFFFF)
