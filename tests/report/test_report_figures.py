"""Numbers as the reports show them."""

from __future__ import annotations

import pytest

from mcusim.report import figures
from mcusim.units import DAY_S, MONTH_S, YEAR_S


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [
        (2.14 * YEAR_S, "2.1 years"),
        (5.3 * MONTH_S, "5.3 months"),
        (12.04 * DAY_S, "12.0 days"),
        (3600.0, "1 hour"),
        (1.5, "1.50 s"),
        (0.0, "0 s"),
    ],
)
def test_life_has_one_unit(seconds: float, shown: str) -> None:
    assert figures.life(seconds) == shown


def test_a_band_names_its_unit_once_where_it_can() -> None:
    assert figures.energy_band(112e-6, 152e-6) == "112–152 µJ"
    assert figures.energy_band(0.9e-3, 1.1e-3) == "900 µJ–1.10 mJ"


@pytest.mark.parametrize(
    ("share", "shown"),
    [(0, "0 %"), (0.0004, "<0.1 %"), (0.004, "0.4 %"), (0.053, "5 %"), (1.5, "150 %")],
)
def test_percent(share: float, shown: str) -> None:
    assert figures.percent(share) == shown


@pytest.mark.parametrize("share", [-0.5, 0.0, 1e-9, 0.5, 1.0, 2.0, float("inf")])
def test_a_bar_has_its_width_and_shows_what_is_not_zero(share: float) -> None:
    bar = figures.bar(share, 10)
    assert len(bar) == 10
    assert (figures.BAR_FULL in bar) == (share > 0)


@pytest.mark.parametrize(
    ("hertz", "shown"), [(64e6, "64 MHz"), (32768, "32.768 kHz"), (1.2e9, "1.2 GHz"), (1, "1 Hz")]
)
def test_clocks_are_exact(hertz: float, shown: str) -> None:
    assert figures.frequency(hertz) == shown


def test_settings_lose_empty_digits_only() -> None:
    assert figures.setting("10.0 s") == "10 s"
    assert figures.setting("1.50 mJ") == "1.5 mJ"
    assert figures.setting("100 ms") == "100 ms"
    assert figures.setting("3 minutes 20 seconds") == "3 minutes 20 seconds"


def test_small_counts_are_exact() -> None:
    assert figures.count(9_999) == "9,999"
    assert figures.count(909_123) == "909 k"
    assert figures.count(0) == "0"
