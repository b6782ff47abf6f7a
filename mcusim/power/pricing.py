"""Applying an energy model: totals, rows of a table, slices of a trace, a breakdown."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from mcusim.boards.schema import Grade
from mcusim.machine.activity import COLUMNS, INDEX
from mcusim.power.basis import FixedEnergy, figure_grade
from mcusim.power.calibration import Vector
from mcusim.power.energy import Band, EnergyModel, Prices
from mcusim.result import EnergyInfo, Trace

Counts = npt.NDArray[np.float64] | npt.NDArray[np.int64]
"""Activity: shape (columns,), or (rows, columns) for a table."""

COMPONENTS: dict[str, tuple[str, ...]] = {
    "instructions": ("alu", "branch", "load", "store", "other"),
    "multiply": ("multiply",),
    "divide": ("divide",),
    "floating point": ("fpu",),
    "flash": ("flash_fetch", "flash_data"),
    "cache": ("cache_read",),
    "ram": ("ram_read", "ram_write", "ram_fetch"),
    "devices": ("device",),
}
"""Components of the breakdown that are sums of columns; clock tree, stalls and time come on top."""


def price_rows(
    model: EnergyModel,
    rows: Counts,
    time_s: npt.ArrayLike,
    sleep_s: npt.ArrayLike = 0.0,
) -> Prices:
    """Joules of each row.

    rows: shape (rows, columns); time_s: simulated time of each row, shape (rows,), of which
    sleep_s was spent asleep.
    """
    counts = np.asarray(rows, dtype=np.float64)
    total = np.broadcast_to(np.asarray(time_s, dtype=np.float64), counts.shape[:1])
    asleep = np.broadcast_to(np.asarray(sleep_s, dtype=np.float64), counts.shape[:1])
    awake = total - asleep

    def end(coefficients: Vector, which: int) -> Vector:
        watts = model.static_w[which] * awake + model.sleep_w[which] * asleep
        joules: Vector = counts @ coefficients + watts + model.overhead_w[which] * total
        return joules

    return Prices(end(model.low, 0), end(model.typical, 1), end(model.high, 2))


def price(model: EnergyModel, activity: Counts, time_s: float, sleep_s: float = 0.0) -> Band:
    """Joules of one activity vector over `time_s`, of which `sleep_s` was spent asleep."""
    rows = np.asarray(activity, dtype=np.float64).reshape(1, len(COLUMNS))
    prices = price_rows(model, rows, [time_s], [sleep_s])
    return Band(float(prices.low[0]), float(prices.typical[0]), float(prices.high[0]))


def breakdown(
    model: EnergyModel, activity: Counts, time_s: float, sleep_s: float = 0.0
) -> dict[str, float]:
    """Typical joules by component; the sum is the typical price.

    "stalls" is the clock tree's energy in cycles lost to wait states, "core clock tree" its rest.
    """
    joules = model.typical * np.asarray(activity, dtype=np.float64)
    per_cycle = float(model.typical[INDEX["cycles"]])
    stalls = per_cycle * float(activity[INDEX["stall"]])
    parts = {"core clock tree": float(joules[INDEX["cycles"]]) - stalls, "stalls": stalls}
    for name, columns in COMPONENTS.items():
        parts[name] = float(sum(joules[INDEX[c]] for c in columns))
    parts["static"] = model.static_w.typical * (time_s - sleep_s)
    parts["sleep"] = model.sleep_w.typical * sleep_s
    parts["board overhead"] = model.overhead_w.typical * time_s
    return parts


def energy_info(
    model: EnergyModel, activity: Counts, time_s: float, sleep_s: float = 0.0
) -> EnergyInfo:
    """The energy part of a result."""
    low, _, high = price(model, activity, time_s, sleep_s)
    parts = breakdown(model, activity, time_s, sleep_s)
    energy = math.fsum(parts.values())
    power = energy / time_s if time_s > 0.0 else 0.0
    return EnergyInfo(
        energy_j=energy,
        # The sums differ in their last bits from the dot products; the order of the band must not.
        energy_low_j=min(low, energy),
        energy_high_j=max(high, energy),
        average_power_w=power,
        average_current_a=power / model.supply_v,
        breakdown_j=parts,
        grade=_grade(model, activity, parts),
        basis=list(model.basis),
    )


def _grade(model: EnergyModel, activity: Counts, parts: dict[str, float]) -> Grade:
    fixed = FixedEnergy(parts["static"], parts["sleep"], parts["board overhead"])
    joules = model.typical * np.asarray(activity, dtype=np.float64)
    return figure_grade(model.grades, joules, model.anchor_shares, fixed)


def trace(
    model: EnergyModel,
    rows: Counts,
    edges_s: npt.ArrayLike,
    sleep_s: npt.ArrayLike = 0.0,
) -> Trace:
    """Power over time.

    rows: activity within each slice, shape (slices, columns); edges_s: times that bound the
    slices, shape (slices + 1,), rising; sleep_s: time asleep in each slice, shape (slices,).
    A slice without duration has power 0.
    """
    edges = np.asarray(edges_s, dtype=np.float64)
    duration = np.diff(edges)
    prices = price_rows(model, rows, duration, sleep_s)

    def watts(joules: Vector) -> list[float]:
        power = np.divide(joules, duration, out=np.zeros_like(joules), where=duration > 0.0)
        return [float(p) for p in power]

    return Trace(
        time_s=[float(t) for t in edges],
        power_w=watts(prices.typical),
        power_low_w=watts(prices.low),
        power_high_w=watts(prices.high),
    )
