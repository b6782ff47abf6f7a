"""Battery life of a duty cycle.

With I the mean load of the battery, C(I) the capacity at that load and D the deepest discharge at
which the peak still leaves the cut-off voltage (V_oc(D) - I_peak R(D) behind an LDO):

    usable = min(C(I), D x C_full)          life = min(usable / (I + I_leak), shelf life)

I_leak stands for self-discharge and a protection circuit. Low and high combine the current's band
with the spread of the capacity.

Not modelled: temperature, recovery of the cell between pulses (voltage drops are those of a long
pulse, the safe side for pulses below a millisecond), and capacitors beside the cell.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcusim.power.anchors import BoardLike
from mcusim.power.battery import Battery
from mcusim.power.calibration import Vector
from mcusim.power.connection import Connection, connect
from mcusim.power.duty_cycle import ActivePhase, DutyCycle, SleepState
from mcusim.power.life_notes import life_notes
from mcusim.result import BatteryInfo
from mcusim.units import HOUR_S, YEAR_S


@dataclass(frozen=True)
class LifeCurve:
    """Life over the period in seconds, shape (periods,); NaN where the period is too short."""

    period_s: Vector
    low_s: Vector
    typical_s: Vector
    high_s: Vector


def usable_ah(battery: Battery, load_a: npt.ArrayLike, depth: float) -> Vector:
    """Charge delivered at mean loads (any shape) before the cut-off."""
    return np.minimum(battery.capacity_ah(load_a), max(depth, 0.0) * battery.full_capacity_ah)


def life_s(battery: Battery, load_a: npt.ArrayLike, depth: float, factor: float = 1.0) -> Vector:
    """Life in seconds at mean loads (any shape) with `factor` of the usual capacity."""
    charge = usable_ah(battery, load_a, depth) * factor * HOUR_S
    drain = np.asarray(load_a, dtype=np.float64) + battery.leakage_a
    shelf = battery.cell.ageing.shelf_life_years * YEAR_S
    life = np.divide(charge, drain, out=np.full_like(charge, shelf), where=drain > 0.0)
    return np.minimum(life, shelf if depth >= 0.0 else 0.0)


def mean_load_a(
    connection: Connection, active: ActivePhase, sleep: SleepState, period_s: Vector
) -> tuple[Vector, Vector, Vector]:
    """Battery current averaged over each period: low, typical, high, each of shape (periods,)."""
    share = (active.time_s + sleep.wake_s) / period_s

    def end(which: int) -> Vector:
        awake = connection.mean_factor * active.current_a[which]
        return np.asarray(awake * share + sleep.current_a[which] * (1.0 - share))

    return end(0), end(1), end(2)


def usable_depths(connection: Connection, active: ActivePhase) -> tuple[float, float, float]:
    """Deepest discharge at the peak of a low, typical and high part; -1 for none."""
    low, typical, high = active.current_a
    peak = max(active.peak_a, typical)
    # A part that draws more on average is taken to draw more at its peak, by the same ratio.
    ratios = (low / typical, 1.0, high / typical) if typical > 0.0 else (1.0, 1.0, 1.0)
    light, usual, heavy = (connection.usable_depth(peak * ratio) for ratio in ratios)
    return light, usual, heavy


def life_over_period(
    battery: Battery,
    board: BoardLike,
    active: ActivePhase,
    sleep: SleepState,
    period_s: npt.ArrayLike,
) -> LifeCurve:
    """Battery life for each of the periods, shape (periods,), in seconds."""
    periods = np.atleast_1d(np.asarray(period_s, dtype=np.float64))
    connection = connect(battery, board)
    low, typical, high = mean_load_a(connection, active, sleep, periods)
    light, usual, heavy = usable_depths(connection, active)
    spread = battery.cell.capacity_spread.relative
    lives = (
        life_s(battery, high, heavy, 1.0 - spread),
        life_s(battery, typical, usual),
        life_s(battery, low, light, 1.0 + spread),
    )
    fits = periods >= active.time_s + sleep.wake_s
    shortest, middle, longest = (np.where(fits, life, np.nan) for life in lives)
    return LifeCurve(periods, shortest, middle, longest)


def battery_info(battery: Battery, board: BoardLike, cycle: DutyCycle) -> BatteryInfo:
    """The battery part of a result."""
    cycle.check()
    active, sleep = cycle.active, cycle.sleep
    connection = connect(battery, board)
    curve = life_over_period(battery, board, active, sleep, [cycle.period_s])
    loads = mean_load_a(connection, active, sleep, curve.period_s)[1]
    load, life = float(loads[0]), float(curve.typical_s[0])
    peak = max(active.peak_a, active.current_a.typical)
    depth = connection.usable_depth(peak)
    limit = _limit(battery, load, depth, life)
    return BatteryInfo(
        name=battery.name,
        title=battery.title,
        life_s=life,
        life_low_s=float(curve.low_s[0]),
        life_high_s=float(curve.high_s[0]),
        average_current_a=load,
        period_s=cycle.period_s,
        active_time_s=active.time_s,
        active_current_a=connection.mean_factor * active.current_a.typical,
        sleep_name=sleep.name,
        sleep_current_a=sleep.current_a.typical,
        usable_capacity_ah=float(usable_ah(battery, load, depth)),
        limited_by=limit,
        can_deliver=depth >= 0.0,
        loaded_voltage_v=float(connection.loaded_v(peak)[0]),
        notes=life_notes(connection, load, peak, depth, limit),
    )


def _limit(battery: Battery, load_a: float, depth: float, life: float) -> str:
    if depth < 0.0:
        return "pulse voltage"
    if life >= battery.cell.ageing.shelf_life_years * YEAR_S:
        return "shelf life"
    by_pulse = depth * battery.full_capacity_ah < float(battery.capacity_ah(load_a))
    return "pulse voltage" if by_pulse else "capacity"
