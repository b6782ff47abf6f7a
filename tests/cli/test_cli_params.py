"""Values of options with units."""

from __future__ import annotations

import click
import pytest

from mcusim.cli.params import ADDRESS, COUNT, DURATION, SIZE


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("1", 1),
        ("1_000", 1000),
        ("2e9", 2_000_000_000),
        ("500M", 500_000_000),
        ("1.5k", 1500),
        ("1 G", 10**9),
        ("9007199254740993", 9007199254740993),
    ],
)
def test_counts(text: str, count: int) -> None:
    assert COUNT.convert(text, None, None) == count


@pytest.mark.parametrize("text", ["", "0", "-1", "1.5", "1e", "1e-3", "inf", "nan", "1e400", "5T"])
def test_what_is_no_count(text: str) -> None:
    with pytest.raises(click.BadParameter):
        COUNT.convert(text, None, None)


def test_addresses() -> None:
    assert ADDRESS.convert("0x08000000", None, None) == 0x08000000
    assert ADDRESS.convert("4096", None, None) == 4096
    for text in ("-1", "0x1_0000_0000", "flash"):
        with pytest.raises(click.BadParameter):
            ADDRESS.convert(text, None, None)


def test_quantities_are_read_once() -> None:
    assert DURATION.convert("20ms", None, None) == 0.02
    assert DURATION.convert(0.02, None, None) == 0.02
    assert SIZE.convert("64kB", None, None) == 65536
    with pytest.raises(click.BadParameter, match="20ms"):
        DURATION.convert("20", None, None)
