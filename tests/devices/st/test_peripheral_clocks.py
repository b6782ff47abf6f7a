"""What the clocks of peripherals take: by gate, frequency, core voltage and sleep."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_builder import BOARD, build_firmware

import mcusim
from mcusim.boards import load_board
from mcusim.result import Result

NONE = range(0)
LOOP = 'for (int i = 0; i < 200000; i++) __asm volatile("nop");'
TIM5, TIM6 = (
    "(*(volatile unsigned *)0x40021058) |= 1u << 3;",
    ("(*(volatile unsigned *)0x40021058) |= 1u << 4;"),
)
HSI = "RCC_CR |= 1u << 8;\nwhile (!(RCC_CR & 1u << 10)) continue;\nRCC_CFGR = 1;"
HALF_PCLK1 = "RCC_CFGR |= 4u << 8;"


def run(folder: Path, body: str) -> Result:
    return mcusim.run(build_firmware(folder, body, enables=NONE), board=BOARD)


def clocked(result: Result) -> dict[str, tuple[float, float, float]]:
    """Seconds, amperes and joules by peripheral."""
    rows = [row for row in result.energy.device_states if row.state == "clocked"]
    return {row.device: (row.time_s, row.current_a, row.energy_j) for row in rows}


def charge_c(device: str, voltage_range: str = "range1") -> float:
    rows = load_board(BOARD).chip.power.clock
    row = next(r for r in rows if r.clock == "bus" and r.voltage_range == voltage_range)
    return row.charge_c[device]


def test_a_timer_takes_its_charge_at_each_cycle_of_its_bus(tmp_path: Path) -> None:
    result = run(tmp_path, f"{HSI}\n{TIM5}\n{LOOP}")
    time_s, current_a, energy_j = clocked(result)["tim5"]
    assert current_a == pytest.approx(charge_c("tim5") * 16e6)
    assert energy_j == pytest.approx(result.board.supply_v * current_a * time_s)
    assert time_s == pytest.approx(result.time_s, rel=0.02)
    assert result.energy.breakdown_j["peripheral clocks"] == pytest.approx(
        sum(row[2] for row in clocked(result).values())
    )


def test_a_prescaler_of_the_bus_divides_it(tmp_path: Path) -> None:
    result = run(tmp_path, f"{HSI}\n{HALF_PCLK1}\n{TIM5}\n{LOOP}")
    assert clocked(result)["tim5"][1] == pytest.approx(charge_c("tim5") * 8e6)


def test_without_its_gate_nothing_is_taken(tmp_path: Path) -> None:
    result = run(tmp_path, f"{HSI}\n{TIM6}\n{LOOP}")
    assert "tim6" in clocked(result)
    assert "tim5" not in clocked(result)


def test_a_lower_core_voltage_takes_less(tmp_path: Path) -> None:
    power = "(*(volatile unsigned *)0x40021058) |= 1u << 28;"
    lower = "PWR_CR1 = (PWR_CR1 & ~(3u << 9)) | 2u << 9;"
    result = run(tmp_path, f"{power}\n{lower}\n{HSI}\n{TIM5}\n{LOOP}")
    assert clocked(result)["tim5"][1] == pytest.approx(charge_c("tim5", "range2") * 16e6)


RTC_IN_A_SECOND = """(*(volatile unsigned *)0x40021058) |= 1u << 28 | 1u << 10;
RCC_CSR |= 1;
while ((RCC_CSR & 2) == 0) continue;
PWR_CR1 |= 1u << 8;
RCC_BDCR = 2u << 8 | 1u << 15;
RTC(0x24) = 0xCA;
RTC(0x24) = 0x53;
RTC(0x14) = 1;
EXTI(0x00) |= 1u << 20;
EXTI(0x08) |= 1u << 20;
handler = on_wake_up;
NVIC_ISER(0) = 1u << 3;
RTC(0x08) = 4u | 1u << 10 | 1u << 14;
PWR_CR1 = (PWR_CR1 & ~7u) | 2;
SCR = 4;
while (results[2] < 1) __asm volatile("wfi");"""
ON_WAKE_UP = """static void on_wake_up(void) {
  RTC(0x0C) = 0;
  EXTI(0x14) = 1u << 20;
  results[2]++;
}"""


def test_in_stop_they_stand_still(tmp_path: Path) -> None:
    awake = run(tmp_path, f"{HSI}\n{TIM5}\n{LOOP}")
    body = f"{HSI}\n{TIM5}\n{LOOP}\n{RTC_IN_A_SECOND}"
    elf = build_firmware(tmp_path, body, ON_WAKE_UP, enables=NONE)
    result = mcusim.run(elf, board=BOARD, max_time_s=10.0)
    assert result.outcome == "exited"
    assert result.time_s > 0.9
    assert clocked(result)["tim5"][0] == pytest.approx(clocked(awake)["tim5"][0], rel=0.05)


def test_the_start_up_code_is_restated_with_its_charges(tmp_path: Path) -> None:
    """Before the first choice of a clock the chip ran at its own, 4 MHz, not at the board's."""
    result = run(tmp_path, f"{TIM5}\n{LOOP}\n{HSI}")
    time_s, current_a, _ = clocked(result)["tim5"]
    assert time_s == pytest.approx(result.time_s, rel=0.02)
    cycles = result.cycles
    assert current_a * time_s == pytest.approx(charge_c("tim5", "range1-boost") * cycles, rel=0.05)
