"""How a supply current changes with the supply voltage: two rules, one for each regulator.

- Linear regulator (LDO): the same current flows in and out, so the supply current does not depend
  on the supply voltage and power grows with it: P(V) = V x I. An nRF51 measured by its vendor drew
  4.65 mA at 1.77 V and 4.72 mA at 3.42 V (devzone.nordicsemi.com, "Current vs Voltage for nrf51
  CPU"), 1.5 % over the whole range.
- Switching regulator (DC/DC, SMPS): power is conserved, so the supply current goes with 1/V. The
  efficiency at the published point is inside the published current; its change with the voltage
  and the load is not modelled. A user's measurement of an nRF52832 beacon shows the error that
  this leaves: 210 uA at 2.4 V and 255 uA at 1.8 V, a power 9 % lower at the lower voltage, where
  the rule says equal (devzone.nordicsemi.com/f/nordic-q-a/37657).

Sleep currents follow the first rule for both regulators: converters are off or bypassed in deep
sleep, and what flows is leakage and an oscillator behind a small linear regulator.

Not modelled: temperature (all numbers are for 25 degrees Celsius), leakage rising with the
voltage, the converter's own start-up energy, and the automatic change from DC/DC to LDO that some
chips make at a low supply.
"""

from __future__ import annotations

from mcusim.boards.power_schema import Regulator


def power_at(current_a: float, published_v: float, supply_v: float, regulator: Regulator) -> float:
    """Watts drawn at `supply_v` by what draws `current_a` at `published_v`."""
    return current_a * (supply_v if regulator == "ldo" else published_v)


def current_at(
    current_a: float, published_v: float, supply_v: float, regulator: Regulator
) -> float:
    """Supply current in A at `supply_v` of what draws `current_a` at `published_v`."""
    return power_at(current_a, published_v, supply_v, regulator) / supply_v
