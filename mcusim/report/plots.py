"""Figures of a result as Matplotlib axes. With `ax` given, pyplot and its state are left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from mcusim.errors import UsageError
from mcusim.report import figures, headline
from mcusim.report.life_plot import draw_life
from mcusim.report.power_plot import draw_power

if TYPE_CHECKING:
    from collections.abc import Callable

    from matplotlib.axes import Axes

    from mcusim.result import Result

SIZES_IN = {
    "power": (9.0, 4.2),
    "components": (7.5, 3.4),
    "functions": (7.5, 4.2),
    "battery-life": (7.5, 4.4),
}
"""Width and height of each kind of figure in inches."""

NAME_LENGTH = 32
SMALLEST_SHARE = 1e-3
"""Functions that use less of the energy share one bar."""
BAR_COLOUR, REST_COLOUR = "#3b75af", "#b8bfc6"


def plot_power(result: Result, ax: Axes | None = None) -> Axes:
    """Power over time with its band; calls of the inference shaded, other regions below."""
    if not result.trace.power_w:
        raise UsageError("the result has no power trace: the run ended at once")
    axes = _axes(ax, "power")
    draw_power(result, axes)
    return _finished(axes)


def plot_components(result: Result, ax: Axes | None = None) -> Axes:
    """Energy of the run by component."""
    used = ((name, joules) for name, joules in result.energy.breakdown_j.items() if joules)
    rows = sorted(used, key=lambda item: -item[1])
    axes = _axes(ax, "components")
    _bars(axes, [(figures.plain(name), joules, False) for name, joules in rows])
    total = figures.energy(result.energy.energy_j)
    band = figures.energy_band(result.energy.energy_low_j, result.energy.energy_high_j)
    axes.set_title(f"Energy by component: {total} ({band})", loc="left")
    return _finished(axes, grid="x")


def plot_functions(result: Result, ax: Axes | None = None, *, count: int = 10) -> Axes:
    """Energy by function (callees not included), the `count` largest and the rest."""
    if not result.functions:
        raise UsageError("the result has no functions: the firmware has no symbols")
    rows = sorted(result.functions, key=lambda row: -row.energy_j)
    total = sum(row.energy_j for row in rows)
    shown = [row for row in rows[:count] if row.energy_j >= SMALLEST_SHARE * total]
    bars = [(figures.plain(row.name), row.energy_j, False) for row in shown]
    others = rows[len(shown) :]
    if others:
        bars.append((f"{len(others)} others", sum(row.energy_j for row in others), True))
    axes = _axes(ax, "functions")
    _bars(axes, bars)
    axes.set_title(f"Energy by function: {headline.name(result)}", loc="left")
    return _finished(axes, grid="x")


def plot_battery_life(result: Result, ax: Axes | None = None) -> Axes:
    """Battery life over the time from one event to the next, and over the duty cycle above."""
    battery = result.battery
    if battery is None or battery.life_curve is None:
        raise UsageError(
            "the result has no battery; run with a battery and a period, such as cr2032 every 10s"
        )
    if not battery.can_deliver:
        raise UsageError(f"{battery.title} can't deliver the peak: no life to draw")
    axes = _axes(ax, "battery-life")
    draw_life(battery, battery.life_curve, axes)
    return _finished(axes)


PLOTS: dict[str, Callable[[Result, Axes | None], Axes]] = {
    "power": plot_power,
    "components": plot_components,
    "functions": plot_functions,
    "battery-life": plot_battery_life,
}


def save_figure(result: Result, kind: str, path: str) -> None:
    """Draw a figure of `kind` (a key of `PLOTS`) into an image file."""
    # A figure of its own rather than pyplot's: no window, no backend, nothing left open.
    from matplotlib.figure import Figure

    figure = Figure(figsize=SIZES_IN[kind], layout="constrained")
    PLOTS[kind](result, figure.add_subplot())
    try:
        figure.savefig(path, dpi=150)
    except OSError as error:
        raise UsageError(f"can't write {path}: {error.strerror}") from error


def _axes(ax: Axes | None, kind: str) -> Axes:
    if ax is not None:
        return ax
    from matplotlib import pyplot

    return pyplot.subplots(figsize=SIZES_IN[kind], layout="constrained")[1]


def _bars(axes: Axes, rows: list[tuple[str, float, bool]]) -> None:
    """Horizontal bars, the first at the top, each with its energy and share."""
    total = sum(joules for _, joules, _ in rows)
    largest = max((joules for _, joules, _ in rows), default=0.0) or 1.0
    colours = [REST_COLOUR if rest else BAR_COLOUR for _, _, rest in rows]
    positions = range(len(rows))
    axes.barh(positions, [joules for _, joules, _ in rows], color=colours, height=0.7)
    axes.set_yticks(positions, [_short(name) for name, _, _ in rows])
    axes.tick_params(axis="y", length=0)
    axes.invert_yaxis()
    for position, (_, joules, _) in enumerate(rows):
        label = f" {figures.energy(joules)} · {figures.percent(figures.ratio(joules, total))}"
        axes.text(joules, position, label, va="center", fontsize="small")
    # Room for the label of the longest bar.
    axes.set_xlim(0, 1.25 * largest)
    from matplotlib.ticker import EngFormatter

    axes.xaxis.set_major_formatter(EngFormatter(unit="J"))
    axes.set_xlabel("energy")


def _short(name: str) -> str:
    return name if len(name) <= NAME_LENGTH else f"{name[: NAME_LENGTH - 1]}…"


def _finished(axes: Axes, *, grid: Literal["both", "x"] = "both") -> Axes:
    axes.spines[["top", "right"]].set_visible(False)
    axes.set_axisbelow(True)
    axes.grid(axis=grid, alpha=0.25)
    return axes
