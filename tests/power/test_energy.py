"""The energy model: anchors met, physics kept, parts adding up."""

from __future__ import annotations

from dataclasses import replace

import hand_board
import msgspec
import numpy as np
import pytest
from hand_board import MIXES, HandBoard, board, run
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from mcusim.boards import board_names, load_board, load_workloads
from mcusim.boards.schema import Overhead
from mcusim.errors import BoardError, UsageError
from mcusim.machine.activity import COLUMNS, INDEX
from mcusim.power import anchor_errors, build_model, energy_info, price, price_rows, trace
from mcusim.power.energy import EnergyModel
from mcusim.power.pricing import COMPONENTS, breakdown

ST_LIKE = board(
    run(26, 3.0, regulator="ldo", voltage_range="range2"),
    run(26, 2.5, regulator="ldo", voltage_range="range2", workload="while1"),
    run(80, 8.5, regulator="ldo", voltage_range="range1"),
    run(80, 8.6, regulator="ldo", voltage_range="range1", workload="dhrystone"),
    run(80, 8.1, regulator="ldo", voltage_range="range1", workload="fibonacci"),
    run(80, 7.7, regulator="ldo", voltage_range="range1", workload="while1"),
    run(120, 14.6, regulator="ldo", voltage_range="range1-boost", maximum=16.5),
    regulator="ldo",
    clock_mhz=80,
)
NORDIC_LIKE = board(run(64, 3.3), run(64, 2.8, code="ram"))


def model_of(hand: HandBoard, **options: object) -> EnergyModel:
    return build_model(hand, mixes=MIXES, **options)  # type: ignore[arg-type]


def activity(**events: float) -> np.ndarray:
    vector = np.zeros(len(COLUMNS))
    for name, value in events.items():
        vector[INDEX[name]] = value
    return vector


COUNTS = hnp.arrays(np.int64, len(COLUMNS), elements=st.integers(0, 10**9)).map(
    # Stalls are part of the cycles.
    lambda a: np.concatenate([[a[0] + a[-1]], a[1:]])
)


@pytest.mark.parametrize("hand", [NORDIC_LIKE, ST_LIKE], ids=["nordic", "st"])
def test_every_anchor_is_met(hand):
    errors = anchor_errors(hand, MIXES)
    assert len(errors) == len(hand.chip.power.run)
    assert max(abs(e.relative) for e in errors) < 0.03


@pytest.mark.parametrize("name", board_names())
def test_shipped_boards_meet_their_anchors(name):
    errors = anchor_errors(load_board(name), load_workloads())
    assert errors
    worst = max(errors, key=lambda e: abs(e.relative))
    assert abs(worst.relative) < 0.03, worst


def test_a_single_anchor_by_hand():
    """6.3 mA at 3 V and 64 MHz without static current: 295 pJ a cycle of the mix."""
    model = model_of(board(run(64, 6.3, regulator="ldo"), regulator="ldo", static_a=0.0))
    mix = activity(**next(m for m in MIXES if m.name == "coremark").per_cycle, cycles=1.0)
    assert float(model.typical @ mix) == pytest.approx(6.3e-3 * 3.0 / 64e6, rel=1e-3)
    second = price(model, mix * 64_000_000, 1.0)
    assert second.typical == pytest.approx(18.9e-3, rel=1e-3)
    # With one anchor the shape stays: all energies scale alike.
    ratio = model.typical[INDEX["alu"]] / model.typical[INDEX["cycles"]]
    assert ratio == pytest.approx(0.4 / 0.6, rel=0.01)


def test_flash_and_ram_anchors_separate_the_fetch_energies():
    """Cache fetches must cost more than RAM fetches where RAM code draws less."""
    model = model_of(NORDIC_LIKE)
    assert model.typical[INDEX["cache_read"]] > model.typical[INDEX["ram_fetch"]] > 0.0


