"""Small firmwares on the whole machine: clock set-up, interrupts, serial port, sleep, watchdog."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_builder import BOARD, RESULTS, build_firmware

import mcusim
from mcusim.boards import load_board
from mcusim.devices.st.gpio import Stm32Gpio
from mcusim.result import Result
from mcusim.simulation import Simulation

TIMER = """
static volatile unsigned ticks;
static void on_tick(void) {
  TIM3(0x10) = 0;
  ticks++;
}
static void start_timer(unsigned psc, unsigned arr) {
  handler = on_tick;
  NVIC_ISER(0) = 1u << 29;
  TIM3(0x28) = psc;
  TIM3(0x2C) = arr;
  TIM3(0x14) = 1;
  TIM3(0x10) = 0;
  TIM3(0x0C) = 1;
  TIM3(0x00) = 1;
}
"""

ECHO = """
static void on_byte(void) { LPUART1(0x28) = LPUART1(0x24); }
"""

RTC_WAKE_UP = """
static void on_wake_up(void) {
  RTC(0x0C) = 0;
  EXTI(0x14) = 1u << 20;
  results[2]++;
}
"""


def finished(simulation: Simulation) -> tuple[Result, list[int]]:
    simulation.run_to_end()
    data = simulation.machine.read_memory(RESULTS, 64)
    words = [int.from_bytes(data[i : i + 4], "little") for i in range(0, 64, 4)]
    return simulation.finish(), words


def run(folder: Path, body: str, outside: str = "", **options: float) -> tuple[Result, list[int]]:
    elf = build_firmware(folder, body, outside)
    with mcusim.start(elf, board=BOARD, max_time_s=20.0, **options) as simulation:  # type: ignore[arg-type]
        return finished(simulation)


def test_pll_to_120_mhz(tmp_path: Path) -> None:
    body = "clock_to_120_mhz();\nresults[0] = RCC_CFGR;\nresults[1] = RCC_CR;"
    elf = build_firmware(tmp_path, body)
    with mcusim.start(elf, board=BOARD) as simulation:
        result, words = finished(simulation)
        segments = [segment.hz for segment in simulation.machine.clock.segments]
    assert result.outcome == "exited"
    assert result.warnings == []
    assert words[0] == 0xF
    assert words[1] & 1 << 25
    assert segments == [4e6, 2e6, 60e6, 120e6]


def test_firmware_without_clock_set_up_runs_at_the_boards_clock(tmp_path: Path) -> None:
    body = 'for (int i = 0; i < 100000; i++) __asm volatile("nop");'
    result, _ = run(tmp_path, body)
    assert result.board.clock_hz == 120e6
    assert result.time_s == pytest.approx(result.cycles / 120e6)


def test_forced_clock_stays(tmp_path: Path) -> None:
    result, words = run(tmp_path, "clock_to_120_mhz();\nresults[0] = RCC_CFGR;", clock_hz=48e6)
    assert words[0] == 0xF
    assert result.board.clock_hz == 48e6
    assert result.time_s == pytest.approx(result.cycles / 48e6)


def test_reset_clock_is_msi(tmp_path: Path) -> None:
    body = 'RCC_CR |= 1u << 8;\nfor (int i = 0; i < 100000; i++) __asm volatile("nop");'
    result, _ = run(tmp_path, body)
    assert result.board.clock_hz == 4e6
    assert result.time_s == pytest.approx(result.cycles / 4e6)
    assert result.energy.average_current_a < 2e-3, "a few per cent of the current at 120 MHz"


def test_timer_interrupts_out_of_sleep(tmp_path: Path) -> None:
    body = """clock_to_120_mhz();
start_timer(119, 999);
while (ticks < 50) __asm volatile("wfi");
results[0] = ticks;"""
    result, words = run(tmp_path, body, TIMER)
    assert words[0] == 50
    assert result.time_s == pytest.approx(50e-3, rel=0.01)
    awake_s = result.activity["cycles"] / 120e6
    assert awake_s < 1e-3
    assert any("Asleep in sleep" in line for line in result.energy.basis)
    published = load_board(BOARD).sleep_state("sleep").typical_a
    assert result.energy.breakdown_j["sleep"] / 50e-3 / 3.3 == pytest.approx(published, rel=0.02)


def test_parts_of_the_energy_make_the_whole(tmp_path: Path) -> None:
    body = """start_timer(0, 39999);
while (ticks < 5) __asm volatile("wfi");
clock_to_120_mhz();
for (int i = 0; i < 100000; i++) __asm volatile("nop");"""
    result, _ = run(tmp_path, body, TIMER)
    assert result.outcome == "exited"
    assert sum(result.energy.breakdown_j.values()) == pytest.approx(result.energy.energy_j)
    trace = result.trace
    spent = sum(
        watts * (end - begin)
        for watts, begin, end in zip(trace.power_w, trace.time_s, trace.time_s[1:], strict=False)
    )
    assert trace.time_s[-1] == pytest.approx(result.time_s)
    assert spent == pytest.approx(result.energy.energy_j, rel=0.1)


def test_echo_at_115200_baud(tmp_path: Path) -> None:
    body = """clock_to_120_mhz();
