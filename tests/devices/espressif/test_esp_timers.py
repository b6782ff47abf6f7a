"""System timer, timer groups and watchdogs of the ESP32-C3, against its manual (TRM v1.3)."""

from __future__ import annotations

import pytest
from esp_rig import Rig

SYSTIMER_LINE, TIMER_LINE = 5, 6


@pytest.fixture
def rig() -> Rig:
    return Rig()


def systimer_count(rig: Rig, unit: int = 0) -> int:
    timer = rig["systimer"]
    timer.write(0x04 + 4 * unit, 4, 1 << 30)
    assert timer.read(0x04 + 4 * unit, 4) >> 29 & 1
    return timer.read(0x40 + 8 * unit, 4) << 32 | timer.read(0x44 + 8 * unit, 4)


def test_the_system_timer_counts_at_16_mhz(rig: Rig) -> None:
    """10.3: 16 MHz on average, whatever the CPU's clock."""
    assert systimer_count(rig) == 0
    rig.later(1e-3)
    assert systimer_count(rig) == 16_000
    assert systimer_count(rig, unit=1) == 0  # its work enable is off at reset


def test_a_count_goes_on_from_what_was_loaded(rig: Rig) -> None:
    rig["systimer"].write(0x0C, 4, 0x12)
    rig["systimer"].write(0x5C, 4, 1)
    rig.later(1e-3)
    assert systimer_count(rig) == (0x12 << 32) + 16_000


def test_a_loaded_count_goes_on_with_all_its_bits(rig: Rig) -> None:
    timer = rig["systimer"]
    timer.write(0x0C, 4, 0x1)
    timer.write(0x10, 4, 0xFFFFFFF0)
    timer.write(0x5C, 4, 1)
    rig.later(2e-6)
    assert systimer_count(rig) == 0x1FFFFFFF0 + 32


def test_a_target_is_met_once(rig: Rig) -> None:
    """10.4.3, target mode."""
    timer = rig["systimer"]
    rig.route(37, SYSTIMER_LINE)
    timer.write(0x20, 4, 1600)
    timer.write(0x50, 4, 1)
    timer.write(0x64, 4, 1)
    timer.write(0x00, 4, timer.read(0x00, 4) | 1 << 24)
    rig.later(99e-6)
    assert rig.host.core_interrupt == 0
    rig.later(2e-6)
    assert rig.host.core_interrupt == SYSTIMER_LINE
    timer.write(0x6C, 4, 1)
    assert rig.host.core_interrupt == 0
    rig.later(1e-3)
    assert timer.read(0x68, 4) == 0


def test_a_target_in_the_past_is_met_at_once(rig: Rig) -> None:
    timer = rig["systimer"]
    timer.write(0x00, 4, timer.read(0x00, 4) | 1 << 24)
    rig.later(1e-3)
    timer.write(0x6C, 4, 1)
    timer.write(0x20, 4, 100)
    timer.write(0x50, 4, 1)
    rig.later(1e-6)
    assert timer.read(0x68, 4) == 1


def test_a_period_goes_on_without_drift(rig: Rig) -> None:
    """10.4.3, period mode: the targets are the period apart, however late the CPU looks."""
    timer = rig["systimer"]
    timer.write(0x34, 4, 1 << 30 | 1600)
    timer.write(0x50, 4, 1)
    timer.write(0x00, 4, timer.read(0x00, 4) | 1 << 24)
    seen = 0
    for _ in range(1000):
        rig.later(1e-6)
        seen += timer.read(0x68, 4) & 1
        timer.write(0x6C, 4, 1)
    assert seen == 10


def timer_count(rig: Rig) -> int:
    timer = rig["timg0"]
    timer.write(0x0C, 4, 1 << 31)
    return timer.read(0x08, 4) << 32 | timer.read(0x04, 4)


