"""What the clocks of peripherals take that the firmware lets through to them.

    I = sum over peripherals of charge a cycle x frequency, of the bus and of the kernel clock

In deep sleep they stand still. Peripherals that the chip file has no charge for are left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from mcusim.boards.power_schema import ClockCharge
from mcusim.machine.bus import Bus
from mcusim.machine.clock import Segment
from mcusim.machine.draws import SPANS_KEPT
from mcusim.power.supply import current_at

if TYPE_CHECKING:
    from mcusim.machine.machine import Machine


class ClockSpan(NamedTuple):
    """A stretch of simulated time in which the same clocks ran."""

    begin_s: float
    end_s: float
    current_a: float


@dataclass
class Clocked:
    """What the clocks of one peripheral took so far."""

    row: ClockCharge
    time_s: float = 0.0
    charge_c: float = 0.0


class PeripheralClocks:
    """Follows the clock controller, and adds up charges at the board's supply."""

    def __init__(self, machine: Machine, bus: Bus) -> None:
        self._machine = machine
        self._bus = bus
        self._power = machine.board.chip.power
        self._present: dict[str, float] = {}
        self._since_s = 0.0
        self._first_hz = machine.clock_hz
        self.clocked: dict[str, Clocked] = {}
        """By the peripheral's name."""
        self.spans: list[ClockSpan] = []
        if self._power.clock:
            bus.switched = self.update
            machine.sleep.deep_changed = self.update
            machine.clock.listeners.append(self._clock_changed)
            self.update()

    def update(self) -> None:
        """Takes the gates, frequencies and core voltage as they are now."""
        currents: dict[str, float] = {}
        if not self._machine.sleep.in_deep:
            for device, current_a in self._currents():
                currents[device] = currents.get(device, 0.0) + current_a
        if currents != self._present:
            self.settle()
            self._present = currents

    def settle(self) -> None:
        """Books what was taken up to now."""
        now_s = self._machine.seconds
        time_s = now_s - self._since_s
        if time_s > 0.0 and self._present:
            for device, current_a in self._present.items():
                clocked = self.clocked[device]
                clocked.time_s += time_s
                clocked.charge_c += current_a * time_s
            if len(self.spans) < SPANS_KEPT:
                self.spans.append(ClockSpan(self._since_s, now_s, sum(self._present.values())))
        self._since_s = now_s

    def _clock_changed(self, _: Segment) -> None:
        first_hz = self._machine.clock.segments[0].hz
        if first_hz != self._first_hz:
            self._restate(self._first_hz / first_hz)
            self._first_hz = first_hz
        self.update()

    def _restate(self, factor: float) -> None:
        """The start-up code took `factor` times as long after all: as many cycles and charges."""
        self.spans = [
            ClockSpan(span.begin_s * factor, span.end_s * factor, span.current_a / factor)
            for span in self.spans
        ]
        for clocked in self.clocked.values():
            clocked.time_s *= factor
        self._since_s *= factor
        self._present = {name: current_a / factor for name, current_a in self._present.items()}

    def _currents(self) -> Iterator[tuple[str, float]]:
        rows = list(self._rows_in_force())
        board, regulator = self._machine.board, self._machine.regulator
        for gated, controller, register in self._bus.gates():
            name = gated.device.name
            for row in rows:
                if name not in row.charge_c or not gated.has_clock(controller, register):
                    continue
                kernel = row.clock == "kernel"
                hz = controller.kernel_hz(name) if kernel else controller.bus_hz(register)
                self.clocked.setdefault(name, Clocked(row))
                published_a = row.charge_c[name] * hz
                yield name, current_at(published_a, row.supply_v, board.supply_v, regulator)

    def _rows_in_force(self) -> Iterator[ClockCharge]:
        machine = self._machine
        wanted = machine.clock.supply.voltage_range or self._slowest_range()
        for row in self._power.clock:
            if row.regulator == machine.regulator and row.voltage_range == wanted:
                yield row

    def _slowest_range(self) -> str:
        """The one that firmware is held to choose, as for the core's prices."""
        rows = sorted(self._power.run, key=lambda row: row.clock_hz)
        able = [row for row in rows if row.clock_hz >= self._machine.clock_hz * (1.0 - 1e-9)]
        return (able or rows[-1:])[0].voltage_range