handler = on_byte;
NVIC_ISER(2) = 1u << (70 - 64);
LPUART1(0x0C) = 266667; /* 256 * 120 MHz / 115200 */
LPUART1(0x00) = 0x2D;   /* UE, TE, RE, RXNEIE */
for (;;) __asm volatile("wfi");"""
    elf = build_firmware(tmp_path, body, ECHO)
    with mcusim.start(elf, board=BOARD) as simulation:
        port = simulation.uart("lpuart1")
        simulation.run(0.01)
        begun = simulation.seconds
        text = b"TinyML " * 16
        port.write(text)
        assert port.expect(text)
        # The last byte comes back a frame after it arrived.
        expected = (len(text) + 1) * 10 / 115200
        assert simulation.seconds - begun == pytest.approx(expected, rel=0.01)
        assert simulation.machine.warnings == []


def test_stop_2_until_the_rtc_wakes(tmp_path: Path) -> None:
    body = """RCC_CSR |= 1;
while ((RCC_CSR & 2) == 0) continue;
PWR_CR1 |= 1u << 8;
RCC_BDCR = 2u << 8 | 1u << 15;
RTC(0x24) = 0xCA;
RTC(0x24) = 0x53;
RTC(0x10) = 127u << 16 | 249;
RTC(0x14) = 1; /* every other second */
EXTI(0x00) |= 1u << 20;
EXTI(0x08) |= 1u << 20;
handler = on_wake_up;
NVIC_ISER(0) = 1u << 3;
RTC(0x08) = 4u | 1u << 10 | 1u << 14;
clock_to_120_mhz();
PWR_CR1 = (PWR_CR1 & ~7u) | 2;
SCR = 4;
while (results[2] < 3) __asm volatile("wfi");
results[0] = RCC_CFGR;"""
    result, words = run(tmp_path, body, RTC_WAKE_UP)
    assert words[2] == 3
    assert words[0] & 0xF == 0, "woken with MSI"
    assert result.time_s == pytest.approx(6.0, rel=0.01)
    assert any("Asleep in stop2" in line for line in result.energy.basis)
    assert result.energy.average_current_a == pytest.approx(2.8e-6, rel=0.3)


def test_polling_sees_what_the_device_has(tmp_path: Path) -> None:
    # Whole reads of ISR are answered without asking the device; those of a byte ask it.
    body = """clock_to_120_mhz();
LPUART1(0x0C) = 266667;
LPUART1(0x00) = 0x9;
for (int i = 0; i < 3; i++) {
  LPUART1(0x28) = 'a' + i;
  do {
    if ((LPUART1(0x1C) & 0xFF) != *(volatile uint8_t *)0x4000801C) results[0]++;
    results[1]++;
  } while (!(LPUART1(0x1C) & 1u << 6));
}"""
    result, words = run(tmp_path, body)
    assert result.output == "abc"
    # A flag may change between two reads.
    assert words[0] <= 6
    assert words[1] > 100


def test_flash_is_erased_and_programmed(tmp_path: Path) -> None:
    body = """volatile uint32_t *page = (uint32_t *)0x08100000;
results[3] = page[0];
R(0x40022008) = 0x45670123;
R(0x40022008) = 0xCDEF89AB;
R(0x40022014) = 1;
page[0] = 0x12345678;
page[1] = 0x9ABCDEF0;
while (R(0x40022010) & 1u << 16) continue;
R(0x40022014) = 0;
results[0] = page[0];
results[1] = page[1];
R(0x40022014) = 1u << 1 | 1u << 11 | 1u << 16;
R(0x40022014) = 1u << 31;
results[2] = page[0];"""
    result, words = run(tmp_path, body)
    assert result.outcome == "exited"
    assert words[:4] == [0x12345678, 0x9ABCDEF0, 0xFFFFFFFF, 0xFFFFFFFF]


def test_a_button_wakes(tmp_path: Path) -> None:
    body = """R(0x48000800) &= ~(3u << 26); /* PC13 is an input */
R(0x40010014) = 2u << 4;
EXTI(0x00) |= 1u << 13;
EXTI(0x08) |= 1u << 13;
handler = on_press;
NVIC_ISER(1) = 1u << (40 - 32);
while (results[0] < 2) __asm volatile("wfi");"""
    outside = "static void on_press(void) {\n  EXTI(0x14) = 1u << 13;\n  results[0]++;\n}"
    elf = build_firmware(tmp_path, body, outside)
    with mcusim.start(elf, board=BOARD) as simulation:
        button = simulation.machine.devices["gpioc"]
        assert isinstance(button, Stm32Gpio)
        for _ in range(2):
            assert simulation.run(0.1)
            button.set_input(13, True)
            simulation.run(0.01)
            button.set_input(13, False)
        result, words = finished(simulation)
    assert words[0] == 2
    assert result.outcome == "exited"
    assert result.time_s == pytest.approx(0.21, rel=0.01)


def test_watchdog_reset_is_the_reason(tmp_path: Path) -> None:
    result, _ = run(tmp_path, "clock_to_120_mhz();\nIWDG(0) = 0xCCCC;\nfor (;;) continue;")
    assert result.outcome == "fault"
    assert "independent watchdog (IWDG) reset the chip" in result.reason
    assert result.time_s == pytest.approx(4096 * 4 / 32e3, rel=0.01)


def test_time_limit_counts_seconds_across_clocks(tmp_path: Path) -> None:
    elf = build_firmware(tmp_path, "RCC_CR |= 1u << 8;\nfor (;;) continue;")
    result = mcusim.run(elf, board=BOARD, max_time_s=0.05)
    assert result.outcome == "limit"
    assert result.time_s == pytest.approx(0.05, rel=1e-3)
    assert result.cycles == pytest.approx(200_000, rel=1e-3)
