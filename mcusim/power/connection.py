"""How a battery feeds a board: what the board's currents become at the battery.

The board's currents hold at its supply. Behind an LDO the battery delivers the same current. With
a DC/DC run straight from the battery power is conserved: the mean current is taken at the
battery's nominal voltage, and a peak of power P leaves V = (V_oc + sqrt(V_oc^2 - 4 P R)) / 2, the
upper root of V = V_oc - R P / V. Where a fresh battery exceeds the chip's highest supply an
external linear regulator is taken to hold the board's supply, and currents pass unchanged; its own
draw is not counted. Sleep currents pass unchanged in every case (see `mcusim.power.supply`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mcusim.power.anchors import BoardLike
from mcusim.power.battery import Battery
from mcusim.power.calibration import Vector

DEPTHS: Vector = np.linspace(0.0, 1.0, 1001)
"""Depths of discharge at which voltages are looked at."""


@dataclass(frozen=True)
class Connection:
    battery: Battery
    supply_v: float
    """At which the board's currents hold."""
    conserves_power: bool
    """DC/DC run straight from the battery."""
    external: bool
    """A regulator between battery and chip is assumed."""
    cut_off_v: float
    """The higher of the cells' own and the chip's lowest supply."""

    @property
    def mean_factor(self) -> float:
        """Battery current over board current while awake, on average over the discharge."""
        return self.supply_v / self.battery.nominal_v if self.conserves_power else 1.0

    def peak_a(self, current_a: float) -> float:
        """Battery current of a board's peak at the lowest voltage that counts."""
        return current_a * (self.supply_v / self.cut_off_v if self.conserves_power else 1.0)

    def loaded_v(self, current_a: float) -> Vector:
        """Battery voltage over `DEPTHS` under a board's peak; 0 where it collapses."""
        volts = self.battery.open_circuit_v(DEPTHS)
        ohms = self.battery.resistance_ohm(DEPTHS)
        if not self.conserves_power:
            return volts - current_a * ohms
        inside = volts**2 - 4.0 * current_a * self.supply_v * ohms
        root = np.sqrt(np.maximum(inside, 0.0))
        return np.where(inside >= 0.0, (volts + root) / 2.0, 0.0)

    def usable_depth(self, current_a: float) -> float:
        """Deepest discharge, 0 to 1, at which a peak keeps the cut-off; -1 when not even fresh."""
        fine = self.loaded_v(current_a) >= self.cut_off_v - 1e-9
        failing = np.flatnonzero(~fine)
        if not failing.size:
            return 1.0
        return float(DEPTHS[failing[0] - 1]) if failing[0] else -1.0


def connect(battery: Battery, board: BoardLike) -> Connection:
    """The battery as the board's source, by the rules above."""
    power = board.chip.power
    external = float(battery.open_circuit_v(0.0)) > power.supply_max_v
    conserves = board.regulator == "dcdc" and not external
    cut_off = max(battery.cut_off_v, power.supply_min_v)
    return Connection(battery, board.supply_v, conserves, external, cut_off)
