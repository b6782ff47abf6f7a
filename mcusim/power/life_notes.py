"""What a reader of a battery life has to know besides the number."""

from __future__ import annotations

from mcusim.power.battery import Battery
from mcusim.power.connection import Connection
from mcusim.units import format_quantity


def life_notes(
    connection: Connection, load_a: float, peak_a: float, depth: float, limited_by: str
) -> list[str]:
    """One sentence each: how it was joined, what is exceeded, what was extrapolated.

    load_a: mean battery current; peak_a: the board's peak; depth: usable depth of discharge.
    """
    battery = connection.battery
    rules = (
        _joined(connection),
        _delivery(connection, peak_a, depth),
        _limits(battery, load_a, connection.peak_a(peak_a)),
        _table(battery, load_a),
        _light(battery, load_a),
        _shelf(battery) if limited_by == "shelf life" else "",
    )
    return [note for note in rules if note]


def _joined(connection: Connection) -> str:
    if connection.external:
        return (
            f"The fresh battery exceeds the chip's supply: a linear regulator to "
            f"{connection.supply_v:g} V is assumed, its own current is not counted"
        )
    if connection.conserves_power:
        return "DC/DC straight from the battery: equal power, so active currents go with 1/V"
    return "The battery delivers the chip's supply current unchanged (linear regulator)"


def _delivery(connection: Connection, peak_a: float, depth: float) -> str:
    if depth >= 0.0:
        return ""
    battery, needed = connection.battery, connection.cut_off_v
    fresh = float(battery.open_circuit_v(0.0))
    peak = format_quantity(peak_a, "A")
    if fresh < needed:
        return f"{battery.title} has {fresh:.2f} V when fresh; the board needs {needed:.2f} V"
    ohms = format_quantity(float(battery.resistance_ohm(0.0)), "Ω")
    return (
        f"{battery.title} can't deliver {peak} even when fresh: {ohms} inside leave less than "
        f"{needed:.2f} V; take a larger battery or a capacitor beside it"
    )


def _limits(battery: Battery, load_a: float, peak_a: float) -> str:
    if load_a > battery.max_continuous_a:
        return (
            f"The mean of {format_quantity(load_a, 'A')} exceeds the continuous "
            f"{format_quantity(battery.max_continuous_a, 'A')} that the cell is made for"
        )
    if peak_a > battery.max_pulse_a:
        return (
            f"The peak of {format_quantity(peak_a, 'A')} exceeds the pulses of "
            f"{format_quantity(battery.max_pulse_a, 'A')} that the cell is made for"
        )
    return ""


def _table(battery: Battery, load_a: float) -> str:
    lightest, heaviest = battery.table_ends_a()
    if load_a > heaviest:
        return f"Capacities are known up to {format_quantity(heaviest, 'A')}; less may be left"
    if load_a < lightest:
        return f"Capacities are known from {format_quantity(lightest, 'A')} on; that one is used"
    return ""


def _light(battery: Battery, load_a: float) -> str:
    light = battery.cell.light_load
    return light.note if light is not None and load_a < light.below_a else ""


def _shelf(battery: Battery) -> str:
    ageing = battery.cell.ageing
    return f"Life is held to {ageing.shelf_life_years:g} years on the shelf: {ageing.source}"