def test_ldo_power_grows_with_supply_and_dcdc_power_does_not():
    work = activity(cycles=1e6, alu=5e5, cache_read=5e5)
    ldo = board(run(64, 6.3, regulator="ldo"), regulator="ldo")
    ratio = price(model_of(ldo, supply_v=1.8), work, 0.02).typical
    ratio /= price(model_of(ldo, supply_v=3.0), work, 0.02).typical
    assert ratio == pytest.approx(1.8 / 3.0)
    dcdc = [price(model_of(NORDIC_LIKE, supply_v=v), work, 0.02).typical for v in (1.8, 3.0)]
    assert dcdc[0] == pytest.approx(dcdc[1])


def test_the_lowest_voltage_range_that_allows_the_clock_is_used():
    assert any("26.0 MHz" in line for line in model_of(ST_LIKE, clock_hz=16e6).basis)
    assert any("80.0 MHz" in line for line in model_of(ST_LIKE, clock_hz=48e6).basis)
    boost = model_of(ST_LIKE, clock_hz=100e6)
    assert any("120 MHz" in line for line in boost.basis)
    assert any("No current is published at 100 MHz" in line for line in boost.basis)


def test_coefficients_are_interpolated_over_the_clock():
    hand = board(run(32, 1.9), run(64, 3.3))
    low, mid, high = (model_of(hand, clock_hz=f * 1e6).typical for f in (32, 48, 64))
    np.testing.assert_allclose(mid, (low + high) / 2)


def test_the_source_s_maximum_sets_the_upper_end():
    model = model_of(ST_LIKE, clock_hz=120e6)
    assert model.high[0] / model.typical[0] == pytest.approx(16.5 / 14.6)
    assert model.low[0] / model.typical[0] == pytest.approx(0.85)


@settings(deadline=None)
@given(COUNTS, st.floats(0.0, 100.0), st.sampled_from([NORDIC_LIKE, ST_LIKE]))
def test_band_is_in_order_and_the_breakdown_adds_up(counts, seconds, hand):
    info = energy_info(model_of(hand), counts, seconds, seconds / 3)
    assert 0.0 <= info.energy_low_j <= info.energy_j <= info.energy_high_j
    assert sum(info.breakdown_j.values()) == pytest.approx(info.energy_j, rel=1e-12)
    typical = price(model_of(hand), counts, seconds, seconds / 3).typical
    assert info.energy_j == pytest.approx(typical, rel=1e-9)
    assert min(info.breakdown_j.values()) >= 0.0


@settings(deadline=None)
@given(COUNTS, COUNTS, st.floats(0.0, 10.0))
def test_more_activity_never_costs_less(counts, more, seconds):
    model = model_of(NORDIC_LIKE)
    less = price(model, counts, seconds)
    for a, b in zip(less, price(model, counts + more, seconds + 1.0), strict=True):
        assert b >= a


@settings(deadline=None)
@given(hnp.arrays(np.int64, (7, len(COLUMNS)), elements=st.integers(0, 10**6)))
def test_rows_add_up_to_the_total_and_the_trace_integrates_to_it(rows):
    model = model_of(NORDIC_LIKE)
    edges = np.linspace(0.0, 0.7, 8)
    whole = price(model, rows.sum(axis=0), 0.7)
    prices = price_rows(model, rows, np.diff(edges))
    assert prices.low.sum() == pytest.approx(whole.low)
    assert prices.high.sum() == pytest.approx(whole.high)
    line = trace(model, rows, edges)
    assert np.dot(line.power_w, np.diff(line.time_s)) == pytest.approx(whole.typical)
    assert len(line.time_s) == len(line.power_w) + 1


def test_every_column_is_in_one_component():
    listed = [c for columns in COMPONENTS.values() for c in columns] + ["cycles", "stall"]
    assert sorted(listed) == sorted(COLUMNS)


def test_stalls_are_shown_apart_from_the_clock_tree():
    parts = breakdown(model_of(NORDIC_LIKE), activity(cycles=100, stall=25), 1e-6)
    assert parts["stalls"] == pytest.approx(parts["core clock tree"] / 3)


