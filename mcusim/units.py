"""Numbers with units, as people write them: parsing for options and files, formatting for reports.

A quantity is a number and a unit without ambiguity: "64MHz", "3.0V", "220mAh", "20ms", "1y".
Memory follows data sheets, not SI: 1 kB (also KB, KiB) is 1024 bytes, 1 MB is 1024 * 1024.
A year is 365.25 days, a month a twelfth of it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from mcusim.errors import UsageError

MINUTE_S = 60.0
HOUR_S = 3600.0
DAY_S = 86400.0
YEAR_S = 365.25 * DAY_S
MONTH_S = YEAR_S / 12.0

_NUMBER = re.compile(
    r"\s*([+-]?(?:\d+(?:_\d+)*\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*(.*?)\s*", re.ASCII
)


@dataclass(frozen=True)
class Dimension:
    """What is measured: its units by name with their size, and an example to show on an error."""

    name: str
    units: dict[str, float]
    example: str
    ignore_case: bool = False
    bare_numbers: bool = False
    """Whether a number without unit is accepted as the base unit."""

    def factor(self, unit: str) -> float | None:
        """Size of `unit` in the base unit, None when there is no such unit here."""
        unit = unit.replace("μ", "u").replace("µ", "u")
        if not self.ignore_case:
            return self.units.get(unit)
        lower = unit.lower()
        return next((f for name, f in self.units.items() if name.lower() == lower), None)


def _prefixed(base: str, prefixes: str) -> dict[str, float]:
    sizes = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "M": 1e6, "G": 1e9}
    return {p + base: sizes[p] for p in [*prefixes, ""]}


def _bytes() -> dict[str, float]:
    units = {"B": 1.0, "byte": 1.0, "bytes": 1.0}
    for power, letter in enumerate("kMG", start=1):
        units[letter + "B"] = units[letter + "iB"] = 1024.0**power
    return units


_DURATIONS = _prefixed("s", "num") | {
    "min": MINUTE_S,
    "h": HOUR_S,
    "d": DAY_S,
    "w": 7 * DAY_S,
    "y": YEAR_S,
}

# Case is free where no two units differ by it alone: there are no millihertz here.
FREQUENCY = Dimension("frequency", _prefixed("Hz", "kMG"), "64MHz", ignore_case=True)
VOLTAGE = Dimension("voltage", _prefixed("V", "um"), "3.0V", ignore_case=True)
CURRENT = Dimension("current", _prefixed("A", "pnum"), "5uA", ignore_case=True)
CAPACITY = Dimension("capacity", _prefixed("Ah", "um"), "220mAh", ignore_case=True)
DURATION = Dimension("duration", _DURATIONS, "20ms", ignore_case=True)
ENERGY = Dimension("energy", _prefixed("J", "pnumk"), "1mJ", ignore_case=True)
POWER = Dimension("power", _prefixed("W", "pnum"), "5mW", ignore_case=True)
SIZE = Dimension("size", _bytes(), "64kB", ignore_case=True, bare_numbers=True)


def parse_quantity(text: str, dimension: Dimension) -> float:
    """The value of `text` in the base unit of `dimension` (Hz, V, A, Ah, s, J, W, bytes)."""
    match = _NUMBER.fullmatch(text)
    if match is None:
        raise UsageError(f"{text!r} is not a {dimension.name}; write it like {dimension.example}")
    number, unit = match.groups()
    if not unit and dimension.bare_numbers:
        return float(number)
    if not unit:
        raise UsageError(
            f"{text!r} has no unit; write the {dimension.name} like {dimension.example}"
        )
    factor = dimension.factor(unit)
    if factor is None:
        known = ", ".join(sorted(dimension.units, key=lambda u: dimension.units[u]))
        raise UsageError(
            f"{text!r}: {unit!r} is not a unit of {dimension.name} ({known}); "
            f"write it like {dimension.example}"
        )
    value = float(number) * factor
    if not math.isfinite(value):
        raise UsageError(
            f"{text!r} is too large a {dimension.name}; write it like {dimension.example}"
        )
    return value


def parse_positive(text: str, dimension: Dimension) -> float:
    """As `parse_quantity`, for what must be above zero."""
    value = parse_quantity(text, dimension)
    if value <= 0.0:
        raise UsageError(
            f"{text!r}: a {dimension.name} must be above zero, like {dimension.example}"
        )
    return value


def parse_frequency(text: str) -> float:
    """Hertz of "64MHz"."""
    return parse_positive(text, FREQUENCY)


def parse_voltage(text: str) -> float:
    """Volts of "3.0V"."""
    return parse_positive(text, VOLTAGE)


def parse_current(text: str) -> float:
    """Amperes of "5uA"."""
    return parse_quantity(text, CURRENT)


def parse_capacity(text: str) -> float:
    """Ampere-hours of "220mAh"."""
    return parse_positive(text, CAPACITY)


def parse_duration(text: str) -> float:
    """Seconds of "20ms", "10s", "5min", "1h", "1d", "1y"."""
    return parse_positive(text, DURATION)


def parse_energy(text: str) -> float:
    """Joules of "1mJ"."""
    return parse_quantity(text, ENERGY)


def parse_size(text: str) -> int:
    """Bytes of "64kB" (65536) or "4096"."""
    value = parse_positive(text, SIZE)
    if value != int(value):
        raise UsageError(f"{text!r} is not a whole number of bytes; write it like {SIZE.example}")
    return int(value)


_SI = tuple(
    (10.0**power, prefix) for power, prefix in zip(range(9, -18, -3), "GMk mµnpf", strict=True)
)
"""Prefixes from the largest down; a space stands for none."""


def format_quantity(value: float, unit: str, digits: int = 3) -> str:
    """`value` with an SI prefix and `digits` significant digits: 5.23e-5, "W" -> "52.3 µW"."""
    if value == 0.0 or not math.isfinite(value):
        return f"{value:g} {unit}"
    # Rounding first, so that 999.96 µW becomes "1.00 mW" and not "1000 µW".
    rounded = float(f"{value:.{digits - 1}e}")
    scale, prefix = next(((s, p) for s, p in _SI if abs(rounded) >= s * 0.999999), _SI[-1])
    mantissa = rounded / scale
    whole = max(1, math.floor(math.log10(abs(mantissa)) + 1e-9) + 1)
    return f"{mantissa:.{max(0, digits - whole)}f} {prefix.strip()}{unit}"


def format_size(size_bytes: float) -> str:
    """Bytes as data sheets write them: 65536 -> "64.0 kB"."""
    for factor, unit in ((1024.0**2, "MB"), (1024.0, "kB")):
        if abs(size_bytes) >= factor:
            return f"{size_bytes / factor:.1f} {unit}"
    return f"{size_bytes:.0f} B"


_LONG = (
    (YEAR_S, "year"),
    (MONTH_S, "month"),
    (DAY_S, "day"),
    (HOUR_S, "hour"),
    (MINUTE_S, "minute"),
)


def format_duration(seconds: float) -> str:
    """A duration in its two largest units, "3 years 2 months"; below a minute "12.3 ms"."""
    if not math.isfinite(seconds) or abs(seconds) < MINUTE_S:
        return format_quantity(seconds, "s")
    for i, (size, name) in enumerate(_LONG):
        small, small_name = _LONG[i + 1] if i + 1 < len(_LONG) else (1.0, "second")
        # The smaller unit is rounded before the split, so that 59.9 seconds carry into the minute.
        ratio = round(size / small)
        count = round(seconds / small)
        if count >= ratio:
            large, rest = divmod(count, ratio)
            return _plural(large, name) + (f" {_plural(rest, small_name)}" if rest else "")
    return format_quantity(seconds, "s")


def _plural(count: int, name: str) -> str:
    return f"{count} {name}" + ("" if count == 1 else "s")
