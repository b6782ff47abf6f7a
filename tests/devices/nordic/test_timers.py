"""TIMER, RTC and WDT by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_lab import CORE_HZ, execute

LFCLK = """
REG(CLOCK + 0x518) = 0;
TASK(CLOCK, 0x008);
WAIT(CLOCK, 0x104);
"""

RTC_WAKES = """
static volatile unsigned wakes;
void irq_handler(unsigned number) {
  report("irq", number);
  REG(RTC1 + 0x140) = 0;
  REG(RTC1 + 0x540) += 328;
  wakes++;
}
"""


@pytest.mark.parametrize("sleep", ["wfi", "wfe"])
def test_rtc_wakes_the_core_again_and_again(sleep: str, tmp_path: Path) -> None:
    body = (
        LFCLK
        + """
REG(RTC1 + 0x508) = 0;
REG(RTC1 + 0x540) = 328;
REG(RTC1 + 0x304) = 1u << 16;
enable_irq(17);
TASK(RTC1, 0x000);
while (wakes < 10) __asm volatile("SLEEP");
report("counter", REG(RTC1 + 0x504));
""".replace("SLEEP", sleep)
    )
    result, found = execute(tmp_path, body, RTC_WAKES)
    assert found["irq"] == [17] * 10
    assert found["counter"] == [3280]
    # 0.6 ms for the clock, 1 to 2 ticks to start, 3280 ticks.
    assert result.time_s == pytest.approx(600e-6 + 3281.5 / 32768, abs=50e-6)
    assert result.activity["cycles"] < 0.02 * result.time_s * CORE_HZ + 600e-6 * CORE_HZ


def test_rtc_without_its_clock_stands_still(tmp_path: Path) -> None:
    body = """
TASK(RTC1, 0x000);
for (volatile int i = 0; i < 10000; i++) {}
report("counter", REG(RTC1 + 0x504));
"""
    result, found = execute(tmp_path, body)
    assert found["counter"] == [0]
    assert any("LFCLKSTART" in warning for warning in result.warnings)


def test_rtc_overflow_and_prescaler(tmp_path: Path) -> None:
    body = (
        LFCLK
        + """
REG(RTC1 + 0x508) = 3;
REG(RTC1 + 0x344) = 2;
TASK(RTC1, 0x00C);
TASK(RTC1, 0x000);
uint32_t began = cycles();
WAIT(RTC1, 0x104);
report("overflow", cycles() - began);
"""
    )
    _, found = execute(tmp_path, body)
    assert found["overflow"][0] / CORE_HZ == pytest.approx((16 * 4 + 1) / 32768, abs=40e-6)


def test_timer_captures_microseconds(tmp_path: Path) -> None:
    body = """
REG(TIMER0 + 0x508) = 3;
REG(TIMER0 + 0x510) = 4;
TASK(TIMER0, 0x000);
uint32_t began = cycles();
for (volatile int i = 0; i < 10000; i++) {}
TASK(TIMER0, 0x040);
report("cycles", cycles() - began);
report("us", REG(TIMER0 + 0x540));
"""
    _, found = execute(tmp_path, body)
    assert found["us"][0] == pytest.approx(found["cycles"][0] / 64, abs=2)


def test_timer_flags_without_interrupt_and_with_short(tmp_path: Path) -> None:
    # Nobody waits for compare 1; the flag is there all the same. Compare 0 clears and interrupts.
    body = """
REG(TIMER3 + 0x508) = 0;
REG(TIMER3 + 0x510) = 0;
REG(TIMER3 + 0x540) = 16000;
REG(TIMER3 + 0x544) = 8000;
REG(TIMER3 + 0x554) = 20000;
REG(TIMER3 + 0x200) = 1;
REG(TIMER3 + 0x304) = 1u << 16;
enable_irq(26);
uint32_t began = cycles();
TASK(TIMER3, 0x000);
while (count < 5) __asm volatile("wfi");
report("cycles", cycles() - began);
report("reached", REG(TIMER3 + 0x144));
report("beyond", REG(TIMER3 + 0x154));
"""
    outside = """
static volatile unsigned count;
void irq_handler(unsigned number) { REG(TIMER3 + 0x140) = 0; (void)REG(TIMER3 + 0x140); count++; }
"""
    result, found = execute(tmp_path, body, outside)
    assert result.time_s == pytest.approx(5e-3, rel=0.01)
    assert found["reached"] == [1]
    assert found["beyond"] == [0]


def test_watchdog_ends_a_run_that_forgets_it(tmp_path: Path) -> None:
    body = """
REG(WDT + 0x504) = 3276;
TASK(WDT, 0x000);
for (int i = 0; i < 3; i++) {
  for (volatile int j = 0; j < 100000; j++) {}
  REG(WDT + 0x600) = 0x6E524635;
}
report("running", REG(WDT + 0x400));
for (;;) {}
"""
    result, found = execute(tmp_path, body)
    assert found["running"] == [1]
    assert result.outcome == "fault"
    assert "watchdog" in result.reason
    assert result.fault is not None
    assert result.fault.function == "main"
    assert 0.1 < result.time_s < 0.2


DEEP = """
REG(RTC1 + 0x540) = 32768;
REG(RTC1 + 0x304) = 1u << 16;
enable_irq(17);
EXTRA
TASK(RTC1, 0x000);
while (wakes == 0) __asm volatile("wfi");
"""


def test_what_runs_decides_the_sleep_current(tmp_path: Path) -> None:
    # The currents of the chip file: with the RTC, and with the 64 MHz clock kept on.
    quiet, _ = execute(tmp_path, LFCLK + DEEP.replace("EXTRA", ""), RTC_WAKES)
    timer, _ = execute(tmp_path, LFCLK + DEEP.replace("EXTRA", "TASK(TIMER0, 0);"), RTC_WAKES)
    joules_a_second = {"rtc": 3.16e-6 * 3.0, "hfclk": 0.59e-3 * 3.0}
    assert quiet.energy.breakdown_j["sleep"] == pytest.approx(joules_a_second["rtc"], rel=0.01)
    assert timer.energy.breakdown_j["sleep"] == pytest.approx(joules_a_second["hfclk"], rel=0.01)
