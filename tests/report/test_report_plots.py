"""Figures, from hand-made results, drawn on figures of our own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from mcusim.errors import UsageError
from mcusim.report.plots import PLOTS, save_figure
from mcusim.result import Result, Trace
from tests.report.factory import make_battery, make_functions, make_inference, make_result, replace

matplotlib.use("Agg")

FULL = make_result(battery=make_battery())


def axes() -> Axes:
    return Figure().add_subplot()


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


@pytest.mark.parametrize("kind", PLOTS)
def test_axes_that_are_given_are_used_and_pyplot_is_left_alone(kind: str) -> None:
    ax = axes()
    assert PLOTS[kind](FULL, ax) is ax
    assert ax.get_title(loc="left")
    assert pyplot.get_fignums() == []


@pytest.mark.parametrize(
    "draw",
    [
        Result.plot_power,
        Result.plot_components,
        Result.plot_functions,
        Result.plot_battery_life,
    ],
)
def test_without_axes_a_figure_of_pyplot_shows_in_a_notebook(
    draw: Callable[[Result], Axes],
) -> None:
    try:
        assert draw(FULL).figure.number in pyplot.get_fignums()  # type: ignore[union-attr]
    finally:
        pyplot.close("all")


@pytest.mark.parametrize("kind", PLOTS)
@pytest.mark.parametrize("ending", ["png", "svg", "pdf"])
def test_figures_are_saved(kind: str, ending: str, tmp_path: Path) -> None:
    path = tmp_path / f"figure.{ending}"
    save_figure(FULL, kind, str(path))
    assert path.stat().st_size > 4000
    assert pyplot.get_fignums() == []


def test_power_shades_the_inference_and_names_units() -> None:
    ax = FULL.plot_power(axes())
    ax.figure.draw_without_rendering()  # type: ignore[union-attr]
    legend = ax.get_legend()
    assert legend is not None
    labels = [text.get_text() for text in legend.get_texts()]
    assert "network_invoke (inference)" in labels
    assert "low to high" in labels
    assert any("mW" in tick.get_text() for tick in ax.get_yticklabels())
    assert any("ms" in tick.get_text() for tick in ax.get_xticklabels())


def test_power_takes_spans_in_seconds_where_the_clock_changed() -> None:
    from mcusim.report.power_plot import spans_s

    region = make_inference(spans=[(64, 128)])
    assert spans_s(region, 64.0) == [(1.0, 1.0)]
    assert spans_s(replace(region, spans_s=[(3.0, 5.0)]), 64.0) == [(3.0, 2.0)]


def test_components_are_sorted_and_labelled() -> None:
    ax = FULL.plot_components(axes())
    assert next(tick.get_text() for tick in ax.get_yticklabels()) == "core"
    assert texts(ax)[0] == " 920 µJ · 53 %"


def test_functions_beyond_the_count_are_one_bar() -> None:
    ax = FULL.plot_functions(axes(), count=2)
    names = [tick.get_text() for tick in ax.get_yticklabels()]
    assert names == ["conv2d", "dense", f"{len(make_functions()) - 2} others"]


def test_battery_life_marks_the_period_of_the_run() -> None:
    ax = FULL.plot_battery_life(axes())
    legend = ax.get_legend()
    assert legend is not None
    assert "every 10 s: 3.0 years" in [text.get_text() for text in legend.get_texts()]


def test_a_band_that_reaches_no_life_at_all_is_drawn() -> None:
    battery = make_battery()
    curve = battery.life_curve
    assert curve is not None
    lowest = replace(curve, life_low_s=[0.0] * len(curve.life_s))
    make_result(battery=replace(battery, life_curve=lowest)).plot_battery_life(axes())


@pytest.mark.parametrize(
    ("result", "kind", "message"),
    [
        (make_result(), "battery-life", "cr2032 every 10s"),
        (make_result(battery=make_battery(can_deliver=False)), "battery-life", "can't deliver"),
        (make_result(functions=[]), "functions", "no symbols"),
        (
            make_result(trace=Trace(time_s=[], power_w=[], power_low_w=[], power_high_w=[])),
            "power",
            "no power trace",
        ),
    ],
)
def test_what_is_not_there_is_said(result: Result, kind: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        PLOTS[kind](result, None)
