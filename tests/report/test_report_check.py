"""Limits held against hand-made results."""

from __future__ import annotations

import pytest

from mcusim.errors import UsageError
from mcusim.report.check import Limits, check, to_text
from mcusim.result import Result
from tests.report.factory import (
    YEAR_S,
    make_battery,
    make_collision,
    make_faulted_result,
    make_memory,
    make_result,
)

ALL = Limits(
    max_latency_s=20e-3,
    max_energy_j=1e-3,
    max_ram_bytes=64 * 1024,
    max_flash_bytes=256 * 1024,
    min_life_s=YEAR_S,
)


def test_all_limits_hold() -> None:
    verdict = check(make_result(battery=make_battery()), ALL)
    assert verdict.passed
    assert [item.name for item in verdict.checks] == ["latency", "energy", "RAM", "flash", "life"]


def test_latency_is_that_of_the_longest_call() -> None:
    result = make_result()
    region = result.inference
    assert region is not None
    found = check(result, Limits(max_latency_s=14.5e-3)).checks[0]
    assert not found.passed
    assert found.value == pytest.approx(region.time_max_s)
    assert found.mean == pytest.approx(14.2e-3)
    assert found.margin == pytest.approx(14.5e-3 - found.value)
    assert found.margin_share == pytest.approx(found.margin / 14.5e-3)


def test_without_inference_the_whole_run_counts_and_the_line_says_so() -> None:
    verdict = check(make_result(regions=[]), Limits(max_latency_s=20e-3, max_energy_j=1.0))
    assert [item.scope for item in verdict.checks] == ["run", "run"]
    assert [item.passed for item in verdict.checks] == [False, True]
    assert to_text(verdict).count("of the whole run") == 2


def test_a_limit_that_is_met_exactly_holds() -> None:
    memory = make_result().memory
    limits = Limits(max_ram_bytes=memory.ram_peak_bytes, max_flash_bytes=memory.flash_bytes - 1)
    assert [item.passed for item in check(make_result(), limits).checks] == [True, False]


def test_a_band_that_reaches_over_the_limit_is_said() -> None:
    found = check(make_result(), Limits(max_energy_j=140e-6)).checks[0]
    assert found.passed
    assert "152 µJ, breaks the limit" in found.note


@pytest.mark.parametrize(
    "result",
    [
        make_faulted_result(),
        make_result(exit_code=1),
        make_result(outcome="limit", exit_code=None),
        make_result(memory=make_memory(collision=make_collision())),
    ],
    ids=["fault", "exit code", "limit", "collision"],
)
def test_a_failed_run_fails_the_check_whatever_the_limits(result: Result) -> None:
    verdict = check(result, Limits(max_flash_bytes=10**9))
    assert verdict.checks[0].passed
    assert not verdict.passed
    assert to_text(verdict).startswith("FAIL  run")


def test_endless_firmware_may_meet_its_limit_when_allowed() -> None:
    result = make_result(outcome="limit", exit_code=None)
    assert check(result, Limits(max_flash_bytes=10**9), allow_limit=True).passed


def test_a_battery_that_cannot_deliver_has_no_life() -> None:
    result = make_result(battery=make_battery(can_deliver=False))
    found = check(result, Limits(min_life_s=1.0)).checks[0]
    assert not found.passed
    assert found.value == 0.0


def test_a_life_without_battery_is_refused() -> None:
    with pytest.raises(UsageError, match="--battery"):
        check(make_result(), Limits(min_life_s=1.0))


def test_no_limit_at_all_is_refused() -> None:
    with pytest.raises(UsageError, match="nothing to check"):
        check(make_result(), Limits())


def test_one_line_a_limit() -> None:
    lines = to_text(check(make_result(battery=make_battery()), ALL)).splitlines()
    assert " ".join(lines[1].split()) == (
        "PASS latency 14.9 ms ≤ 20 ms margin 5.10 ms (25 %) longest of 10 calls, mean 14.2 ms"
    )
    assert "≥ 1 year " in lines[5]
    assert len(lines) == 6
