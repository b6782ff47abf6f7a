"""Stop, Standby and resets of the STM32L4+ on the whole machine, by RM0432 5, 6.1 and 47."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_builder import BOARD, RESULTS, build_firmware

import mcusim
from mcusim.boards import load_board
from mcusim.machine.activity import COLUMNS
from mcusim.power import build_model, price
from mcusim.report.text import render
from mcusim.result import Result

KEPT = "R(0x2003F000)"
"""A word that start-up code leaves alone."""
RTC_EVERY_SECOND = """RCC_CSR |= 1;
while ((RCC_CSR & 2) == 0) continue;
PWR_CR1 |= 1u << 8;
if (RTC(0x08) == 0) {
  RCC_BDCR = 2u << 8 | 1u << 15;
  RTC(0x24) = 0xCA;
  RTC(0x24) = 0x53;
  RTC(0x10) = 127u << 16 | 249;
  RTC(0x14) = 0;
  RTC(0x08) = 4u | 1u << 10 | 1u << 14;
}
EXTI(0x00) |= 1u << 20;
EXTI(0x08) |= 1u << 20;
handler = on_wake_up;
NVIC_ISER(0) = 1u << 3;
"""
ON_WAKE_UP = """
#define SYST(offset) R(0xE000E010 + (offset))
#define SLEEP(mode) do { PWR_CR1 = (PWR_CR1 & ~7u) | (mode); SCR = 4; \\
  __asm volatile("wfi"); } while (0)
__attribute__((unused)) static void on_wake_up(void) {
  RTC(0x0C) = 0;
  EXTI(0x14) = 1u << 20;
  results[15]++;
}
""".replace("\\\\", "\\")


def run(
    folder: Path, body: str, outside: str = ON_WAKE_UP, on_reset: str = "auto"
) -> tuple[Result, list[int]]:
    elf = build_firmware(folder, body, outside)
    with mcusim.start(elf, board=BOARD, max_time_s=20.0, on_reset=on_reset) as simulation:  # type: ignore[arg-type]
        simulation.run_to_end()
        data = simulation.machine.read_memory(RESULTS, 64)
        result = simulation.finish()
    return result, [int.from_bytes(data[i : i + 4], "little") for i in range(0, 64, 4)]


def test_system_reset_keeps_ram_and_says_why(tmp_path: Path) -> None:
    body = f"""if ({KEPT} < 3) {{
  {KEPT}++;
  clock_to_120_mhz();
  LPUART1(0) = 1;
  R(0xE000ED0C) = 0x05FA0004;
  for (;;) continue;
}}
results[0] = {KEPT};
results[1] = RCC_CSR >> 24;
results[2] = RCC_CFGR;
results[3] = LPUART1(0);
RCC_CSR |= 1u << 23;
results[4] = RCC_CSR >> 24;"""
    result, words = run(tmp_path, body)
    assert result.outcome == "exited"
    assert words[0] == 3
    # SFTRSTF and PINRSTF, and BORRSTF of the power-on.
    assert words[1:5] == [0x1C, 0, 0, 0]
    assert [row.cause for row in result.resets] == ["software"] * 3
    assert result.reset_count == 3
    assert result.resets[0].function == "main"
    assert result.resets[0].time_s < result.resets[1].time_s < result.time_s
    assert "Resets of the chip: 3" in render(result)
    assert sum(result.energy.breakdown_j.values()) == pytest.approx(result.energy.energy_j)


def test_reset_again_and_again_meets_a_limit(tmp_path: Path) -> None:
    result, _ = run(tmp_path, "R(0xE000ED0C) = 0x05FA0004;\nfor (;;) continue;")
    assert result.outcome == "limit"
    assert "again and again" in result.reason


def test_on_reset_stop(tmp_path: Path) -> None:
    body = "R(0xE000ED0C) = 0x05FA0004;\nfor (;;) continue;"
    result, _ = run(tmp_path, body, on_reset="stop")
    assert (result.outcome, result.reset_count) == ("exited", 1)
    assert "SYSRESETREQ" in result.reason


def test_a_fault_whose_handler_resets_is_a_fault(tmp_path: Path) -> None:
    body = "handler = on_fault;\n(void)*(volatile uint32_t *)0x30000000;"
    outside = "static void on_fault(void) { R(0xE000ED0C) = 0x05FA0004; for (;;) continue; }"
    result, _ = run(tmp_path, body, outside)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert (result.fault.kind, result.fault.function) == ("BusFault: PRECISERR", "main")
    assert [row.function for row in result.resets] == ["on_fault"]
    again, _ = run(tmp_path, body, outside, on_reset="restart")
    assert again.reset_count == 11


WATCHDOG = f"""if (RCC_CSR & 1u << 29) {{
  results[0] = {KEPT};
  results[1] = RCC_CSR >> 24;
  for (int i = 0; i < 1000000; i++) __asm volatile("nop");
}} else {{
  {KEPT} = 0x600D;
  IWDG(0) = 0xCCCC;
  hang();
}}"""
HANG = '__attribute__((noinline)) static void hang(void) {\n  for (;;) __asm volatile("nop");\n}'


def test_watchdog_reset_is_a_fault_with_its_place(tmp_path: Path) -> None:
    result, _ = run(tmp_path, WATCHDOG, HANG)
    assert result.outcome == "fault"
    assert result.fault is not None
    assert (result.fault.kind, result.fault.function) == ("watchdog reset", "hang")
    (row,) = result.resets
    assert (row.cause, row.function) == ("watchdog", "hang")
    assert "main.c:" in row.line
    assert row.time_s == pytest.approx(4096 * 4 / 32e3, rel=0.01)


def test_watchdog_restart_tells_the_firmware(tmp_path: Path) -> None:
    result, words = run(tmp_path, WATCHDOG, HANG, on_reset="restart")
    assert result.outcome == "exited", "the reset has stopped the watchdog"
    assert words[:2] == [0x600D, 0x2C]
    assert [row.cause for row in result.resets] == ["watchdog"]


def test_systick_and_timers_stand_still_in_stop(tmp_path: Path) -> None:
    body = (
        RTC_EVERY_SECOND
        + """SYST(4) = 0xFFFFFF;
