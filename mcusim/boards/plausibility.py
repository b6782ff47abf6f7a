"""Numbers that are possible but absurd: nearly always a slip of unit."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from mcusim.boards.hints import engineering
from mcusim.boards.power_schema import Power, SleepCurrent
from mcusim.boards.reading import Where


class _Unit(NamedTuple):
    """What values of one unit look like; outside, `factor` gives the likely intended number."""

    name: str
    low: float
    high: float
    factor: float


_UNITS: dict[str, _Unit] = {
    "hz": _Unit("hertz", 1e4, 1e10, 1e6),
    "a": _Unit("amperes", 0.0, 1.0, 1e-3),
    "v": _Unit("volts", 0.3, 20.0, 1e-3),
    "s": _Unit("seconds", 0.0, 10.0, 1e-6),
}
_SLEEP_CURRENT = _Unit("amperes", 0.0, 0.1, 1e-6)


class Number(NamedTuple):
    """One number of a record, with its key path."""

    key: str
    name: str
    value: float
    owner: msgspec.Struct


def numbers(record: msgspec.Struct, prefix: str = "") -> Iterator[Number]:
    """Every number in a record and in the records below it."""
    for field in msgspec.structs.fields(record):
        value = getattr(record, field.name)
        key = f"{prefix}{field.encode_name}"
        if isinstance(value, bool):
            continue
        if isinstance(value, int | float):
            yield Number(key, field.encode_name, value, record)
        elif isinstance(value, msgspec.Struct):
            yield from numbers(value, f"{key}.")
        elif isinstance(value, list):
            for index, item in enumerate(value):
                if isinstance(item, msgspec.Struct):
                    yield from numbers(item, f"{key}[{index}].")


def numbers_have_plausible_units(record: msgspec.Struct, where: Where) -> None:
    """A clock of 64 (hertz), a current of 3.3 (amperes)."""
    for number in numbers(record):
        unit = _unit_of(number)
        if unit and not unit.low <= number.value <= unit.high:
            _report(number, unit, where)


def spread_is_a_fraction(power: Power, where: Where) -> None:
    """15 where 0.15 is meant."""
    for key in ("spread", "spread_up"):
        value = getattr(power, key)
        if value is not None and not 0 < value < 1:
            hint = f"did you mean {value / 100:g}?"
            where.report(f"power.{key}", f"{value:g} is not between 0 and 1", hint)


def _unit_of(number: Number) -> _Unit | None:
    unit = _UNITS.get(number.name.rpartition("_")[2]) if "_" in number.name else None
    if unit is _UNITS["a"] and isinstance(number.owner, SleepCurrent):
        return _SLEEP_CURRENT
    return unit


def _report(number: Number, unit: _Unit, where: Where) -> None:
    problem = f"is in {unit.name}: {number.value:g} is implausible"
    meant = number.value * unit.factor
    plausible = unit.low <= meant <= unit.high and meant > 0
    remedy = f"did you mean {engineering(meant)}?" if plausible else f"give it in {unit.name}"
    where.report(number.key, problem, remedy)
