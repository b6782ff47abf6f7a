"""Peripherals' states priced by hand."""

from __future__ import annotations

import numpy as np
import pytest

from mcusim.boards.power_schema import DeviceCurrent
from mcusim.machine.draws import Draws
from mcusim.power.device_states import StateCurve, find_current, price_states, state_power
from mcusim.power.energy import Band


def current(states: list[str], regulator: str, supply_v: float, typical_a: float) -> DeviceCurrent:
    return DeviceCurrent(
        device="radio",
        states=states,
        regulator=regulator,  # type: ignore[arg-type]
        supply_v=supply_v,
        typical_a=typical_a,
        maximum_a=typical_a * 1.5 if states == ["rx"] else None,
        source="by hand",
        grade="published",
    )


ROWS = [
    current(["tx 0 dBm", "tx -4 dBm"], "dcdc", 3.0, 5e-3),
    current(["tx 0 dBm"], "ldo", 3.0, 9e-3),
    current(["rx"], "dcdc", 3.0, 4e-3),
    current(["rx"], "dcdc", 1.8, 6e-3),
]


class Power:
    """What the prices read of a chip's currents."""

    device = ROWS
    spread = 0.2
    spread_up = None


POWER = Power()


def test_the_row_is_that_of_state_regulator_and_nearest_supply() -> None:
    assert find_current(POWER, ("radio", "tx -4 dBm", "dcdc"), 3.0) is ROWS[0]  # type: ignore[arg-type]
    assert find_current(POWER, ("radio", "tx 0 dBm", "ldo"), 3.0) is ROWS[1]  # type: ignore[arg-type]
    assert find_current(POWER, ("radio", "rx", "dcdc"), 2.0) is ROWS[3]  # type: ignore[arg-type]
    assert find_current(POWER, ("radio", "rx", "ldo"), 3.0) is None  # type: ignore[arg-type]


def test_a_switching_regulator_keeps_the_power_and_a_linear_one_the_current() -> None:
    assert state_power(POWER, ROWS[0], 2.0).typical == pytest.approx(5e-3 * 3.0)  # type: ignore[arg-type]
    assert state_power(POWER, ROWS[1], 2.0).typical == pytest.approx(9e-3 * 2.0)  # type: ignore[arg-type]


def test_the_band_is_the_maximum_or_the_spread() -> None:
    assert state_power(POWER, ROWS[0], 3.0) == pytest.approx((0.012, 0.015, 0.018))  # type: ignore[arg-type]
    assert state_power(POWER, ROWS[2], 3.0) == pytest.approx((0.0096, 0.012, 0.018))  # type: ignore[arg-type]


def test_time_in_a_state_times_its_power() -> None:
    draws = Draws("dcdc")
    draws.enter("radio", "tx 0 dBm", 1.0)
    draws.enter("radio", "rx", 1.5)
    draws.enter("radio", "", 1.75)
    draws.enter("radio", "tx 0 dBm", 2.0)
    draws.cut(2.25, "ldo")
    draws.enter("adc", "on", 2.25)
    draws.stop(2.5)
    priced, unknown = price_states(POWER, draws.totals_s, 3.0)  # type: ignore[arg-type]
    joules = {(e.row.regulator, e.state): e.energy_j.typical for e in priced}
    assert joules == pytest.approx(
        {
            ("dcdc", "tx 0 dBm"): 0.75 * 15e-3,
            ("dcdc", "rx"): 0.25 * 12e-3,
            ("ldo", "tx 0 dBm"): 0.25 * 27e-3,
        }
    )
    assert unknown == [("adc", "on", "ldo")]


def test_slices_of_overlapping_states() -> None:
    curve = StateCurve([(1.0, 3.0, Band(1.0, 2.0, 3.0)), (2.0, 4.0, Band(10.0, 20.0, 30.0))])
    slices = curve.between([0.0, 1.5, 2.5, 10.0])
    assert slices[:, 1].tolist() == pytest.approx([1.0, 12.0, 31.0])
    assert np.allclose(slices[:, 0] * 2, slices[:, 1])
