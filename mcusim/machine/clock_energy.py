"""Energy of a run whose core clock and supply change: each segment priced at its own.

Time asleep is priced by the chip's sleep state that the core was in. Light sleep ("sleep", without
SLEEPDEEP) is published at the chip's highest clock; at a lower one its part above the static
current shrinks with the clock. Peripherals in a state with a current of its own come on top.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mcusim.machine.activity import COLUMNS, INDEX
from mcusim.machine.clock import Segment, Supply
from mcusim.machine.device_energy import DeviceEnergy
from mcusim.machine.machine import Machine
from mcusim.machine.sleep import LIGHT_SLEEP
from mcusim.power import EnergyModel, build_model, energy_info, trace
from mcusim.power.basis import DECIDES, GRADES
from mcusim.result import EnergyInfo, Trace
from mcusim.units import format_quantity

Counts = NDArray[np.int64]
CYCLES = INDEX["cycles"]
DEEPER = {"stop1": "stop0"}
"""What a sleep state is priced as where the chip's file has no current for it."""


@dataclass(slots=True)
class Part:
    """All of a run at one core clock and supply: energy is linear in what is counted here."""

    first: Segment
    activity: Counts
    cycles: int = 0
    asleep: dict[str, int] = field(default_factory=dict)
    """Cycles by sleep state."""


