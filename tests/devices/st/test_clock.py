"""The core clock's segments: time at a cycle, and back."""

from __future__ import annotations

import numpy as np
import pytest

from mcusim.machine.clock import LATEST, Clock, Supply

NOTHING = np.zeros(0, np.int64)


@pytest.fixture
def clock() -> Clock:
    clock = Clock(4e6)
    clock.change(4000, 120e6, NOTHING, {})
    clock.change(124_000, 48e6, NOTHING, {"sleep": 3})
    return clock


def test_seconds(clock: Clock) -> None:
    assert [clock.seconds(c) for c in (0, 4000, 64_000, 124_000, 172_000)] == pytest.approx(
        [0.0, 1e-3, 1.5e-3, 2e-3, 3e-3]
    )
    assert clock.times([0, 64_000, 172_000]).tolist() == pytest.approx([0.0, 1.5e-3, 3e-3])
    assert clock.rows([0, 4000, 130_000]).tolist() == [0, 1, 2]


def test_cycle_at_the_present_clock(clock: Clock) -> None:
    assert clock.cycle_at(3e-3) == 172_000
    assert clock.cycle_at(1e30) == LATEST


def test_main_clock(clock: Clock) -> None:
    assert clock.main(130_000).hz == 120e6
    assert clock.main(1_000_000).hz == 48e6
    clock.change(1_000_000, 48e6, NOTHING, {}, Supply(voltage_range="range1"))
    assert clock.main(3_000_000).supply.voltage_range == "range1", "a clock at two voltages is two"


def test_a_change_at_once_takes_the_place_of_the_last(clock: Clock) -> None:
    clock.change(124_000, 24e6, NOTHING, {})
    assert [segment.hz for segment in clock.segments] == [4e6, 120e6, 24e6]
    assert clock.seconds(148_000) == pytest.approx(3e-3)


def test_restart_only_before_the_first_change(clock: Clock) -> None:
    clock.restart(1e6)
    assert clock.seconds(4000) == pytest.approx(1e-3)
    fresh = Clock(120e6)
    fresh.restart(4e6)
    assert fresh.seconds(4000) == pytest.approx(1e-3)


def test_restart_restates_what_another_supply_began() -> None:
    clock = Clock(280e6)
    clock.change(6400, 280e6, NOTHING, {}, Supply("dcdc"))
    clock.restart(64e6)
    assert [segment.hz for segment in clock.segments] == [64e6, 64e6]
    assert clock.seconds(12_800) == pytest.approx(200e-6)
