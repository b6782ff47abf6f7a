"""Numbers with units for people: 64 MHz, 2.35 µA, 256 kB."""

from __future__ import annotations

import math

_PREFIXES = {-9: "n", -6: "µ", -3: "m", 0: "", 3: "k", 6: "M", 9: "G"}


def quantity(value: float, unit: str) -> str:
    """The value with a prefixed unit and up to four digits."""
    if value == 0:
        return f"0 {unit}"
    exponent = 3 * math.floor(math.log10(abs(value)) / 3 + 1e-9)
    exponent = min(max(exponent, min(_PREFIXES)), max(_PREFIXES))
    return f"{value / 10.0**exponent:.4g} {_PREFIXES[exponent]}{unit}"


def size(size_bytes: int) -> str:
    """A memory's size, in binary kilobytes and megabytes as datasheets give it."""
    for factor, unit in ((1024**2, "MB"), (1024, "kB")):
        if size_bytes >= factor and size_bytes % factor == 0:
            return f"{size_bytes // factor} {unit}"
    return f"{size_bytes} bytes"