class ClockEnergy:
    """Prices of a finished run; models are made once for each clock and sleep state."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine
        self._board = machine.board
        self.clock = machine.clock
        self.main = self.clock.main(machine.cores.first.cycles)
        """A segment of the clock and supply of most cycles."""
        self._asleep = dict(machine.sleep.cycles())
        self._models: dict[tuple[float, Supply, str | None], EnergyModel] = {}
        self.devices = DeviceEnergy(machine)

    def model(self, segment: Segment, state: str | None = None) -> EnergyModel:
        """The model of a segment; sleep is that of the most used state, or of `state`."""
        hz, supply = segment.hz, segment.supply
        state = self._known_state(state or self._main_state())
        if (hz, supply, state) not in self._models:
            model = build_model(
                self._board,
                clock_hz=hz,
                regulator=supply.regulator,
                voltage_range=self._known_range(supply),
                sleep=state,
            )
            if state == LIGHT_SLEEP:
                model = replace(model, sleep_w=model.sleep_w.scaled(self._light_part(hz)))
            self._models[hz, supply, state] = model
        return self._models[hz, supply, state]

    @property
    def main_model(self) -> EnergyModel:
        """The model at the clock and supply of most cycles."""
        return self.model(self.main)

    def total(self, activity: Counts) -> EnergyInfo:
        """Energy of the whole run, `activity` being its totals."""
        machine, segments = self._machine, self.clock.segments
        end_cycle = machine.cores.first.cycles
        parts: dict[tuple[float, Supply], Part] = {}
        for number, segment in enumerate(segments):
            after = None if number + 1 == len(segments) else segments[number + 1]
            until = activity if after is None else after.activity
            asleep = self._asleep if after is None else after.asleep
            key = segment.hz, segment.supply
            part = parts.setdefault(key, Part(segment, np.zeros_like(activity)))
            part.activity += until
            if segment.activity.size:
                part.activity -= segment.activity
            part.cycles += (end_cycle if after is None else after.cycle) - segment.cycle
            for state, count in asleep.items():
                slept = count - segment.asleep.get(state, 0)
                part.asleep[state] = part.asleep.get(state, 0) + slept
        pieces = [piece for part in parts.values() for piece in self._pieces(part)]
        time_s = self.clock.seconds(end_cycle)
        pieces += self.devices.pieces()
        whole = _sum(pieces, time_s, self._board.supply_v)
        whole.device_states = self.devices.rows()
        return whole

    def _pieces(self, part: Part) -> Iterator[EnergyInfo]:
        """Energy at one clock and supply: awake, and in each state of sleep."""
        hz = part.first.hz
        slept = {state: cycles / hz for state, cycles in part.asleep.items()}
        awake_s = part.cycles / hz - sum(slept.values())
        yield energy_info(self.model(part.first), part.activity, awake_s)
        for state, seconds in slept.items():
            if seconds > 0.0:
                yield self._sleeping(part.first, state, seconds)

    def trace(self, cycles: NDArray[np.int64], totals: Counts) -> Trace:
        """Power between samples of the running totals; both begin at the reset.

        Sleep counts as that of the most used state.
        """
        edges, rows = self.clock.times(cycles), np.diff(totals, axis=0)
        spent = np.diff(cycles)
        sleeping = np.clip(1.0 - rows[:, CYCLES] / np.maximum(spent, 1), 0.0, 1.0)
        sleep_s = sleeping * np.diff(edges)
        numbers = self.clock.rows(cycles[:-1])
        result = trace(self.main_model, rows, edges, sleep_s)
        for number in set(numbers.tolist()):
            model = self.model(self.clock.segments[number])
            if model is self.main_model:
                continue
            other = trace(model, rows, edges, sleep_s)
            for row in np.flatnonzero(numbers == number):
                result.power_w[row] = other.power_w[row]
                result.power_low_w[row] = other.power_low_w[row]
                result.power_high_w[row] = other.power_high_w[row]
        self.devices.add_to(result)
        return result

    def _sleeping(self, segment: Segment, state: str, seconds: float) -> EnergyInfo:
        model = self.model(segment, state)
        nothing = np.zeros(len(COLUMNS), dtype=np.int64)
        info = energy_info(model, nothing, seconds, seconds)
        row = self._board.sleep_state(model.sleep_name)
        current = format_quantity(row.typical_a, "A")
        grade = max(info.grade, row.grade, key=lambda g: GRADES.index(g))
        line = f"Asleep in {row.name}: {current} ({row.grade}, {row.source})"
        return EnergyInfo(
            energy_j=info.energy_j,
            energy_low_j=info.energy_low_j,
            energy_high_j=info.energy_high_j,
            average_power_w=info.average_power_w,
            average_current_a=info.average_current_a,
            breakdown_j=info.breakdown_j,
            grade=grade,
            basis=[*info.basis, line],
        )

    def _main_state(self) -> str | None:
        return max(self._asleep, key=lambda s: self._asleep[s]) if self._asleep else None

    def _known_state(self, state: str | None) -> str | None:
        known = {row.name for row in self._board.chip.power.sleep}
        wanted = state if state in known else DEEPER.get(state or "")
        return wanted if wanted in known else None

    def _known_range(self, supply: Supply) -> str | None:
        known = {run.voltage_range for run in self._board.chip.power.run}
        return supply.voltage_range if supply.voltage_range in known else None

    def _light_part(self, hz: float) -> float:
        full = self._board.sleep_state(LIGHT_SLEEP).typical_a
        static = min(full, self._board.static_current().typical_a)
        return (static + (full - static) * hz / self._board.chip.max_clock_hz) / full


def _sum(pieces: list[EnergyInfo], time_s: float, supply_v: float) -> EnergyInfo:
    parts: dict[str, float] = {}
    basis: dict[str, None] = {}
    for piece in pieces:
        for name, joules in piece.breakdown_j.items():
            parts[name] = parts.get(name, 0.0) + joules
        basis |= dict.fromkeys(piece.basis)
    energy = math.fsum(parts.values())
    power = energy / time_s if time_s > 0.0 else 0.0
    graded = [(grade, sum(p.energy_j for p in pieces if p.grade == grade)) for grade in GRADES]
    deciding = [grade for grade, joules in graded if joules >= DECIDES * energy]
    return EnergyInfo(
        energy_j=energy,
        energy_low_j=min(energy, sum(piece.energy_low_j for piece in pieces)),
        energy_high_j=max(energy, sum(piece.energy_high_j for piece in pieces)),
        average_power_w=power,
        average_current_a=power / supply_v,
        breakdown_j=parts,
        grade=deciding[-1],
        basis=list(basis),
    )
