"""Quantities as people write them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcusim import units
from mcusim.errors import UsageError


@pytest.mark.parametrize(
    ("parse", "text", "value"),
    [
        (units.parse_frequency, "64MHz", 64e6),
        (units.parse_frequency, "32.768 khz", 32768.0),
        (units.parse_voltage, "3.0V", 3.0),
        (units.parse_voltage, "1800mV", 1.8),
        (units.parse_capacity, "220mAh", 0.22),
        (units.parse_current, "5uA", 5e-6),
        (units.parse_current, "5µA", 5e-6),
        (units.parse_duration, "20ms", 0.02),
        (units.parse_duration, "10s", 10.0),
        (units.parse_duration, "5min", 300.0),
        (units.parse_duration, "1h", 3600.0),
        (units.parse_duration, "1d", 86400.0),
        (units.parse_duration, "1y", 31557600.0),
        (units.parse_energy, "1mJ", 1e-3),
        (units.parse_size, "64kB", 65536),
        (units.parse_size, "64KiB", 65536),
        (units.parse_size, "2MB", 2 * 1024 * 1024),
        (units.parse_size, "4096", 4096),
    ],
)
def test_parses(parse, text, value):
    assert parse(text) == pytest.approx(value, rel=1e-12)


@pytest.mark.parametrize(
    ("parse", "text", "hint"),
    [
        (units.parse_frequency, "64", "64MHz"),
        (units.parse_frequency, "64MV", "64MHz"),
        (units.parse_duration, "soon", "20ms"),
        (units.parse_duration, "0s", "above zero"),
        (units.parse_duration, "-1s", "above zero"),
        (units.parse_capacity, "220mA", "220mAh"),
        (units.parse_voltage, "", "3.0V"),
        (units.parse_size, "0.5B", "whole number"),
        (units.parse_energy, "1e400J", "too large"),
    ],
)
def test_bad_quantity_gets_one_line_with_a_good_example(parse, text, hint):
    with pytest.raises(UsageError) as caught:
        parse(text)
    assert hint in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (5.23e-5, "W", "52.3 µW"),
        (1.24e-3, "J", "1.24 mJ"),
        (999.96e-6, "W", "1.00 mW"),
        (64e6, "Hz", "64.0 MHz"),
        (0.0, "A", "0 A"),
        (-2e-9, "A", "-2.00 nA"),
        (3e-15, "J", "3.00 fJ"),
    ],
)
def test_formats(value, unit, text):
    assert units.format_quantity(value, unit) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.0123, "12.3 ms"),
        (60.0, "1 minute"),
        (3661.0, "1 hour 1 minute"),
        (3599.9, "1 hour"),
        (3 * units.YEAR_S + 2 * units.MONTH_S, "3 years 2 months"),
        (units.YEAR_S, "1 year"),
        (36 * 3600, "1 day 12 hours"),
    ],
)
def test_formats_durations(seconds, text):
    assert units.format_duration(seconds) == text


def test_sizes_use_the_kilobyte_of_data_sheets():
    assert units.format_size(65536) == "64.0 kB"
    assert units.format_size(100) == "100 B"


@given(st.floats(min_value=1e-12, max_value=9e11))
def test_formatting_keeps_three_digits(value):
    text = units.format_quantity(value, "W").replace("µ", "u")
    number, unit = text.split(" ")
    factor = {"p": 1e-12, "n": 1e-9, "u": 1e-6, "m": 1e-3, "": 1, "k": 1e3, "M": 1e6, "G": 1e9}
    assert float(number) * factor[unit[:-1]] == pytest.approx(value, rel=0.006)
