"""What the peripherals' states of a finished run took: totals, rows, and their place in time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from mcusim.machine.machine import Machine
from mcusim.power.device_states import (
    StateCurve,
    StateEnergy,
    clock_energy,
    find_current,
    price_states,
    state_power,
    within_spread,
)
from mcusim.result import DeviceStateRow, EnergyInfo, Trace
from mcusim.units import format_quantity

CLOCKS = "peripheral clocks"


class DeviceEnergy:
    """Prices the states that devices were in; where the chip file has no current, it says so.

    The clocks of peripherals are one component, with a row for each of them.
    """

    def __init__(self, machine: Machine) -> None:
        board, draws, clocks = machine.board, machine.draws, machine.peripheral_clocks
        draws.stop(machine.seconds)
        clocks.settle()
        power, supply_v = board.chip.power, board.supply_v
        self._states, unknown = price_states(power, draws.totals_s, supply_v)
        self._clocks = [
            clock_energy(power, name, clocked.row, supply_v, clocked.time_s, clocked.charge_c)
            for name, clocked in clocks.clocked.items()
            if clocked.charge_c > 0.0
        ]
        for device, state, regulator in unknown:
            machine.warn(
                f"{device} was in state {state!r}, whose current with the regulator {regulator} "
                f"the chip file doesn't have ([[power.device]]): its energy is not counted"
            )
        spans = [
            (span.begin_s, span.end_s, within_spread(power, span.current_a * supply_v))
            for span in clocks.spans
        ]
        for span in draws.spans:
            row = find_current(power, (span.device, span.state, span.regulator), supply_v)
            if row is not None:
                spans.append((span.begin_s, span.end_s, state_power(power, row, supply_v)))
        self._curve = StateCurve(spans) if spans else None

    def rows(self) -> list[DeviceStateRow]:
        """Time, current and energy of each state."""
        return [
            DeviceStateRow(
                device=found.row.device,
                state=found.state,
                regulator=found.row.regulator,
                time_s=found.time_s,
                current_a=found.row.typical_a,
                energy_j=found.energy_j.typical,
                grade=found.row.grade,
                source=found.row.source,
            )
            for found in self._states + self._clocks
        ]

    def pieces(self) -> list[EnergyInfo]:
        """Each state as a part of the run's energy, under its device's name."""
        states = [_piece(found, found.row.device, _basis(found)) for found in self._states]
        return states + [
            _piece(found, CLOCKS, f"{CLOCKS}: {found.row.grade}, {found.row.source}")
            for found in self._clocks
        ]

    def between(self, spans_s: Sequence[tuple[float, float]]) -> tuple[float, float, float]:
        """Joules within spans of time: low, typical, high."""
        if self._curve is None:
            return 0.0, 0.0, 0.0
        edges = np.array(spans_s, dtype=np.float64).reshape(-1)
        low, typical, high = self._curve.between(edges)[::2].sum(axis=0).tolist()
        return low, typical, high

    def add_to(self, trace: Trace) -> None:
        """Adds their power to that of the core."""
        if self._curve is None:
            return
        joules, seconds = self._curve.between(trace.time_s), np.diff(trace.time_s)
        watts = np.divide(joules, seconds[:, None], out=np.zeros_like(joules), where=joules > 0.0)
        for column, values in enumerate((trace.power_low_w, trace.power_w, trace.power_high_w)):
            for row, extra in enumerate(watts[:, column].tolist()):
                values[row] += extra


def _piece(found: StateEnergy, component: str, basis: str) -> EnergyInfo:
    return EnergyInfo(
        energy_j=found.energy_j.typical,
        energy_low_j=found.energy_j.low,
        energy_high_j=found.energy_j.high,
        average_power_w=0.0,
        average_current_a=0.0,
        breakdown_j={component: found.energy_j.typical},
        grade=found.row.grade,
        basis=[basis],
    )


def _basis(found: StateEnergy) -> str:
    row = found.row
    current = format_quantity(row.typical_a, "A")
    return f"{row.device}, {found.state}: {current} ({row.grade}, {row.source})"