def test_board_overhead_counts_unless_left_out():
    led = Overhead(name="LED", typical_a=2e-3, source="by hand", grade="assumed")
    hand = replace(NORDIC_LIKE, overhead=(led,))
    empty = activity()
    with_led = price(model_of(hand), empty, 1.0).typical
    without = price(model_of(hand, overhead=False), empty, 1.0).typical
    assert with_led - without == pytest.approx(6e-3)


def test_sleep_is_charged_at_the_sleep_current():
    model = model_of(NORDIC_LIKE)
    assert price(model, activity(), 10.0, 10.0).typical == pytest.approx(10 * 3.0 * 2e-6)


def grade_of(model: EnergyModel, seconds=1e-3, sleep_s=0.0, **rates: float) -> str:
    cycles = model.clock_hz * (seconds - sleep_s)
    counts = activity(cycles=cycles, **{name: rate * cycles for name, rate in rates.items()})
    return energy_info(model, counts, seconds, sleep_s).grade


def test_the_basis_names_the_sources():
    assert any("3.30 mA" in line and "by hand" in line for line in model_of(NORDIC_LIKE).basis)


def test_at_an_anchor_s_mix_the_grade_is_that_of_current_and_mix():
    """Published current, derived mix; the assumed class energies cancel out."""
    assert grade_of(model_of(NORDIC_LIKE), **MIXES[0].per_cycle) == "derived"


def test_far_from_the_anchors_the_assumed_class_energies_decide():
    assert grade_of(model_of(NORDIC_LIKE), fpu=0.9, flash_data=0.3) == "assumed"


def test_what_decides_less_than_a_tenth_does_not_lower_the_grade():
    led = Overhead(name="LED", typical_a=0.1e-3, source="by hand", grade="assumed")
    small = replace(NORDIC_LIKE, overhead=(led,))
    large = replace(NORDIC_LIKE, overhead=(msgspec.structs.replace(led, typical_a=1e-3),))
    assert grade_of(model_of(small), **MIXES[0].per_cycle) == "derived"
    assert grade_of(model_of(large), **MIXES[0].per_cycle) == "assumed"


def test_a_sleeping_firmware_has_the_grade_of_its_sleep_current():
    assert grade_of(model_of(NORDIC_LIKE), seconds=1.0, sleep_s=1.0) == "published"


def test_a_run_without_energy_has_the_weakest_grade():
    assert grade_of(model_of(NORDIC_LIKE), seconds=0.0) == "assumed"


def test_the_upper_half_of_the_band_may_be_wider():
    upward = board(run(64, 3.3), spread=0.2)
    power = msgspec.structs.replace(upward.chip.power, spread_up=0.4)
    wider = replace(upward, chip=msgspec.structs.replace(upward.chip, power=power))
    model = model_of(wider)
    assert model.low[0] / model.typical[0] == pytest.approx(0.8)
    assert model.high[0] / model.typical[0] == pytest.approx(1.4)
    assert any("-20 to +40 %" in line for line in model.basis)


def test_errors_name_the_next_step():
    with pytest.raises(
        BoardError, match=r"no run current with regulator 'ldo'; choose one of dcdc"
    ):
        model_of(NORDIC_LIKE, regulator="ldo")
    with pytest.raises(BoardError, match=r"no workload mix .*workloads\.toml"):
        build_model(NORDIC_LIKE, mixes=[])
    with pytest.raises(UsageError, match="outside the supply"):
        model_of(NORDIC_LIKE, supply_v=5.0)
    with pytest.raises(UsageError, match="choose one of deep"):
        model_of(NORDIC_LIKE, sleep="deeper")
    with pytest.raises(BoardError, match="static current is not below"):
        model_of(board(run(64, 3.3), static_a=4e-3))


def test_a_borrowed_mix_is_said_to_be_one():
    mixes = [hand_board.mix("coremark", "flash", alu=0.5)]
    elsewhere = [type(m)(**{**_fields(m), "chip": "other"}) for m in mixes]
    model = build_model(board(run(64, 3.3)), mixes=elsewhere)
    assert any("mix counted on other" in line for line in model.basis)


def _fields(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__struct_fields__}  # type: ignore[attr-defined]
