"""Peripherals without a clock: RM0432 6.2.18, registers are not reachable."""

from __future__ import annotations

from pathlib import Path

from firmware_builder import BOARD, RESULTS, build_firmware

import mcusim
from mcusim.result import Result

APB1ENR2 = "R(0x4002105C)"


def run(folder: Path, body: str, outside: str = "") -> tuple[Result, list[int]]:
    elf = build_firmware(folder, body, outside)
    with mcusim.start(elf, board=BOARD, max_time_s=1.0) as simulation:
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 32)
        result = simulation.finish()
    return result, [int.from_bytes(data[i : i + 4], "little") for i in range(0, 32, 4)]


def test_a_device_without_a_clock_reads_as_0_and_is_told_once(tmp_path: Path) -> None:
    body = f"""LPUART1(0x0C) = 1234;
{APB1ENR2} = 0;
results[0] = LPUART1(0x0C);
results[1] = LPUART1(0x1C);
forgetful();
{APB1ENR2} = 1;
results[2] = LPUART1(0x0C);
results[3] = LPUART1(0x1C);"""
    outside = "__attribute__((noinline)) static void forgetful(void) { LPUART1(0x0C) = 99; }"
    result, words = run(tmp_path, body, outside)
    assert words[:4] == [0, 0, 1234, 0xC0], "what was set before is still there"
    (warning,) = result.warnings
    assert "lpuart1 accessed at 0x" in warning
    assert "in main (" in warning
    assert "RCC_APB1ENR2.LPUART1EN = 0" in warning


def test_gates_work_after_a_reset(tmp_path: Path) -> None:
    body = f"""if (R(0x2003F000)++ == 0) {{
  R(0xE000ED0C) = 0x05FA0004;
  for (;;) continue;
}}
{APB1ENR2} = 0;
results[0] = LPUART1(0x1C);"""
    result, words = run(tmp_path, body)
    assert words[0] == 0
    assert len([warning for warning in result.warnings if "LPUART1EN" in warning]) == 1


def test_a_register_written_by_its_bit_alias_switches_too(tmp_path: Path) -> None:
    # Bit-band alias of RCC_APB1ENR2.LPUART1EN (PM0214 2.2.5).
    body = """R(0x42000000 + 0x2105C * 32) = 0;
results[0] = LPUART1(0x1C);
R(0x42000000 + 0x2105C * 32) = 1;
results[1] = LPUART1(0x1C);"""
    _, words = run(tmp_path, body)
    assert words[:2] == [0, 0xC0]
