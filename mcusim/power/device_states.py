"""Energy of peripherals by state: published current times the time that the run spent in it.

    E = sum over spans of V x I(device, state, regulator) x seconds

The currents come on top of the core's, awake or asleep. How they change with the supply is at the
head of `mcusim.power.supply`; their band is that of the chip's currents.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mcusim.boards.power_schema import ClockCharge, DeviceCurrent, Power, Regulator
from mcusim.power.energy import LOWEST, Band
from mcusim.power.supply import power_at

State = tuple[str, str, Regulator]
"""Device, state and regulator."""
NOTHING = Band(0.0, 0.0, 0.0)
CLOCKED = "clocked"
"""The state of a peripheral whose clocks run."""


@dataclass(frozen=True)
class StateEnergy:
    """What one state of one device took."""

    row: DeviceCurrent
    state: str
    time_s: float
    energy_j: Band


def find_current(power: Power, state: State, supply_v: float) -> DeviceCurrent | None:
    """The current of a state, published at the supply nearest to `supply_v`; None where unknown."""
    device, name, regulator = state
    rows = [
        row
        for row in power.device
        if row.device == device and name in row.states and row.regulator == regulator
    ]
    return min(rows, key=lambda row: abs(row.supply_v - supply_v), default=None)


def state_power(power: Power, row: DeviceCurrent, supply_v: float) -> Band:
    """Watts in a state at a supply."""
    band = within_spread(power, power_at(row.typical_a, row.supply_v, supply_v, row.regulator))
    if row.maximum_a is None:
        return band
    return band._replace(high=band.typical * max(1.0, row.maximum_a / row.typical_a))


def within_spread(power: Power, typical: float) -> Band:
    """A value whose source gives no maximum."""
    upward = power.spread if power.spread_up is None else power.spread_up
    return Band(typical * max(LOWEST, 1.0 - power.spread), typical, typical * (1.0 + upward))


def clock_energy(
    power: Power, device: str, row: ClockCharge, supply_v: float, time_s: float, charge_c: float
) -> StateEnergy:
    """What the clocks of a peripheral took, in coulombs at `supply_v`: at a mean current."""
    mean = DeviceCurrent(
        device=device,
        states=[CLOCKED],
        regulator=row.regulator,
        supply_v=supply_v,
        typical_a=charge_c / time_s,
        source=row.source,
        grade=row.grade,
    )
    return StateEnergy(mean, CLOCKED, time_s, within_spread(power, charge_c * supply_v))


def price_states(
    power: Power, totals_s: Mapping[State, float], supply_v: float
) -> tuple[list[StateEnergy], list[State]]:
    """Energy of each state, and the states that the chip file has no current for."""
    priced, unknown = [], []
    for state, time_s in totals_s.items():
        row = find_current(power, state, supply_v)
        if row is None:
            unknown.append(state)
        else:
            energy = state_power(power, row, supply_v).scaled(time_s)
            priced.append(StateEnergy(row, state[1], time_s, energy))
    return priced, unknown


class StateCurve:
    """Energy of all device states up to a time, for slices of a run."""

    def __init__(self, spans: Iterable[tuple[float, float, Band]]) -> None:
        """Takes spans as begin and end in seconds and watts; they may overlap."""
        steps: dict[float, list[Band]] = {0.0: []}
        for begin_s, end_s, watts in spans:
            steps.setdefault(begin_s, []).append(watts)
            steps.setdefault(end_s, []).append(Band(-watts.low, -watts.typical, -watts.high))
        self._times = np.array(sorted(steps))
        changes = np.array(
            [np.sum(np.array(steps[t] or [NOTHING]), axis=0) for t in self._times.tolist()]
        )
        power = np.cumsum(changes, axis=0)[:-1]
        spent = power * np.diff(self._times)[:, None]
        self._joules = np.vstack([np.zeros((1, 3)), np.cumsum(spent, axis=0)])

    def between(self, edges_s: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """Joules in the slices that `edges_s` bounds: low, typical and high, shape (slices, 3)."""
        edges = np.asarray(edges_s, dtype=np.float64)
        ends = [np.interp(edges, self._times, self._joules[:, i]) for i in range(3)]
        result: npt.NDArray[np.float64] = np.diff(np.stack(ends, axis=-1), axis=0)
        return result
