"""Battery life, checked by hand and by its physics."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hand_board import board, run
from hypothesis import given, settings
from hypothesis import strategies as st

from mcusim.boards.schema import Overhead
from mcusim.errors import UsageError
from mcusim.power import (
    ActivePhase,
    Band,
    DutyCycle,
    SleepState,
    battery_info,
    life_over_period,
    load_battery,
    sleep_state,
)
from mcusim.power.connection import connect
from mcusim.power.life import life_s
from mcusim.units import HOUR_S, YEAR_S

LDO = board(run(64, 6.3, regulator="ldo"), regulator="ldo")
DCDC = board(run(64, 3.3))
NO_SLEEP = SleepState("none", Band(0.0, 0.0, 0.0), 0.0)
MICRO = SleepState("deep", Band(1.7e-6, 2e-6, 2.3e-6), 10e-6)


def exact(amps: float) -> Band:
    return Band(amps, amps, amps)


def always(amps: float) -> DutyCycle:
    return DutyCycle(1.0, ActivePhase(1.0, exact(amps)), NO_SLEEP)


def test_cr2032_at_0_2_ma_lasts_about_1100_hours():
    """225 mAh / 0.2 mA = 1125 h; self-discharge of 0.4 uA takes 0.2 % of it."""
    info = battery_info(load_battery("cr2032"), LDO, always(0.2e-3))
    leak = 0.235 * 0.015 / 8766
    assert info.life_s / HOUR_S == pytest.approx(0.225 / (0.2e-3 + leak))
    assert info.life_s / HOUR_S == pytest.approx(1125, rel=0.01)
    assert info.limited_by == "capacity"
    assert info.can_deliver


def test_cr2032_cannot_deliver_100_ma():
    cycle = DutyCycle(10.0, ActivePhase(0.01, exact(5e-3), peak_a=0.1), MICRO)
    info = battery_info(load_battery("cr2032"), LDO, cycle)
    assert not info.can_deliver
    assert info.life_s == info.life_low_s == info.life_high_s == 0.0
    assert info.usable_capacity_ah == 0.0
    assert info.limited_by == "pulse voltage"
    assert info.loaded_voltage_v == pytest.approx(2.985 - 0.1 * 18)
    assert any("can't deliver 100 mA" in note for note in info.notes)


def test_a_hard_pulse_leaves_capacity_in_the_cell():
    soft = battery_info(load_battery("cr2032"), LDO, always(1e-3))
    cycle = DutyCycle(10.0, ActivePhase(0.5, exact(20e-3)), NO_SLEEP)
    hard = battery_info(load_battery("cr2032"), LDO, cycle)
    assert hard.average_current_a == pytest.approx(soft.average_current_a)
    assert hard.limited_by == "pulse voltage"
    assert 0.0 < hard.usable_capacity_ah < soft.usable_capacity_ah


def test_a_duty_cycle_by_hand():
    """10 ms of 6 mA every 10 s and 2 uA between: 6 uA + 2 uA."""
    sleep = replace(MICRO, wake_s=0.0)
    info = battery_info(
        load_battery("cr2032"), LDO, DutyCycle(10.0, ActivePhase(0.01, exact(6e-3)), sleep)
    )
    assert info.average_current_a == pytest.approx(6e-6 + 2e-6 * 0.999)
    leak = 0.235 * 0.015 / 8766
    # Past 90 % the file says V = 2.444 - 4.44 x and R = 60 + 400 x: 6 mA reach 2.0 V at x = 0.0123.
    usable = 0.912 * 0.235
    assert info.limited_by == "pulse voltage"
    assert info.life_s == pytest.approx(usable / (7.998e-6 + leak) * HOUR_S)


def test_waking_up_is_charged():
    phase = ActivePhase(0.01, exact(6e-3))
    slow = replace(MICRO, wake_s=0.01)
    fast = replace(MICRO, wake_s=0.0)
    curves = [life_over_period(load_battery("cr2450"), LDO, phase, s, [1.0]) for s in (slow, fast)]
    assert curves[0].typical_s[0] < 0.6 * curves[1].typical_s[0]


def test_shelf_life_ends_what_capacity_does_not():
    info = battery_info(load_battery("cr2032"), LDO, always(0.5e-6))
    assert info.life_s == 10 * YEAR_S
    assert info.limited_by == "shelf life"
    assert any("10 years" in note for note in info.notes)
    assert any("Below 3 µA" in note for note in info.notes)


def test_dcdc_draws_less_from_a_higher_battery():
    """Two AA at 3.0 V nominal feeding 1.8 V: 1.8/3.0 of the current; an LDO passes it unchanged."""
    two = load_battery("2xaa")
    for hand, factor in ((replace(DCDC, supply_v=1.8), 0.6), (replace(LDO, supply_v=1.8), 1.0)):
        info = battery_info(two, hand, always(10e-3))
        assert info.active_current_a == pytest.approx(10e-3 * factor)


def test_dcdc_peak_solves_constant_power():
    battery = load_battery("cr2032")
    volts = connect(battery, DCDC).loaded_v(20e-3)
    depths = np.linspace(0.0, 1.0, 1001)
    alive = volts > 0.0
    current = 20e-3 * 3.0 / volts[alive]
    drop = battery.open_circuit_v(depths[alive]) - current * battery.resistance_ohm(depths[alive])
    np.testing.assert_allclose(volts[alive], drop)


def test_an_external_regulator_is_assumed_above_the_chip_s_supply():
    info = battery_info(load_battery("lipo:500mAh"), DCDC, always(3e-3))
    assert info.active_current_a == pytest.approx(3e-3)
    assert any("linear regulator to 3 V is assumed" in note for note in info.notes)


def test_one_aa_cell_cannot_run_a_3_v_board():
    info = battery_info(load_battery("aa"), LDO, always(1e-3))
    assert not info.can_deliver
    assert any("1.58 V when fresh" in note for note in info.notes)


def test_the_board_s_minimum_supply_ends_the_discharge():
    """Two AA may fall to 1.6 V, the board needs 1.7 V."""
    assert connect(load_battery("2xaa"), LDO).cut_off_v == pytest.approx(1.7)
    assert connect(load_battery("cr2032"), LDO).cut_off_v == pytest.approx(2.0)


def test_a_period_shorter_than_the_active_time_is_an_error():
    cycle = DutyCycle(10e-3, ActivePhase(12e-3, exact(5e-3)), NO_SLEEP)
    with pytest.raises(UsageError, match=r"10\.0 ms is shorter .* 12\.0 ms by 2\.00 ms"):
        battery_info(load_battery("cr2032"), LDO, cycle)
    curve = life_over_period(load_battery("cr2032"), LDO, cycle.active, NO_SLEEP, [10e-3, 1.0])
    assert np.isnan(curve.typical_s[0])
    assert curve.typical_s[1] > 0.0


def test_a_phase_from_energy():
    phase = ActivePhase.from_energy(Band(0.9e-3, 1e-3, 1.2e-3), 0.1, 3.0)
    assert phase.current_a.typical == pytest.approx(1e-3 / 0.3)
    with pytest.raises(UsageError, match="no duration"):
        ActivePhase.from_energy(Band(0, 0, 0), 0.0, 3.0)


def test_sleep_state_includes_what_the_board_adds():
    led = Overhead(name="LED", typical_a=1e-3, source="by hand", grade="assumed")
    plain, lit = sleep_state(LDO), sleep_state(replace(LDO, overhead=(led,)), "deep")
    assert lit.current_a.typical - plain.current_a.typical == pytest.approx(1e-3)
    assert plain.wake_s == 10e-6


@settings(deadline=None)
@given(
    st.sampled_from(["cr2032", "cr2450", "2xaaa", "lisocl2-aa", "lipo:500mAh", "18650"]),
    st.floats(1e-4, 0.1),
    st.floats(1e-4, 30e-3),
    st.floats(0.0, 0.5),
    st.sampled_from([LDO, DCDC]),
)
def test_longer_periods_live_longer_and_the_band_is_in_order(name, active_s, amps, spread, hand):
    phase = ActivePhase(active_s, Band(amps * (1 - spread), amps, amps * (1 + spread)))
    periods = np.geomspace(active_s + MICRO.wake_s, 1e5, 60)
    curve = life_over_period(load_battery(name), hand, phase, MICRO, periods)
    assert np.all(np.diff(curve.typical_s) >= -1e-6 * curve.typical_s[:-1])
    assert np.all(curve.low_s <= curve.typical_s)
    assert np.all(curve.typical_s <= curve.high_s)


@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_more_load_never_lives_longer(a, b):
    light, heavy = sorted((a, b))
    battery = load_battery("cr2032")
    assert life_s(battery, light, 1.0) >= life_s(battery, heavy, 1.0)