SYST(8) = 0;
SYST(0) = 5;
TIM3(0x28) = 3999; /* 1 ms at 4 MHz */
TIM3(0x2C) = 0xFFFF;
TIM3(0x14) = 1;
TIM3(0x00) = 1;
R(0xE000EDFC) |= 1u << 24;
R(0xE0001000) |= 1;
uint32_t ticks = SYST(8), cycles = R(0xE0001004);
SLEEP(1);
results[0] = ticks - SYST(8);
results[1] = TIM3(0x24);
results[2] = R(0xE0001004) - cycles;"""
    )
    result, words = run(tmp_path, body)
    assert result.outcome == "exited"
    assert result.time_s == pytest.approx(1.0, rel=0.01)
    assert words[15] == 1
    assert words[0] < 1000
    assert words[1] <= 1
    assert words[2] < 1000


@pytest.mark.parametrize("sleep", ["wfi", "wfe"])
def test_stop_that_nothing_ends_is_said(sleep: str, tmp_path: Path) -> None:
    body = f"""SYST(4) = 0xFFFF;
SYST(8) = 0;
SYST(0) = 7;
PWR_CR1 = (PWR_CR1 & ~7u) | 2;
SCR = 4;
for (;;) __asm volatile("{sleep}");"""
    result, _ = run(tmp_path, body)
    assert result.outcome == "exited"
    assert "sleeps in stop2" in result.reason
    assert "in main (" in result.reason
    assert "SysTick, TIMx" in result.reason
    assert result.time_s < 0.001


@pytest.mark.parametrize(("stopwuck", "hz"), [(0, 4e6), (1 << 15, 16e6)])
def test_stop_ends_at_msi_or_hsi_after_its_wake_up_time(
    stopwuck: int, hz: float, tmp_path: Path
) -> None:
    body = (
        RTC_EVERY_SECOND
        + f"""clock_to_120_mhz();
