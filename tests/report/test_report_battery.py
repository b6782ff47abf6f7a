"""A battery for a result that was made without one."""

from __future__ import annotations

from pathlib import Path

import pytest

from mcusim.errors import UsageError
from mcusim.report.battery import CURVE_POINTS
from mcusim.result import Region, Result
from tests.report.factory import make_result, replace


def inference_of(result: Result) -> Region:
    region = result.inference
    assert region is not None
    return region


def test_the_load_is_one_inference_per_period() -> None:
    result = make_result().with_battery("cr2032", 10.0)
    info, region = result.battery, inference_of(result)
    assert info is not None
    assert info.active_time_s == region.time_mean_s
    assert info.active_current_a == pytest.approx(region.energy_mean_j / region.time_mean_s / 3.0)
    assert info.period_s == 10.0
    assert info.life_low_s <= info.life_s <= info.life_high_s


def test_without_inference_the_load_is_the_whole_run() -> None:
    info = make_result(regions=[]).with_battery("cr2032", 10.0).battery
    assert info is not None
    assert info.active_time_s == pytest.approx(0.202)


def test_the_curve_rises_and_passes_the_life_at_the_period() -> None:
    info = make_result().with_battery("cr2032", 10.0).battery
    assert info is not None
    curve = info.life_curve
    assert curve is not None
    assert len(curve.period_s) == CURVE_POINTS
    assert curve.life_s == sorted(curve.life_s)
    below = [i for i, period in enumerate(curve.period_s) if period <= 10.0][-1]
    assert curve.life_s[below] <= info.life_s <= curve.life_s[below + 1]


def test_a_result_with_battery_can_be_saved(tmp_path: Path) -> None:
    result = make_result().with_battery("2xaa-alkaline", 60.0)
    result.save(tmp_path / "r.mcusim")
    assert Result.load(tmp_path / "r.mcusim") == result


def test_the_result_itself_is_left_as_it_was() -> None:
    result = make_result()
    result.with_battery("cr2032", 10.0)
    assert result.battery is None


def test_a_board_of_the_users_own_is_asked_for() -> None:
    result = make_result()
    foreign = replace(result, board=replace(result.board, name="mine"))
    with pytest.raises(UsageError, match="--board"):
        foreign.with_battery("cr2032", 10.0)


def test_the_grade_is_no_better_than_the_energy() -> None:
    result = make_result()
    assumed = replace(result, energy=replace(result.energy, grade="assumed"))
    info = assumed.with_battery("cr2450", 10.0).battery
    assert info is not None
    assert info.grade == "assumed"


def test_a_period_shorter_than_the_inference_is_refused() -> None:
    with pytest.raises(UsageError, match="longer period"):
        make_result().with_battery("cr2032", 1e-3)
