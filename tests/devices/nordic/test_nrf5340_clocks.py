"""nRF5340: the core at 64 or 128 MHz, and peripherals that don't care which."""

from __future__ import annotations

from pathlib import Path

import pytest
from firmware_lab import build, reports
from nrf53 import BOARD, HEADER, run

import mcusim
from mcusim.devices.nordic.time_base import TimeBase

TIMER_16_MHZ = "REG(TIMER0 + 0x510) = 0; REG(TIMER0 + 0x508) = 3; TASK(TIMER0, 0);\n"
MEASURE = """
uint32_t from = cycles();
TASK(TIMER0, 0x40);
spend(2000);
TASK(TIMER0, 0x44);
uint32_t took = cycles() - from;
report("ticks", REG(TIMER0 + 0x544) - REG(TIMER0 + 0x540));
report("cycles", took);
"""


@pytest.mark.parametrize(("control", "cycles_a_tick"), [(1, 4), (0, 8)])
def test_a_timer_counts_16_mhz_at_each_clock(
    tmp_path: Path, control: int, cycles_a_tick: int
) -> None:
    _, said = run(tmp_path, TIMER_16_MHZ + f"HFCLKCTRL = {control};" + MEASURE)
    assert said["ticks"][0] * cycles_a_tick == pytest.approx(said["cycles"][0], rel=0.01)


def test_the_run_takes_half_the_time_at_twice_the_clock(tmp_path: Path) -> None:
    slow, _ = run(tmp_path, "REG(CACHE + 0x500) = 1; HFCLKCTRL = 1; spend(100000);")
    fast, _ = run(tmp_path, "REG(CACHE + 0x500) = 1; HFCLKCTRL = 0; spend(100000);")
    assert fast.cycles == pytest.approx(slow.cycles, rel=1e-3)
    assert fast.time_s == pytest.approx(slow.time_s / 2, rel=2e-3)
    # 7.8 mA in half the time against 3.3 mA.
    assert fast.energy.average_current_a > 2 * slow.energy.average_current_a


def test_a_plan_made_at_one_clock_holds_at_the_other(tmp_path: Path) -> None:
    body = """
    REG(TIMER0 + 0x540) = 16000;                  /* 1 ms */
    REG(TIMER0 + 0x304) = 1u << 16;
    enable_irq(15);
    """
    handler = "void irq_handler(unsigned n) { REG(TIMER0 + 0x140) = 0; (void)REG(TIMER0 + 0x140);"
    handler += ' report("irq", n); report("at", cycles()); }'
    body += TIMER_16_MHZ + "uint32_t from = cycles(); HFCLKCTRL = 0;"
    body += '__asm("wfi"); report("from", from);'
    result, said = run(tmp_path, body, handler)
    assert said["irq"] == [15]
    # 1 ms at 128 MHz, but for what ran before the change and for the wake-up.
    assert result.time_s == pytest.approx(1.01e-3, rel=0.03)
    assert any("Asleep in system-on-128mhz" in line for line in result.energy.basis)


def test_the_uarts_rate_is_the_same_at_both_clocks(tmp_path: Path) -> None:
    body = """
    HFCLKCTRL = {};
    static const char text[] = "0123456789";
    static char copy[10];
    for (int i = 0; i < 10; i++) copy[i] = text[i];
    REG(UART0 + 0x524) = 0x01D60000; REG(UART0 + 0x500) = 8;
    REG(UART0 + 0x544) = (uint32_t)copy; REG(UART0 + 0x548) = 10;
    TASK(UART0, 8);
    WAIT(UART0, 0x120);
    """
    outside = "void *memcpy(void *, const void *, unsigned);"
    times = [run(tmp_path, body.format(control), outside)[0].time_s for control in (1, 0)]
    assert times[0] == pytest.approx(100 / 115108, rel=0.02)
    assert times[1] == pytest.approx(times[0], rel=0.01)


def test_a_reset_brings_the_core_back_to_64_mhz(tmp_path: Path) -> None:
    body = """
    report("control", HFCLKCTRL);
    report("reason", RESETREAS);
    if (RESETREAS) return 0;
    HFCLKCTRL = 0;
    REG(0xE000ED0C) = 0x05FA0004;
    for (;;) {}
    """
    _, said = run(tmp_path, body)
    assert said["control"] == [1, 1]
    assert said["reason"] == [0, 1 << 3]


def test_the_watchdog_bites_in_its_time_at_128_mhz(tmp_path: Path) -> None:
    body = """
    report("reason", RESETREAS);
    if (RESETREAS) return 0;
    HFCLKCTRL = 0;
    REG(WDT + 0x504) = 327;                       /* 10 ms */
    TASK(WDT, 0);
    for (;;) {}
    """
    elf = build(tmp_path, body, HEADER, BOARD)
    result = mcusim.run(elf, board=BOARD, on_reset="restart")
    assert reports(result)["reason"] == [0, 1 << 1]
    (row,) = result.resets
    assert row.cause == "watchdog"
    assert row.time_s == pytest.approx(330 / 32768, rel=0.01)


def test_a_clock_that_the_user_forces_stays(tmp_path: Path) -> None:
    elf = build(tmp_path, TIMER_16_MHZ + "HFCLKCTRL = 0;" + MEASURE, HEADER, BOARD)
    said = reports(mcusim.run(elf, board=BOARD, clock_hz=32e6))
    assert said["ticks"][0] * 2 == pytest.approx(said["cycles"][0], rel=0.01)


def test_low_frequency_clock_and_rtc(tmp_path: Path) -> None:
    body = """
    HFCLKCTRL = 0;
    REG(CLOCK + 0x518) = 1;                       /* LFRC */
    TASK(CLOCK, 8);
    WAIT(CLOCK, 0x104);
    report("status", REG(CLOCK + 0x418));
    REG(RTC1 + 0x540) = 32;
    REG(RTC1 + 0x344) = 1u << 16;
    REG(RTC1 + 0x200) = 1;                        /* COMPARE0_CLEAR */
    TASK(RTC1, 0);
    WAIT(RTC1, 0x140);
    uint32_t from = cycles();
    WAIT(RTC1, 0x140);
    report("period", cycles() - from);
    spend(20000);
    TASK(RTC1, 0x44);
    report("captured", REG(RTC1 + 0x544));
    """
    _, said = run(tmp_path, body)
    assert said["status"] == [1 << 16 | 1]
    # Cleared at the edge after the match.
    assert said["period"][0] == pytest.approx(33 * 128e6 / 32768, rel=0.01)
    assert 0 < said["captured"][0] < 32


def test_ticks_and_cycles_agree_over_changes_of_the_clock() -> None:
    time = TimeBase()
    assert (time.tick_of(1000), time.cycle_of(1000)) == (1000, 1000)
    time.change(1000, 128e6)
    assert (time.tick_of(1200), time.cycle_of(1100)) == (1100, 1200)
    time.change(1200, 32e6)
    assert (time.tick_of(1300), time.cycle_of(1301)) == (1300, 1301)