RCC_CFGR |= {stopwuck};
SLEEP(2);
results[0] = RCC_CFGR & 0xC;
results[1] = RCC_CR;
for (int i = 0; i < 4000; i++) __asm volatile("nop");"""
    )
    elf = build_firmware(tmp_path, body, ON_WAKE_UP)
    with mcusim.start(elf, board=BOARD) as simulation:
        simulation.run_to_end()
        last = simulation.machine.clock.segments[-1]
        waking = simulation.machine.engine.waking
        data = simulation.machine.read_memory(RESULTS, 8)
        result = simulation.finish()
    assert result.outcome == "exited"
    assert last.hz == hz
    assert waking / 120e6 == pytest.approx(7e-6, abs=1e-8), "wake_s of stop2"
    assert int.from_bytes(data[:4], "little") == (4 if stopwuck else 0)
    assert not int.from_bytes(data[4:], "little") & 3 << 24, "the PLL is off"


def test_standby_ends_in_a_reset(tmp_path: Path) -> None:
    body = f"""R(0x20000FF0)++;
uint32_t flags = R(0x40007010);
{RTC_EVERY_SECOND}
if (!(flags & 1u << 8)) {{
  {KEPT} = 0xDEAD;
  R(0x2003F004) = 0xBEEF;
  R(0x40002850) = 42;
  {{FIRST}}
  SLEEP(3);
}}
results[0] = flags;
results[1] = {KEPT};
results[2] = R(0x2003F004);
results[3] = R(0x40002850);
results[4] = RCC_CSR >> 24;"""
    lost, words = run(tmp_path, body.replace("{FIRST}", ""))
    assert lost.outcome == "exited"
    assert [row.cause for row in lost.resets] == ["wake-up"]
    assert "the RTC woke the chip from standby" in lost.resets[0].message
    assert words[:5] == [1 << 8 | 1 << 15, 0, 0, 42, 0x0C], "SBF and WUFI; RAM is lost"
    assert lost.time_s == pytest.approx(1.0, rel=0.01)
    assert lost.energy.breakdown_j["sleep"] == pytest.approx(125e-9 * 3.3 * 1.0, rel=0.01)
    kept, words = run(tmp_path, body.replace("{FIRST}", "R(0x40007008) |= 1u << 8;"))
    assert kept.outcome == "exited"
    assert words[1] == 0xDEAD, "SRAM2 is retained by PWR_CR3.RRS"


def test_a_pin_wakes_from_shutdown(tmp_path: Path) -> None:
    body = """if (RTC(0x50) == 0) {
  PWR_CR1 |= 1u << 8;
  RTC(0x50) = 1;
  R(0x40007008) |= 2; /* WKUP2: PC13 */
  SLEEP(4);
}
results[0] = 1;"""
    elf = build_firmware(tmp_path, body, ON_WAKE_UP)
    with mcusim.start(elf, board=BOARD) as simulation:
        assert simulation.run(0.5)
        simulation.machine.devices["gpioc"].set_input(13, True)  # type: ignore[attr-defined]
        simulation.run_to_end()
        result = simulation.finish()
    assert result.outcome == "exited"
    assert "WKUP2 (PC13) woke the chip from shutdown" in result.resets[0].message
    assert any("Asleep in shutdown" in line for line in result.energy.basis)


def test_standby_that_nothing_ends_is_said(tmp_path: Path) -> None:
    result, _ = run(tmp_path, "SLEEP(3);")
    assert result.outcome == "exited"
    assert "standby for good" in result.reason
    assert "WKUP pin" in result.reason


@pytest.mark.parametrize(
    ("setting", "voltage_range"),
    [
        ("", "range1"),
        ("PWR_CR1 = (PWR_CR1 & ~(3u << 9)) | 2u << 9;", "range2"),
        ("PWR_CR5 &= ~(1u << 8);", "range1-boost"),
    ],
)
def test_the_core_voltage_chooses_the_run_currents(
    setting: str, voltage_range: str, tmp_path: Path
) -> None:
    body = f"""{setting}
