"""Drawing power over time: the trace, its band, and the regions in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mcusim.report import figures, headline

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from mcusim.result import Region, Result

POWER_COLOUR, INFERENCE_COLOUR = "#24527a", "#f2b134"
LANE_COLOURS = ("#d1495b", "#2e8b57", "#8e6bbf", "#8c6d46")
LANE_HEIGHT = 0.035
"""Of the axes; regions other than the inference are lanes at the bottom, as they nest in it."""


def draw_power(result: Result, axes: Axes) -> None:
    """Draw the power trace of `result`."""
    from matplotlib.ticker import EngFormatter

    edges = edges_s(result)
    trace = result.trace
    axes.stairs(
        trace.power_w,
        edges,
        baseline=None,
        color=POWER_COLOUR,
        linewidth=1.2,
        label="power",
        zorder=3,
    )
    axes.stairs(
        trace.power_high_w,
        edges,
        baseline=trace.power_low_w,
        fill=True,
        color=POWER_COLOUR,
        alpha=0.2,
        linewidth=0,
        label="low to high",
        zorder=2,
    )
    average_w = result.energy.average_power_w
    label = f"mean {figures.power(average_w)}"
    axes.axhline(average_w, color="0.35", linestyle="--", linewidth=0.9, label=label, zorder=2.5)
    axes.set_xlim(edges[0], edges[-1])
    lanes = _draw_regions(result, axes)
    _leave_room(axes, max(trace.power_high_w), lanes)
    axes.xaxis.set_major_formatter(EngFormatter(unit="s"))
    axes.yaxis.set_major_formatter(EngFormatter(unit="W"))
    axes.set_xlabel("simulated time")
    axes.set_ylabel("power")
    axes.set_title(f"Power: {headline.title(result)}", loc="left")
    # Outside the axes: a trace that fills them leaves no free corner.
    axes.legend(loc="upper left", bbox_to_anchor=(1.0, 1.0), frameon=False, fontsize="small")


def edges_s(result: Result) -> list[float]:
    """Borders of the trace's rows, one more than rows."""
    times = result.trace.time_s
    if len(times) > len(result.trace.power_w):
        return times
    return [*times, max(result.time_s, times[-1])]


def spans_s(region: Region, clock_hz: float) -> list[tuple[float, float]]:
    """Start and length in seconds of each call."""
    spans = region.spans_s or [(a / clock_hz, b / clock_hz) for a, b in region.spans]
    return [(start, end - start) for start, end in spans]


def _draw_regions(result: Result, axes: Axes) -> int:
    """Shade the inference, draw the others as lanes; how many lanes there are."""
    clock_hz = result.board.clock_hz
    whole = axes.get_xaxis_transform()
    inference = result.inference
    if inference is not None:
        axes.broken_barh(
            spans_s(inference, clock_hz),
            (0, 1),
            transform=whole,
            # In turn, so that calls which follow at once can be told apart.
            facecolors=[(INFERENCE_COLOUR, 0.34), (INFERENCE_COLOUR, 0.17)],
            linewidth=0,
            label=f"{figures.plain(inference.name)} (inference)",
            zorder=1,
        )
    others = [r for r in result.regions if r is not inference and (r.spans or r.spans_s)]
    shown = others[: len(LANE_COLOURS)]
    for lane, region in enumerate(shown):
        axes.broken_barh(
            spans_s(region, clock_hz),
            (lane * LANE_HEIGHT, 0.8 * LANE_HEIGHT),
            transform=whole,
            color=LANE_COLOURS[lane],
            linewidth=0,
            label=figures.plain(region.name),
            zorder=4,
        )
    return len(shown)


def _leave_room(axes: Axes, highest_w: float, lanes: int) -> None:
    """Zero stays visible: above the lanes at the bottom, below the highest power."""
    share = lanes * LANE_HEIGHT
    top = 1.08 * highest_w or 1.0
    axes.set_ylim(-top * share / (1 - share), top)
