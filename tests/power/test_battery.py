"""Battery files and their curves."""

from __future__ import annotations

import shutil

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcusim.errors import BoardError, UsageError
from mcusim.power.battery import batteries_dir, battery_names, load_battery

NAMES = ["lipo:500mAh" if name == "lipo" else name for name in battery_names()]


def test_the_common_batteries_are_shipped():
    wanted = {"cr2032", "cr2450", "aa-alkaline", "aaa-alkaline", "2xaaa-alkaline", "lisocl2-aa"}
    assert wanted | {"2xaa-alkaline", "lipo", "18650"} <= set(battery_names())


@pytest.mark.parametrize("name", NAMES)
def test_each_file_loads_with_its_own_name_and_sources(name):
    battery = load_battery(name)
    assert battery.name == name
    assert battery.title
    assert all(line.rstrip(")").split("(")[-1] for line in battery.sources())


@pytest.mark.parametrize("name", NAMES)
@given(st.floats(0.0, 1.0), st.floats(0.0, 1.0))
def test_voltage_and_resistance_never_improve_with_discharge(name, a, b):
    battery = _cached(name)
    shallow, deep = sorted((a, b))
    assert battery.open_circuit_v(shallow) >= battery.open_circuit_v(deep)
    assert battery.resistance_ohm(shallow) <= battery.resistance_ohm(deep)


@pytest.mark.parametrize("name", NAMES)
@given(st.floats(0.0, 20.0), st.floats(0.0, 20.0))
def test_capacity_never_grows_with_the_load(name, a, b):
    battery = _cached(name)
    light, heavy = sorted((a, b))
    assert battery.capacity_ah(light) >= battery.capacity_ah(heavy) > 0.0


def test_cr2032_gives_225_mah_at_its_standard_load():
    battery = load_battery("CR2032")
    assert float(battery.capacity_ah(0.2e-3)) == pytest.approx(0.225)
    assert battery.nominal_v == 3.0


def test_series_and_parallel():
    one, two = load_battery("aaa"), load_battery("2xAAA")
    assert two.nominal_v == pytest.approx(3.0)
    assert two.full_capacity_ah == one.full_capacity_ah
    np.testing.assert_allclose(two.resistance_ohm([0, 1]), 2 * one.resistance_ohm([0, 1]))


def test_a_chosen_capacity_scales_currents_up_and_resistance_down():
    small, large = load_battery("lipo:500mAh"), load_battery("lipo:2000mAh")
    assert large.full_capacity_ah == pytest.approx(2.0)
    assert large.max_continuous_a == pytest.approx(4 * small.max_continuous_a)
    assert float(large.resistance_ohm(0)) == pytest.approx(float(small.resistance_ohm(0)) / 4)
    assert load_battery("18650").full_capacity_ah == pytest.approx(3.0)
    assert load_battery("18650:2600mAh").full_capacity_ah == pytest.approx(2.6)


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("cr2023", "did you mean cr2032"),
        ("lipo", "lipo:500mAh"),
        ("lipo:500mA", "220mAh"),
        ("cr2032:220mAh", "write cr2032"),
        ("nothing-like-it.toml", "no battery file"),
    ],
)
def test_a_wrong_name_gets_the_right_one(text, hint):
    with pytest.raises(UsageError) as caught:
        load_battery(text)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("old", "new", "hint"),
    [
        ("nominal_v = 3.0", "nominal_mv = 3000", "nominal_v"),
        ("[0.1, 2.962]", "[0.1, 2.9, 3.0]", "rows of two numbers"),
        ("[1.0, 100.0]", "[0.95, 100.0]", "from depth of discharge 0 to 1"),
        ("capacity_ah = 0.200", "capacity_ah = 0.300", "must not rise"),
        ("max_pulse_a = 15e-3", "max_pulse_a = 0.0", "above zero"),
        ("cut_off_v = 2.0", "cut_off_v = 3.5", "start above"),
    ],
)
def test_a_broken_file_is_refused_in_one_line(tmp_path, old, new, hint):
    text = (batteries_dir() / "cr2032.toml").read_text()
    assert old in text
    path = tmp_path / "mine.toml"
    path.write_text(text.replace(old, new))
    with pytest.raises(BoardError) as caught:
        load_battery(str(path))
    assert hint in str(caught.value)
    assert "mine.toml" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_of_the_user_s_own_loads(tmp_path):
    path = tmp_path / "mine.toml"
    shutil.copy(batteries_dir() / "cr2032.toml", path)
    assert load_battery(str(path)).name == "cr2032"


_LOADED: dict[str, object] = {}


def _cached(name):
    if name not in _LOADED:
        _LOADED[name] = load_battery(name)
    return _LOADED[name]