RCC_CR |= 1u << 8;
while (!(RCC_CR & 1u << 10)) continue;
RCC_CFGR = 1;
for (int i = 0; i < 400000; i++) __asm volatile("nop");"""
    result, _ = run(tmp_path, body)
    assert result.board.clock_hz == 16e6
    model = build_model(load_board(BOARD), clock_hz=16e6, voltage_range=voltage_range)
    expected = price(model, [result.activity[name] for name in COLUMNS], result.time_s)  # type: ignore[arg-type]
    of_clocks_j = result.energy.breakdown_j["peripheral clocks"]
    assert result.energy.energy_j - of_clocks_j == pytest.approx(expected.typical, rel=0.01)


def test_the_time_limit_holds_in_sleep(tmp_path: Path) -> None:
    elf = build_firmware(tmp_path, RTC_EVERY_SECOND + "SLEEP(2);", ON_WAKE_UP)
    result = mcusim.run(elf, board=BOARD, max_time_s=0.25)
    assert result.outcome == "limit"
    assert result.time_s == pytest.approx(0.25, rel=1e-3)


def test_the_watchdog_counts_on_in_stop(tmp_path: Path) -> None:
    result, _ = run(tmp_path, "IWDG(0) = 0xCCCC;\nSLEEP(2);")
    assert result.outcome == "fault"
    assert [row.cause for row in result.resets] == ["watchdog"]
    assert result.time_s == pytest.approx(4096 * 4 / 32e3, rel=0.01)
    assert any("Asleep in stop2" in line for line in result.energy.basis)


@pytest.mark.parametrize(("uesm", "received"), [(2, True), (0, False)])
def test_a_byte_wakes_from_stop_with_uesm_alone(uesm: int, received: bool, tmp_path: Path) -> None:
    body = f"""RCC_CR |= 1u << 8;
R(0x40021088) = 2u << 10; /* HSI16 */
LPUART1(0x0C) = 35556;    /* 256 * 16 MHz / 115200 */
handler = on_byte;
NVIC_ISER(2) = 1u << (70 - 64);
LPUART1(0x00) = 0x25 | {uesm};
SLEEP(1);
results[0] = 1;"""
    outside = ON_WAKE_UP + "static void on_byte(void) { results[1] = LPUART1(0x24); }"
    elf = build_firmware(tmp_path, body, outside)
    with mcusim.start(elf, board=BOARD) as simulation:
        simulation.run(0.01)
        simulation.uart("lpuart1").write(b"A")
        assert simulation.run(0.01) is not received
        data = simulation.machine.read_memory(RESULTS, 8)
    assert data == (b"\1\0\0\0A\0\0\0" if received else bytes(8))


@pytest.mark.parametrize(("source", "wakes"), [(1, True), (0, False)])
def test_a_low_power_timer_wakes_from_stop_on_lsi(source: int, wakes: bool, tmp_path: Path) -> None:
    body = f"""RCC_CSR |= 1;
while ((RCC_CSR & 2) == 0) continue;
R(0x40021088) = {source}u << 18;
handler = on_tick;
NVIC_ISER(2) = 1u << (65 - 64);
R(0x40007C08) = 2;        /* ARRMIE */
R(0x40007C0C) = 3u << 9;  /* by 8: 4 kHz of LSI */
R(0x40007C10) = 1;
R(0x40007C18) = 399;      /* 100 ms */
results[1] = R(0x40007C00);
R(0x40007C10) = 1 | 1u << 2;
while (results[0] < 5) SLEEP(2);
results[2] = R(0x40007C1C);"""
    outside = ON_WAKE_UP + "static void on_tick(void) { R(0x40007C04) = 2; results[0]++; }"
    result, words = run(tmp_path, body, outside)
    assert words[1] == 1 << 4, "ARROK"
    if wakes:
        # The reload comes with the last of the 400 ticks.
        assert result.time_s == pytest.approx(0.5 - 0.25e-3, abs=0.2e-3)
        assert words[2] == 399
        assert any("Asleep in stop2" in line for line in result.energy.basis)
    else:
        assert "sleeps in stop2" in result.reason
