"""What the author of a board file probably meant: near names, other units."""

from __future__ import annotations

import math
from collections.abc import Iterable
from difflib import get_close_matches

_UNITS: dict[str, tuple[str, float]] = {
    "khz": ("hz", 1e3),
    "mhz": ("hz", 1e6),
    "ghz": ("hz", 1e9),
    "ma": ("a", 1e-3),
    "ua": ("a", 1e-6),
    "na": ("a", 1e-9),
    "mv": ("v", 1e-3),
    "ms": ("s", 1e-3),
    "us": ("s", 1e-6),
    "ns": ("s", 1e-9),
    "kb": ("bytes", 1024),
    "kib": ("bytes", 1024),
    "mb": ("bytes", 1024**2),
    "mib": ("bytes", 1024**2),
    "bits": ("bytes", 1 / 8),
}
"""Units that keys do not use, by suffix: the unit they do use and the factor to it."""


def nearest(name: str, names: Iterable[str]) -> list[str]:
    """Up to three names that resemble this one, the best first."""
    candidates = list(names)
    by_lower = {candidate.lower(): candidate for candidate in candidates}
    close = get_close_matches(name.lower(), by_lower, n=3, cutoff=0.5)
    within = [low for low in by_lower if name.lower() in low and low not in close]
    return [by_lower[low] for low in (close + within)[:3]]


def engineering(value: float) -> str:
    """The number as a board file would have it: 64e6, 3.3e-3, 12."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    exponent = 3 * math.floor(math.log10(abs(value)) / 3 + 1e-9)
    mantissa = f"{value / 10.0**exponent:.6g}"
    return mantissa if exponent == 0 else f"{mantissa}e{exponent}"


def meant(key: str, value: object, valid: Iterable[str]) -> tuple[str, object] | None:
    """The key of the schema that an unknown one was surely meant for, with its value."""
    names = list(valid)
    stem, _, suffix = key.rpartition("_")
    unit, factor = _UNITS.get(suffix.lower(), ("", 0.0))
    if f"{stem}_{unit}" in names:
        return f"{stem}_{unit}", _scaled(value, factor)
    close = [name for name in names if stem and name.rpartition("_")[0] == stem]
    close = close or get_close_matches(key.lower(), names, n=1, cutoff=0.75)
    return (close[0], value) if close else None


def unknown_key(key: str, value: object, valid: Iterable[str]) -> str:
    """What to write instead of a key that the schema does not know."""
    names = list(valid)
    guess = meant(key, value, names)
    if guess is None:
        close = nearest(key, names)
        return f"did you mean `{close[0]}`?" if close else "valid keys here are " + ", ".join(names)
    name, converted = guess
    if converted is value or not isinstance(converted, float):
        return f"did you mean `{name}`?"
    return f"did you mean `{name} = {_written(name, converted)}`?"


def _scaled(value: object, factor: float) -> object:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return value
    return float(value * factor)


def _written(key: str, number: float) -> str:
    return f"{number:.0f}" if key.endswith("_bytes") else engineering(number)
