"""Drawing battery life over the duty cycle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcusim.report import figures
from mcusim.units import DAY_S, HOUR_S, MINUTE_S, MONTH_S, YEAR_S

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from numpy.typing import ArrayLike, NDArray

    from mcusim.result import BatteryInfo, LifeCurve

LIFE_COLOUR, POINT_COLOUR = "#2e8b57", "#d1495b"

PERIOD_TICKS_S = {
    1e-3: "1 ms",
    1e-2: "10 ms",
    0.1: "100 ms",
    1.0: "1 s",
    10.0: "10 s",
    MINUTE_S: "1 min",
    10 * MINUTE_S: "10 min",
    HOUR_S: "1 h",
    6 * HOUR_S: "6 h",
    DAY_S: "1 day",
    7 * DAY_S: "1 week",
}
LIFE_TICKS_S = {
    MINUTE_S: "1 min",
    HOUR_S: "1 hour",
    6 * HOUR_S: "6 hours",
    DAY_S: "1 day",
    7 * DAY_S: "1 week",
    MONTH_S: "1 month",
    3 * MONTH_S: "3 months",
    YEAR_S: "1 year",
    2 * YEAR_S: "2 years",
    5 * YEAR_S: "5 years",
    10 * YEAR_S: "10 years",
    20 * YEAR_S: "20 years",
}


def draw_life(battery: BatteryInfo, curve: LifeCurve, axes: Axes) -> None:
    """Draw `curve` with its band, and the period of the run as a point on it."""
    axes.set_xscale("log")
    axes.set_yscale("log")
    axes.plot(curve.period_s, curve.life_s, color=LIFE_COLOUR, linewidth=1.8, label="life")
    axes.fill_between(
        curve.period_s,
        curve.life_low_s,
        curve.life_high_s,
        color=LIFE_COLOUR,
        alpha=0.2,
        linewidth=0,
        label="low to high",
    )
    period = figures.setting(figures.time(battery.period_s))
    axes.plot(
        [battery.period_s],
        [battery.life_s],
        marker="o",
        linestyle="none",
        color=POINT_COLOUR,
        label=f"every {period}: {figures.life(battery.life_s)}",
        zorder=4,
    )
    axes.set_xlim(min(curve.period_s), max(curve.period_s))
    _name_ticks(axes.xaxis, PERIOD_TICKS_S, axes.get_xlim())
    _name_ticks(axes.yaxis, LIFE_TICKS_S, axes.get_ylim())
    axes.set_xlabel("time from one inference to the next")
    axes.set_ylabel("battery life")
    axes.set_title(f"Battery life: {battery.title}", loc="left")
    axes.legend(loc="lower right", frameon=False)
    _add_duty_cycle(battery.active_time_s, axes)


def _name_ticks(axis: Axis, names: dict[float, str], limits: tuple[float, float]) -> None:
    """People read "1 month", not 2.6 megaseconds."""
    low, high = limits
    chosen = {value: name for value, name in names.items() if low <= value <= high}
    axis.set_ticks(list(chosen), labels=list(chosen.values()))
    axis.set_ticks([], minor=True)


def _add_duty_cycle(active_s: float, axes: Axes) -> None:
    """The share of time awake as a second scale on top."""
    if active_s <= 0:
        return
    from matplotlib.ticker import FuncFormatter, NullLocator

    top = axes.secondary_xaxis("top", functions=(_inverse(active_s), _inverse(active_s)))
    top.xaxis.set_major_formatter(FuncFormatter(lambda share, _: _percent(share)))
    top.xaxis.set_minor_locator(NullLocator())
    top.set_xlabel("share of time awake", fontsize="small")
    top.tick_params(labelsize="small")


def _percent(share: float) -> str:
    """Without exponent: "0.0001 %"."""
    return f"{100 * share:.9f}".rstrip("0").rstrip(".") + " %"


def _inverse(active_s: float) -> Callable[[ArrayLike], NDArray[np.float64]]:
    """Period to duty cycle and back are the same function: active time over the other."""
    import numpy as np

    def convert(values: ArrayLike) -> NDArray[np.float64]:
        # Matplotlib also asks for values outside the limits, 0 among them.
        return active_s / np.maximum(np.asarray(values, dtype=np.float64), 1e-12)

    return convert
