"""ESP32-C3 LED PWM controller: timers and fades as esp-idf's driver sets them up."""

from __future__ import annotations

import pytest
from esp_rig import Rig

SOURCE = 23
CONF, INT_RAW, INT_ST, INT_ENA, INT_CLR = 0xD0, 0xC0, 0xC4, 0xC8, 0xCC
APB, XTAL = 1, 3
PARA_UP = 1 << 25


@pytest.fixture
def rig() -> Rig:
    return Rig()


def start_timer(rig: Rig, hz: float, resolution: int, *, number: int = 0, clock: int = APB) -> None:
    """As ledc_timer_config does."""
    ledc = rig["ledc"]
    source_hz = {APB: 80e6, XTAL: 40e6}[clock]
    divider = round(source_hz / hz / (1 << resolution) * 256)
    ledc.write(CONF, 4, clock)
    ledc.write(0xA0 + 8 * number, 4, divider << 4 | resolution | PARA_UP)


def fade(rig: Rig, duty: int, *, step: int = 0, every: int = 1, times: int = 1) -> None:
    """As ledc_set_fade and ledc_update_duty do, on channel 1 and timer 0."""
    ledc = rig["ledc"]
    ledc.write(0x1C, 4, duty << 4)
    inc = 1 << 30 if step >= 0 else 0
    ledc.write(0x20, 4, 1 << 31 | inc | times << 20 | every << 10 | abs(step))
    ledc.write(0x14, 4, 1 << 4 | 1 << 2)


def duty(rig: Rig) -> int:
    return rig["ledc"].read(0x24, 4) >> 4


@pytest.mark.parametrize(("clock", "hz"), [(APB, 1000.0), (XTAL, 1000.0)])
def test_a_timer_counts_at_its_divided_clock(clock: int, hz: float, rig: Rig) -> None:
    start_timer(rig, hz, 10, clock=clock)
    rig.later(0.25 / hz)
    assert rig["ledc"].read(0xA4, 4) == pytest.approx(256, abs=1)
    rig.later(1 / hz)
    assert rig["ledc"].read(0xA4, 4) == pytest.approx(256, abs=1)


def test_a_timer_stands_still_at_reset_in_pause_and_without_clock(rig: Rig) -> None:
    ledc = rig["ledc"]
    assert ledc.read(0xA0, 4) == 1 << 23
    start_timer(rig, 1000.0, 10)
    rig.later(0.5e-3)
    ledc.write(0xA0, 4, ledc.read(0xA0, 4) | 1 << 22)
    value = ledc.read(0xA4, 4)
    rig.later(0.1e-3)
    assert ledc.read(0xA4, 4) == value == pytest.approx(512, abs=1)
    ledc.write(0xA0, 4, ledc.read(0xA0, 4) & ~(1 << 22))
    ledc.write(CONF, 4, 0)
    rig.later(0.1e-3)
    assert ledc.read(0xA4, 4) == value
    ledc.write(0xA0, 4, ledc.read(0xA0, 4) | 1 << 23)
    assert ledc.read(0xA4, 4) == 0


def test_a_divider_is_taken_over_by_its_update_bit(rig: Rig) -> None:
    start_timer(rig, 1000.0, 10)
    rig["ledc"].write(0xA0, 4, 1 << 8 << 4 | 10)
    rig.later(0.25e-3)
    assert rig["ledc"].read(0xA4, 4) == pytest.approx(256, abs=1)
    assert not rig["ledc"].read(0xA0, 4) & PARA_UP


def test_an_overflow_interrupts(rig: Rig) -> None:
    ledc = rig["ledc"]
    start_timer(rig, 1000.0, 10)
    ledc.write(INT_ENA, 4, 1)
    rig.route(SOURCE, 5)
    rig.later(0.9e-3)
    assert rig.host.core_interrupt == 0
    rig.later(0.2e-3)
    assert (rig.host.core_interrupt, ledc.read(INT_ST, 4)) == (5, 1)
    ledc.write(INT_CLR, 4, 1)
    assert (rig.host.core_interrupt, ledc.read(INT_RAW, 4)) == (0, 0)
    rig.later(1e-3)
    assert rig.host.core_interrupt == 5


def test_a_duty_is_there_after_the_overflow_and_its_change_has_an_end(rig: Rig) -> None:
    ledc = rig["ledc"]
    start_timer(rig, 1000.0, 10)
    fade(rig, 300)
    rig.later(0.9e-3)
    assert duty(rig) == 0
    rig.later(0.2e-3)
    assert duty(rig) == 300
    assert ledc.read(0x20, 4) >> 31 == 1
    rig.later(1e-3)
    assert ledc.read(0x20, 4) >> 31 == 0
    assert ledc.read(INT_RAW, 4) & ~1 == 1 << 5


@pytest.mark.parametrize("step", [3, -3])
def test_a_fade_takes_its_steps_and_interrupts_at_its_end(step: int, rig: Rig) -> None:
    ledc = rig["ledc"]
    start_timer(rig, 1000.0, 10)
    ledc.write(INT_ENA, 4, 1 << 5)
    rig.route(SOURCE, 5)
    fade(rig, 500, step=step, every=2, times=10)
    rig.later(11.5e-3)  # taken at 1 ms
    assert (duty(rig), rig.host.core_interrupt) == (500 + 5 * step, 0)
    rig.later(10e-3)
    assert (duty(rig), rig.host.core_interrupt) == (500 + 10 * step, 5)
    rig.later(10e-3)
    assert duty(rig) == 500 + 10 * step


def test_a_duty_without_a_start_is_only_taken(rig: Rig) -> None:
    ledc = rig["ledc"]
    start_timer(rig, 1000.0, 10)
    ledc.write(0x1C, 4, 77 << 4)
    ledc.write(0x14, 4, 1 << 4)
    rig.later(5e-3)
    assert duty(rig) == 77
    assert ledc.read(INT_RAW, 4) == 1
