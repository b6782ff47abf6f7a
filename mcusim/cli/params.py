"""Option values with units, and names that are completed from what is installed."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

import click

from mcusim.errors import McusimError, UsageError

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    ParamType = click.ParamType[Any, Any]
else:
    ParamType = click.ParamType  # generic for type checkers only, before click 8.4


class Quantity(ParamType):
    """A value such as "64MHz", read by a function of `mcusim.units`."""

    def __init__(self, name: str, reader: str) -> None:
        self.name = name
        self._reader = reader

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        if not isinstance(value, str):
            return value
        from mcusim import units

        try:
            return getattr(units, self._reader)(value)
        except UsageError as error:
            self.fail(str(error), param, ctx)


DURATION = Quantity("time", "parse_duration")
FREQUENCY = Quantity("frequency", "parse_frequency")
VOLTAGE = Quantity("voltage", "parse_voltage")
ENERGY = Quantity("energy", "parse_energy")
SIZE = Quantity("size", "parse_size")


class Count(ParamType):
    """A whole number above zero, also as 2e9, 500M or 20k."""

    name = "count"
    _PATTERN: ClassVar = re.compile(r"([0-9][0-9_]*(?:\.[0-9]+)?(?:[eE]\+?[0-9]{1,2})?) *([kKMG]?)")
    _FACTORS: ClassVar = {"": 1, "k": 1_000, "K": 1_000, "M": 1_000_000, "G": 1_000_000_000}

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        match = self._PATTERN.fullmatch(value.strip())
        if match is None:
            self.fail(f"{value!r} is not a count; write it like 2e9 or 500M", param, ctx)
        number, suffix = match.groups()
        # Integers stay integers: above 2**53 a float would lose digits.
        plain = int(number) if number.replace("_", "").isdigit() else float(number)
        count = plain * self._FACTORS[suffix]
        if count != int(count) or count < 1:
            self.fail(f"{value!r} is not a whole number above zero", param, ctx)
        return int(count)


class Address(ParamType):
    """An address, decimal or 0x-prefixed."""

    name = "address"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        if isinstance(value, int):
            return value
        try:
            address = int(value, 0)
        except ValueError:
            self.fail(f"{value!r} is not an address; write it like 0x08000000", param, ctx)
        if not 0 <= address < 2**32:
            self.fail(f"{value!r} is outside the 32-bit address space", param, ctx)
        return address


class OptionBytes(ParamType):
    """A register or bit of a chip's option bytes with its value, as dbank=0 or optr=0xffaff8aa."""

    name = "option bytes"
    _PATTERN: ClassVar = re.compile(r"(\w+)=(0[xX][0-9a-fA-F]{1,8}|[0-9]{1,10})")

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> tuple[str, int]:
        match = self._PATTERN.fullmatch(value.strip())
        if match is None:
            self.fail(f"{value!r} is not NAME=VALUE; write it like dbank=0", param, ctx)
        return match[1].lower(), int(match[2], 16 if match[2][:2].lower() == "0x" else 10)


class CataloguedName(ParamType):
    """A name of a catalogue; checked where it is used, completed here."""

    def __init__(self, name: str, names: Callable[[], list[str]]) -> None:
        self.name = name
        self._names = names

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        try:
            names = self._names()
        except McusimError:
            names = []
        # A board may also be a file of the user's own.
        files = [CompletionItem(incomplete, type="file")] if "/" in incomplete else []
        return [CompletionItem(name) for name in names if name.startswith(incomplete)] + files


def _board_names() -> list[str]:
    from mcusim.boards import board_names

    return list(board_names())


def _battery_names() -> list[str]:
    from mcusim.power import battery_names

    return list(battery_names())


COUNT = Count()
ADDRESS = Address()
OPTION_BYTES = OptionBytes()
BOARD = CataloguedName("board", _board_names)
BATTERY = CataloguedName("battery", _battery_names)