def test_a_period_begins_when_its_mode_is_chosen_last(rig: Rig) -> None:
    """As esp-idf v4.4 starts the ticks of FreeRTOS: period, load, work, mode, and then the unit."""
    timer = rig["systimer"]
    timer.write(0x34, 4, 1 << 31)
    timer.write(0x34, 4, 1 << 31 | 1600)
    timer.write(0x50, 4, 1)
    timer.write(0x00, 4, timer.read(0x00, 4) | 1 << 24)
    rig.later(1e-6)
    timer.write(0x34, 4, 1 << 31 | 1 << 30 | 1600)
    timer.write(0x6C, 4, 1)
    timer.write(0x00, 4, timer.read(0x00, 4) | 1 << 29)
    seen = 0
    for _ in range(10):
        rig.later(100e-6)
        seen += timer.read(0x68, 4) & 1
        timer.write(0x6C, 4, 1)
    assert seen == 10


def test_a_timer_group_counts_its_divided_clock(rig: Rig) -> None:
    """11.2: APB_CLK or the crystal, divided by 16 bits of T0CONFIG."""
    timer = rig["timg0"]
    timer.write(0x00, 4, 1 << 31 | 1 << 30 | 80 << 13)
    rig.later(1e-3)
    assert timer_count(rig) == 1000
    timer.write(0x00, 4, 1 << 31 | 1 << 30 | 80 << 13 | 1 << 9)
    rig.later(1e-3)
    assert timer_count(rig) == 1500


def test_an_alarm_reloads_and_disarms(rig: Rig) -> None:
    """11.2.3: the alarm clears T0_ALARM_EN; with auto-reload the count begins anew."""
    timer = rig["timg0"]
    rig.route(32, TIMER_LINE)
    timer.write(0x10, 4, 1000)
    timer.write(0x70, 4, 1)
    timer.write(0x00, 4, 1 << 31 | 1 << 30 | 1 << 29 | 80 << 13 | 1 << 10)
    rig.later(1.0005e-3)
    assert rig.host.core_interrupt == TIMER_LINE
    assert not timer.read(0x00, 4) >> 10 & 1
    assert timer_count(rig) == 0
    timer.write(0x7C, 4, 1)
    assert rig.host.core_interrupt == 0


def test_the_slow_clock_is_found_at_its_nominal_frequency(rig: Rig) -> None:
    """11.3.2: cycles of the crystal in as many of the slow clock as RTC_CALI_MAX says."""
    timer = rig["timg0"]
    timer.write(0x68, 4, 1024 << 16)
    assert not timer.read(0x68, 4) >> 15 & 1
    timer.write(0x68, 4, 1024 << 16 | 1 << 31)
    assert timer.read(0x68, 4) >> 15 & 1
    assert timer.read(0x6C, 4) >> 7 == round(1024 * 40e6 / 136e3)


def test_the_main_watchdog_warns_then_resets(rig: Rig) -> None:
    """12.2.2: stages one after the other, each with its time and its action."""
    timer = rig["timg0"]
    rig.route(33, TIMER_LINE)
    timer.write(0x70, 4, 2)
    timer.write(0x4C, 4, 40_000 << 16)  # 2 kHz from 80 MHz
    timer.write(0x50, 4, 20)
    timer.write(0x54, 4, 20)
    timer.write(0x48, 4, 1 << 31 | 1 << 29 | 3 << 27)
    rig.later(9e-3)
    timer.write(0x60, 4, 1)
    rig.later(9e-3)
    assert rig.host.core_interrupt == 0
    rig.later(2e-3)
    assert rig.host.core_interrupt == TIMER_LINE
    assert rig.host.ended == []
    rig.later(10e-3)
    assert "timg0 (MWDT) reset the chip" in rig.host.ended[0]


def test_a_locked_watchdog_takes_no_writes(rig: Rig) -> None:
    timer = rig["timg0"]
    timer.write(0x64, 4, 0)
    before = timer.read(0x48, 4)
    timer.write(0x48, 4, 1 << 31 | 3 << 29)
    assert timer.read(0x48, 4) == before
    timer.write(0x64, 4, 0x50D83AA1)
    timer.write(0x48, 4, 1 << 31)
    assert timer.read(0x48, 4) == 1 << 31
