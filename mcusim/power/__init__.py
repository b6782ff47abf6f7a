"""From counts to energy, and from energy to battery life: pure functions of what was counted."""

from __future__ import annotations

from mcusim.power.anchor_errors import AnchorError, anchor_errors, anchor_table
from mcusim.power.battery import Battery, battery_names, load_battery
from mcusim.power.duty_cycle import ActivePhase, DutyCycle, SleepState, sleep_state
from mcusim.power.energy import Band, EnergyModel, Prices, build_model
from mcusim.power.life import LifeCurve, battery_info, life_over_period
from mcusim.power.pricing import energy_info, price, price_rows, trace

__all__ = [
    "ActivePhase",
    "AnchorError",
    "Band",
    "Battery",
    "DutyCycle",
    "EnergyModel",
    "LifeCurve",
    "Prices",
    "SleepState",
    "anchor_errors",
    "anchor_table",
    "battery_info",
    "battery_names",
    "build_model",
    "energy_info",
    "life_over_period",
    "load_battery",
    "price",
    "price_rows",
    "sleep_state",
    "trace",
]
