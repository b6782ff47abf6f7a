"""Numbers as the reports show them: short, with a unit, the same in text and HTML."""

from __future__ import annotations

from mcusim.units import DAY_S, MONTH_S, YEAR_S, format_duration, format_quantity, format_size

BAR_FULL, BAR_REST = "█", "░"


def time(seconds: float) -> str:
    """A duration: "14.2 ms", above a minute "3 minutes 20 seconds"."""
    return format_duration(seconds)


def setting(text: str) -> str:
    """A figure that somebody chose rather than measured: "10 s" for "10.0 s"."""
    number, _, unit = text.partition(" ")
    if "." not in number:
        return text
    return f"{number.rstrip('0').rstrip('.')} {unit}"


def energy(joules: float) -> str:
    return format_quantity(joules, "J")


def power(watts: float) -> str:
    return format_quantity(watts, "W")


def current(amperes: float) -> str:
    return format_quantity(amperes, "A")


def frequency(hertz: float) -> str:
    """A clock: "64 MHz", "32.768 kHz"."""
    return next(
        (f"{hertz / scale:.6g} {unit}" for scale, unit in _CLOCKS if hertz >= scale),
        f"{hertz:g} Hz",
    )


_CLOCKS = ((1e9, "GHz"), (1e6, "MHz"), (1e3, "kHz"))


def size(size_bytes: float) -> str:
    """Memory: "56.9 kB", "1 MB" (1 kB is 1024 bytes)."""
    return format_size(size_bytes).replace(".0 ", " ")


def count(number: float) -> str:
    """Cycles, instructions, calls: "910 k", "1.25 M", exact below 10,000."""
    if abs(number) < 10_000:
        return f"{number:,.0f}"
    return format_quantity(number, "").rstrip()


def percent(share: float) -> str:
    """A share of one: "6 %", "0.4 %"."""
    value = 100 * share
    if 0 < abs(value) < 0.1:
        return "<0.1 %"
    return f"{value:.1f} %" if 0 < abs(value) < 1 else f"{value:.0f} %"


def ratio(part: float, whole: float) -> float:
    """`part / whole`, 0 of nothing."""
    return part / whole if whole else 0.0


def band(low: str, high: str) -> str:
    """A range whose unit is written once when both ends have it: "112–152 µJ"."""
    low_number, _, low_unit = low.partition(" ")
    _, _, high_unit = high.partition(" ")
    return f"{low_number}–{high}" if low_unit == high_unit else f"{low}–{high}"


def energy_band(low_j: float, high_j: float) -> str:
    return band(energy(low_j), energy(high_j))


def life(seconds: float) -> str:
    """A battery life in one unit, for a headline: "2.1 years", "5.3 months", "12 days"."""
    for unit_s, name, least in ((YEAR_S, "years", 1), (MONTH_S, "months", 2), (DAY_S, "days", 2)):
        if seconds >= least * unit_s:
            return f"{seconds / unit_s:.1f} {name}"
    return format_duration(seconds)


def life_band(low_s: float, high_s: float) -> str:
    return band(life(low_s), life(high_s))


def bar(share: float, width: int) -> str:
    """A bar of `width` characters; what isn't zero shows at least one block."""
    share = min(1.0, max(0.0, share))
    full = round(share * width)
    if share > 0:
        full = max(1, full)
    return BAR_FULL * full + BAR_REST * (width - full)


def hex32(value: int) -> str:
    return f"0x{value & 0xFFFFFFFF:08x}"


def plain(text: str) -> str:
    """Text from firmware without what a terminal would obey (escape sequences, bells)."""
    return "".join(c if c.isprintable() or c == "\n" else _visible(c) for c in text)


def _visible(character: str) -> str:
    if character == "\t":
        return "    "
    return "" if character == "\r" else "\N{REPLACEMENT CHARACTER}"
