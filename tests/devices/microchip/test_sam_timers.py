"""TC, RTC, WDT and sleep of the SAM D21 by firmware."""

from __future__ import annotations

from pathlib import Path

import pytest
from sam_lab import BOARD, SETUP_S, build, execute, states, words

import mcusim

TC3_ON = "clock_to_48_mhz();\nR32(PM + 0x20) |= 3u << 11;\nCLKCTRL(0x1B, 0);\nCLKCTRL(0x1C, 0);\n"
COUNT_MATCHES = """
static void on_match(void) {
  results[0]++;
  R8(TC3 + 0x0E) = 0x3B;
}
"""


def test_top_by_compare_interrupts_with_its_period(tmp_path: Path) -> None:
    body = """
handler = on_match;
ENABLE_INTERRUPT(18);
R16(TC3 + 0x18) = 4799;
R8(TC3 + 0x0D) = 1 << 4;
R16(TC3) = 1 << 5 | 1 << 1;
while (results[0] < 100) wfi();
"""
    result, _ = execute(tmp_path, TC3_ON + body, COUNT_MATCHES)
    assert result.time_s - SETUP_S == pytest.approx(100 * 4800 / 48e6, rel=0.002)
    assert result.warnings == []


def test_counts_every_cycle_of_its_clock(tmp_path: Path) -> None:
    # Two counters, one by 64 and one of 32 bits: both saw the same time.
    body = """
R16(TC4) = 2 << 2 | 1 << 1;
R16(TC3) = 5 << 8 | 1 << 1;
for (volatile int i = 0; i < 2000; ++i) continue;
results[0] = R32(TC4 + 0x10);
results[1] = R16(TC3 + 0x10);
"""
    _, found = execute(tmp_path, TC3_ON + body)
    assert found[0] > 10_000
    assert found[1] == pytest.approx(found[0] / 64, abs=1.5)


def test_counts_down_once_in_eight_bits(tmp_path: Path) -> None:
    body = """
R8(TC3 + 0x05) = 1 << 0 | 1 << 2;
R16(TC3) = 1 << 2 | 7 << 8;
R8(TC3 + 0x14) = 99;
R16(TC3) |= 1 << 1;
results[0] = R8(TC3 + 0x10);
while ((R8(TC3 + 0x0E) & 1) == 0) continue;
results[1] = R8(TC3 + 0x0F);
"""
    result, found = execute(tmp_path, TC3_ON + body)
    assert found[0] in (98, 99)
    assert found[1] & 1 << 3, "stopped"
    assert result.time_s - SETUP_S == pytest.approx(100 * 1024 / 48e6, rel=0.01)


RTC_ON = """
R32(GCLK + 4) = 1u << 16 | 3u << 8 | 2; /* OSCULP32K */
CLKCTRL(4, 2);
"""
ON_RTC = """
static void on_rtc(void) {
  results[0] = R8(RTC + 8);
  R8(RTC + 8) = 0xFF;
}
"""


def test_rtc_wakes_from_standby_where_a_counter_stands_still(tmp_path: Path) -> None:
    body = (
        TC3_ON
        + RTC_ON
        + """
handler = on_rtc;
ENABLE_INTERRUPT(3);
R16(RTC) = 0;
R32(RTC + 0x18) = 16384;
R8(RTC + 7) = 1;
R16(TC4) = 2 << 2 | 1 << 1;
R16(RTC) = 1 << 1;
results[1] = R32(TC4 + 0x10);
SCB_SCR = 4;
wfi();
results[2] = R32(TC4 + 0x10);
"""
    )
    with mcusim.start(build(tmp_path, body, ON_RTC), board=BOARD) as simulation:
        simulation.run_to_end()
        found = words(simulation)
        assert states(simulation) == {"standby"}
        result = simulation.finish()
    assert found[0] & 1, "compare"
    assert found[2] - found[1] < 5000, "it stood still"
    assert result.time_s == pytest.approx(0.5, rel=0.01)


@pytest.mark.parametrize(("idle", "state"), [(0, "idle0"), (1, "idle1"), (2, "idle2")])
def test_idle_by_its_number(tmp_path: Path, idle: int, state: str) -> None:
    body = f"""
handler = on_match;
R8(PM + 1) = {idle};
ENABLE_INTERRUPT(18);
R16(TC3 + 0x18) = 48000;
R8(TC3 + 0x0D) = 1 << 4;
R16(TC3) = 1 << 5 | 1 << 1;
wfi();
"""
    with mcusim.start(build(tmp_path, TC3_ON + body, COUNT_MATCHES), board=BOARD) as simulation:
        simulation.run_to_end()
        assert words(simulation)[0] == 1
        assert states(simulation) == {state}


WDT_ON = """
R32(GCLK + 8) = 32u << 8 | 2;
R32(GCLK + 4) = 1u << 16 | 3u << 8 | 2; /* OSCULP32K / 32: 1.024 kHz */
CLKCTRL(3, 2);
R8(WDT + 1) = 4; /* 128 clocks */
R8(WDT) = 2;
"""


def test_watchdog_bites(tmp_path: Path) -> None:
    result, _ = execute(tmp_path, WDT_ON + "for (;;) continue;")
    assert result.fault is not None
    assert (
        "the watchdog (WDT) reset the chip: it was not cleared within 128" in result.fault.message
    )
    assert result.time_s == pytest.approx(0.125, rel=0.01)


def test_watchdog_that_is_cleared_does_not(tmp_path: Path) -> None:
    body = "for (int i = 0; i < 20; ++i) {\n  for (volatile int j = 0; j < 2000; ++j) continue;\n"
    result, _ = execute(tmp_path, WDT_ON + body + "  R8(WDT + 8) = 0xA5;\n}")
    assert (result.outcome, result.fault) == ("exited", None)
    assert result.time_s > 0.3


def test_wrong_key_resets_and_the_cause_is_kept(tmp_path: Path) -> None:
    body = "results[0] = R8(PM + 0x38);\nif (results[0] == 1) R8(WDT + 8) = 0x55;"
    elf = build(tmp_path, body)
    with mcusim.start(elf, board=BOARD, on_reset="restart") as simulation:
        simulation.run_to_end()
        assert words(simulation)[0] == 1 << 5
        result = simulation.finish()
    assert result.reset_count == 1
    assert "the key is 0xA5" in result.resets[0].message


def test_systick_and_its_pending_bit_agree(tmp_path: Path) -> None:
    # As Arduino's micros(): count, value and pending bit in one go, which must never run backwards.
    body = """
handler = on_tick;
R32(0xE000E014u) = 999;
R32(0xE000E018u) = 0;
R32(0xE000E010u) = 7;
uint32_t last = 0;
for (int i = 0; i < 3000; ++i) {
  uint32_t now = elapsed();
  if (now < last) results[0]++;
  last = now;
}
"""
    outside = """
static void on_tick(void) { results[1]++; }
static uint32_t elapsed(void) {
  uint32_t count, value, pending, count_2, value_2, pending_2;
  do {
    value = R32(0xE000E018u), pending = R32(0xE000ED04u) >> 26 & 1, count = results[1];
    value_2 = R32(0xE000E018u), pending_2 = R32(0xE000ED04u) >> 26 & 1, count_2 = results[1];
  } while (pending != pending_2 || count != count_2 || value < value_2);
  return (count + pending) * 1000 + 999 - value;
}
"""
    result, found = execute(tmp_path, body, outside)
    assert found[0] == 0
    assert found[1] > 50
    assert result.warnings == []
