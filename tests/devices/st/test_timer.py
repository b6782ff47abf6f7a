"""General-purpose timers by RM0432 40: counting, update and compare events, interrupts."""

from __future__ import annotations

from typing import Any

import pytest
from fake_chip import FakeChip

CR1, DIER, SR, EGR, CNT, PSC, ARR, CCR1, CCR2 = (
    *(0x00, 0x0C, 0x10, 0x14, 0x24, 0x28, 0x2C, 0x34, 0x38),
)
CEN, UDIS, URS, OPM, DIR, ARPE = (1 << n for n in (0, 1, 2, 3, 4, 7))


@pytest.fixture
def chip() -> FakeChip:
    return FakeChip()


def timer(chip: FakeChip, *, psc: int = 0, arr: int = 999, control: int = 0, dier: int = 0) -> Any:
    device = chip.device("stm32-timer", "tim3", interrupts=(29,))
    device.write(PSC, 4, psc)
    device.write(ARR, 4, arr)
    device.write(CR1, 4, control)
    device.write(EGR, 4, 1)
    device.write(SR, 4, 0)
    device.write(DIER, 4, dier)
    device.write(CR1, 4, control | CEN)
    return device


def test_counter_follows_the_time(chip: FakeChip) -> None:
    tim = timer(chip, psc=9)
    chip.run(4999)
    assert tim.read(CNT, 4) == 499
    chip.run(1)
    assert tim.read(CNT, 2) == 500
    chip.run(5000)
    assert tim.read(CNT, 4) == 0
    assert tim.read(SR, 4) & 1
    tim.write(SR, 4, 0)
    assert not tim.read(SR, 4) & 1


def test_update_interrupts_come_on_time(chip: FakeChip) -> None:
    tim = timer(chip, psc=1, arr=499, dier=1)
    for number in range(1, 6):
        chip.run(1000)
        assert chip.risen[-1] == (1000 * number, 29)
        tim.write(SR, 4, ~1 & 0xFFFF)
    assert len(chip.risen) == 5


def test_late_service_does_not_drift(chip: FakeChip) -> None:
    tim = timer(chip, dier=1)
    chip.run(1300)
    tim.write(SR, 4, 0)
    chip.run(1000)
    assert [cycle for cycle, _ in chip.risen] == [1000, 2000]


def test_no_event_without_interrupts(chip: FakeChip) -> None:
    timer(chip)
    assert chip._plans == {}, "a polled timer costs nothing"


def test_prescaler_is_preloaded(chip: FakeChip) -> None:
    tim = timer(chip)
    tim.write(PSC, 4, 9)
    chip.run(1000)
    assert tim.read(CNT, 4) == 0
    chip.run(1000)
    assert tim.read(CNT, 4) == 100, "ten times slower from the update on"


def test_reload_with_and_without_preload(chip: FakeChip) -> None:
    tim = timer(chip, control=ARPE)
    tim.write(ARR, 4, 99)
    chip.run(500)
    assert tim.read(CNT, 4) == 500
    chip.run(650)
    assert tim.read(CNT, 4) == 50
    tim.write(CR1, 4, CEN)
    tim.write(ARR, 4, 199)
    chip.run(100)
    assert tim.read(CNT, 4) == 150


def test_one_pulse_stops(chip: FakeChip) -> None:
    tim = timer(chip, control=OPM, dier=1)
    chip.run(5000)
    assert not tim.read(CR1, 4) & CEN
    assert tim.read(CNT, 4) == 0
    assert len(chip.risen) == 1


def test_down_counting(chip: FakeChip) -> None:
    tim = timer(chip, control=DIR)
    chip.run(1)
    assert tim.read(CNT, 4) == 998
    chip.run(998)
    assert tim.read(CNT, 4) == 0
    assert not tim.read(SR, 4) & 1
    chip.run(1)
    assert tim.read(CNT, 4) == 999
    assert tim.read(SR, 4) & 1


def test_compare_interrupts(chip: FakeChip) -> None:
    tim = timer(chip)
    tim.write(CCR1, 4, 250)
    tim.write(CCR2, 4, 1500)
    tim.write(DIER, 4, 0b110)
    chip.run(1000)
    assert chip.risen == [(250, 29)]
    assert tim.read(SR, 4) & 0b110 == 0b010, "beyond ARR nothing ever matches"
    tim.write(SR, 4, 0)
    chip.run(1000)
    assert chip.risen == [(250, 29), (1250, 29)]


def test_update_by_software(chip: FakeChip) -> None:
    tim = timer(chip, dier=1)
    chip.run(10)
    tim.write(EGR, 4, 1)
    assert tim.read(CNT, 4) == 0
    assert chip.levels[29]
    tim.write(SR, 4, 0)
    tim.write(CR1, 4, CEN | URS)
    tim.write(EGR, 4, 1)
    assert not chip.levels[29]


def test_32_bits(chip: FakeChip) -> None:
    tim = chip.device("stm32-timer32", "tim5", 0x40000C00)
    tim.write(CR1, 4, CEN)
    assert tim.read(ARR, 4) == 0xFFFFFFFF
    chip.run(1 << 20)
    assert tim.read(CNT, 4) == 1 << 20


def test_clock_of_the_bus(chip: FakeChip) -> None:
    rcc = chip.device("stm32-rcc", base=0x40021000)
    tim = timer(chip, psc=14, arr=0xFFFF)
    rcc.write(0x00, 4, 0xB << 4 | 1 << 3 | 1)  # 48 MHz
    rcc.write(0x08, 4, 7 << 8)  # APB1 over 16: timers at 6 MHz
    before = tim.read(CNT, 4)
    chip.run(15 * 8 * 100)
    assert tim.read(CNT, 4) - before == 100


def test_lines_of_advanced_timers(chip: FakeChip) -> None:
    tim = chip.device("stm32-timer", "tim1", 0x40012C00, (24, 25, 26, 27))
    tim.write(DIER, 4, 0b11)
    tim.write(EGR, 4, 0b11)
    assert sorted(chip.risen) == [(0, 25), (0, 27)]


def test_channel_set_to_capture_does_not_compare(chip: FakeChip) -> None:
    ccmr1 = 0x18
    tim = timer(chip, dier=2 | 4)
    tim.write(ccmr1, 4, 1)  # channel 1 captures, channel 2 compares
    tim.write(CCR1, 4, 100)
    tim.write(CCR2, 4, 200)
    chip.run(5000)
    assert tim.read(SR, 4) & 6 == 4
    assert [cycle for cycle, _ in chip.risen] == [200]
