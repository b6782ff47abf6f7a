"""Interrupt matrix, clocks, sleep and resets of the ESP32-C3, against its manual (TRM v1.3)."""

from __future__ import annotations

import pytest
from esp_rig import Rig

from mcusim.devices.reset import Reset

FROM_CPU_0 = 50
SYSTEM_FROM_CPU = 0x28


@pytest.fixture
def rig() -> Rig:
    return Rig()


def raise_software(rig: Rig, number: int, level: int = 1) -> None:
    rig["system"].write(SYSTEM_FROM_CPU + 4 * number, 4, level)


def test_the_highest_priority_wins_and_then_the_lowest_line(rig: Rig) -> None:
    """1.5.2, 3: priority."""
    rig.route(FROM_CPU_0, 7, priority=2)
    rig.route(FROM_CPU_0 + 1, 3, priority=2)
    rig.route(FROM_CPU_0 + 2, 9, priority=5)
    raise_software(rig, 0)
    assert rig.host.core_interrupt == 7
    raise_software(rig, 1)
    assert rig.host.core_interrupt == 3
    raise_software(rig, 2)
    assert rig.host.core_interrupt == 9
    for number in range(3):
        raise_software(rig, number, 0)
    assert rig.host.core_interrupt == 0


def test_the_threshold_masks_lower_priorities(rig: Rig) -> None:
    """1.5.2: higher or equal to the threshold; priority 0 never."""
    matrix = rig["interrupt-matrix"]
    rig.route(FROM_CPU_0, 7, priority=3)
    raise_software(rig, 0)
    matrix.write(0x194, 4, 4)
    assert rig.host.core_interrupt == 0
    assert matrix.read(0x110, 4) == 0
    matrix.write(0x194, 4, 3)
    assert matrix.read(0x110, 4) == 1 << 7
    matrix.write(0x114 + 4 * 7, 4, 0)
    matrix.write(0x194, 4, 0)
    assert rig.host.core_interrupt == 0


def test_an_edge_is_kept_until_it_is_cleared(rig: Rig) -> None:
    """1.5.2, 5: clear state."""
    matrix = rig["interrupt-matrix"]
    rig.route(FROM_CPU_0, 4, edge=True)
    raise_software(rig, 0)
    raise_software(rig, 0, 0)
    assert rig.host.core_interrupt == 4
    matrix.write(0x10C, 4, 1 << 4)
    matrix.write(0x10C, 4, 0)
    assert rig.host.core_interrupt == 0


def test_sources_share_a_line_and_show_in_the_status(rig: Rig) -> None:
    matrix = rig["interrupt-matrix"]
    rig.route(FROM_CPU_0, 4)
    rig.route(FROM_CPU_0 + 1, 4)
    raise_software(rig, 0)
    raise_software(rig, 1)
    assert matrix.read(0xFC, 4) == 3 << FROM_CPU_0 - 32
    raise_software(rig, 0, 0)
    assert rig.host.core_interrupt == 4


@pytest.mark.parametrize(
    ("per_conf", "sysclk", "hz"),
    [(0x4, 1 << 10, 80e6), (0x5, 1 << 10, 160e6), (0x4, 0, 40e6), (0x4, 1, 20e6), (0x4, 3, 10e6)],
)
def test_the_cpu_runs_at_what_the_registers_select(
    rig: Rig, per_conf: int, sysclk: int, hz: float
) -> None:
    """Table 6.2-2."""
    rig["system"].write(0x08, 4, per_conf)
    rig["system"].write(0x58, 4, sysclk)
    assert rig.host.clock_hz == hz


def test_a_miss_takes_the_flash_clocks_at_the_core_clock(rig: Rig) -> None:
    """152 clocks of a DIO read at 80 MHz, 84 of a QIO read; a slower flash takes longer."""
    waits = rig.host.flash.calls
    rig["system"].write(0x08, 4, 0x5)
    assert waits[-1] == ("wait states", 2 * (8 + 12 + 4 + 128))
    spi = rig["spi0"]
    spi.write(0x08, 4, 1 << 13 | 1 << 24)
    assert waits[-1] == ("wait states", 2 * (8 + 6 + 6 + 64))
    spi.write(0x14, 4, 1 << 16 | 1)  # 40 MHz
    assert waits[-1] == ("wait states", 4 * (8 + 6 + 6 + 64))


