"""RTC, IWDG and WWDG by RM0432 49, 47 and 48."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import FakeChip

HZ = 4e6
"""MSI's after reset, at which LSE is waited for."""
TR, DR, CR, ISR, PRER, WUTR, ALRMAR, WPR, SSR = (
    *(0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x1C, 0x24, 0x28),
)
WAKE_UP, ALARM = 3, 41


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip(HZ)


def running_rtc(chip: FakeChip, source: int = 1) -> Any:
    rcc = chip.device("stm32-rcc", base=0x40021000)
    rtc = chip.device("stm32-rtc", "rtc", interrupts=())
    rcc.write(0x94, 4, 0x601)
    rcc.write(0x90, 4, 1 << 15 | source << 8 | 1)
    rtc.write(WPR, 4, 0xCA)
    rtc.write(WPR, 4, 0x53)
    return rtc


def seconds(chip: FakeChip, count: float) -> None:
    chip.run(round(count * HZ))


def test_calendar(chip: FakeChip) -> None:
    rtc = running_rtc(chip)
    rtc.write(ISR, 4, 1 << 7)
    assert rtc.read(ISR, 4) & 1 << 6
    rtc.write(TR, 4, 0x235958)
    rtc.write(DR, 4, 0x240228 | 3 << 13)
    rtc.write(ISR, 4, 0)
    seconds(chip, 3.25)
    assert rtc.read(TR, 4) == 0x000001
    assert rtc.read(DR, 4) == 0x240229 | 4 << 13, "a leap day, a Thursday"
    assert rtc.read(SSR, 4) == 255 - 64
    assert rtc.read(ISR, 4) & (1 << 4 | 1 << 5) == 1 << 4 | 1 << 5


def test_write_protection(chip: FakeChip) -> None:
    rtc = running_rtc(chip)
    rtc.write(WPR, 4, 0xFF)
    rtc.write(WUTR, 4, 5)
    assert rtc.read(WUTR, 4) == 0xFFFF
    rtc.write(0x50, 4, 0x1234)
    assert rtc.read(0x50, 4) == 0x1234


def exti(chip: FakeChip, line: int) -> Any:
    device = chip.device("stm32-exti", "exti", 0x40010400, (*range(6, 11), 23, 40, 1, 41, 2, 3, 64))
    device.write(0x00, 4, 1 << line)
    device.write(0x08, 4, 1 << line)
    return device


@pytest.mark.parametrize(
    ("choice", "count", "period"),
    [(0, 2047, 1.0), (3, 1638, 1639 * 2 / 32768), (4, 1, 2.0), (6, 0, 65537.0)],
)
def test_wake_up_timer(chip: FakeChip, choice: int, count: int, period: float) -> None:
    rtc, lines = running_rtc(chip), exti(chip, 20)
    rtc.write(WUTR, 4, count)
    rtc.write(CR, 4, choice | 1 << 10 | 1 << 14)
    for _ in range(2):
        seconds(chip, period + 1 / HZ)
        rtc.write(ISR, 4, 0)
        lines.write(0x14, 4, 1 << 20)
    times = [cycle / HZ for cycle, number in chip.risen if number == WAKE_UP]
    assert times == pytest.approx([period, 2 * period], abs=2e-6)


def test_lsi_as_the_clock(chip: FakeChip) -> None:
    rtc = running_rtc(chip, source=2)
    rtc.write(PRER, 4, 127 << 16 | 249)
    seconds(chip, 10.5)
    assert rtc.read(TR, 4) == 0x10


def test_alarm(chip: FakeChip) -> None:
    rtc, lines = running_rtc(chip), exti(chip, 18)
    rtc.write(ALRMAR, 4, 1 << 31 | 1 << 23 | 1 << 15 | 0x05)  # whenever seconds are 5
    rtc.write(CR, 4, 1 << 8 | 1 << 12)
    for _ in range(3):
        seconds(chip, 60)
        assert rtc.read(ISR, 4) & 1 << 8
        rtc.write(ISR, 4, 0)
        lines.write(0x14, 4, 1 << 18)
    times = [cycle / HZ for cycle, number in chip.risen if number == ALARM]
    assert times == pytest.approx([5.0, 65.0, 125.0], abs=1e-5)


def test_watchdog_resets_the_chip_unless_refreshed(chip: FakeChip) -> None:
    dog = chip.device("stm32-iwdg")
    dog.write(0x00, 4, 0xCCCC)
    dog.write(0x00, 4, 0x5555)
    dog.write(0x04, 4, 3)  # 32
    dog.write(0x08, 4, 999)
    dog.write(0x00, 4, 0xAAAA)
    assert dog.timeout_s == 1.0
    for _ in range(5):
        seconds(chip, 0.9)
        dog.write(0x00, 4, 0xAAAA)
    assert chip.resets == []
    seconds(chip, 1.01)
    assert chip.resets == [
        (
            "watchdog",
            "the independent watchdog (IWDG) reset the chip: it was not refreshed for 1 s",
        )
    ]


def test_window_watchdog(chip: FakeChip) -> None:
    dog = chip.device("stm32-wwdg", interrupts=(0,))
    dog.write(0x04, 4, 0x50 | 1 << 9)
    dog.write(0x00, 4, 1 << 7 | 0x7F)
    chip.run(4096 * 0x2F)
    assert dog.read(0x00, 4) == 0xD0
    dog.write(0x00, 4, 0x7F)
    assert chip.resets == []
    chip.run(4096 * 0x3F)
    assert chip.risen == [(4096 * (0x2F + 0x3F), 0)]
    chip.run(4096)
    assert [cause for cause, _ in chip.resets] == ["window watchdog"]


def test_window_watchdog_refreshed_too_early(chip: FakeChip) -> None:
    dog = chip.device("stm32-wwdg", interrupts=(0,))
    dog.write(0x04, 4, 0x50)
    dog.write(0x00, 4, 1 << 7 | 0x7F)
    chip.run(4096)
    dog.write(0x00, 4, 0x7F)
    assert chip.resets == [
        ("window watchdog", "the window watchdog (WWDG) was refreshed too early")
    ]