def test_the_timer_ends_light_sleep(rig: Rig) -> None:
    """9.4: digital clocks stand still, the slow timer goes on."""
    rtc, timer = rig["rtc-cntl"], rig["systimer"]
    rtc.write(0x3C, 4, 1 << 3 << 15)
    target = round(136e3 * 10e-3)
    rtc.write(0x04, 4, target)
    rtc.write(0x08, 4, 1 << 16)
    rtc.write(0x18, 4, 1 << 31)
    assert rig.host.sleeping == "light-sleep"
    rig.later(9.9e-3)
    assert rig.host.sleeping == "light-sleep"
    rig.later(0.2e-3)
    assert rig.host.sleeping == ""
    assert rtc.read(0x44, 4) & 1
    assert rtc.read(0xF8, 4) == 1 << 3
    timer.write(0x04, 4, 1 << 30)
    assert timer.read(0x44, 4) == pytest.approx(0.1e-3 * 16e6, rel=0.01)


def test_deep_sleep_ends_with_a_reset_that_says_so(rig: Rig) -> None:
    rtc = rig["rtc-cntl"]
    rtc.write(0x50, 4, 0x12345678)
    rtc.write(0x88, 4, 1 << 31)
    rtc.write(0x3C, 4, 1 << 3 << 15)
    rtc.write(0x04, 4, 136)
    rtc.write(0x08, 4, 1 << 16)
    rtc.write(0x18, 4, 1 << 31)
    assert rig.host.sleeping == "deep-sleep"
    rig.later(1.1e-3)
    assert rig.host.ended == ["the RTC timer ended deep sleep"]
    woken = Rig()["rtc-cntl"]
    woken.inherit(rtc, Reset("wake-up", ""))
    assert woken.read(0x38, 4) & 0x3F == 0x05
    assert woken.read(0x50, 4) == 0x12345678
    assert woken.read(0xF8, 4) == 1 << 3


def test_a_software_reset_leaves_its_cause(rig: Rig) -> None:
    rtc = rig["rtc-cntl"]
    rtc.write(0x00, 4, rtc.read(0x00, 4) | 1 << 31)
    assert "RTC_CNTL_SW_SYS_RST" in rig.host.ended[0]
    after = Rig()["rtc-cntl"]
    after.inherit(rtc, Reset("software", ""))
    assert after.read(0x38, 4) & 0x3F == 0x03


def test_the_rtc_watchdog_resets_by_the_slow_clock(rig: Rig) -> None:
    rtc = rig["rtc-cntl"]
    rtc.write(0x94, 4, 680)  # 1360 cycles of 136 kHz: the first stage counts twice
    rtc.write(0x90, 4, 1 << 31 | 4 << 28)
    rig.later(9.9e-3)
    assert rig.host.ended == []
    rig.later(0.2e-3)
    assert "RWDT" in rig.host.ended[0]


def test_the_radio_is_in_the_state_that_the_firmware_tells(rig: Rig) -> None:
    radio = rig["radio"]
    numbers = {radio.read(0xB0, 4) for _ in range(100)}
    assert len(numbers) == 100
    radio.write(0xB0, 4, 0x52414403)
    radio.write(0xB0, 4, 0x12345678)
    radio.write(0xB0, 4, 0x52414400)
    assert rig.host.drawn == ["wifi tx 802.11b +21 dBm", ""]


def test_the_checksum_of_the_rtc_memory_is_done_when_it_is_asked_for(rig: Rig) -> None:
    """esp-idf's rtc_deep_sleep_start waits for it (SYSTEM_RTC_MEM_CRC_FINISH)."""
    system = rig["system"]
    system.write(0x48, 4, 0x7FF << 20)
    assert not system.read(0x48, 4) >> 31
    system.write(0x48, 4, 0x7FF << 20 | 1 << 8)
    assert system.read(0x48, 4) >> 31
    system.write(0x48, 4, 0x7FF << 20)
    assert not system.read(0x48, 4) >> 31
