"""Guesses what a file with schema mistakes means, so that its values can be checked as well."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from mcusim.boards.hints import meant, nearest

T = TypeVar("T", bound=msgspec.Struct)

UNKNOWN_TEXT = "?"


def repaired(data: dict[str, Any], record: type[T]) -> T | None:
    """The record with keys as they were probably meant; None where a number is missing or wrong."""
    try:
        return msgspec.convert(_value(data, inspect.type_info(record)), record)
    except msgspec.ValidationError:
        return None


def _value(value: object, kind: inspect.Type) -> object:
    if isinstance(kind, inspect.UnionType):
        kind = next(t for t in kind.types if not isinstance(t, inspect.NoneType))
    if isinstance(kind, inspect.StructType) and isinstance(value, dict):
        return _table(value, kind)
    if isinstance(kind, inspect.ListType) and isinstance(value, list):
        return [_value(item, kind.item_type) for item in value]
    if isinstance(kind, inspect.LiteralType) and value not in kind.values:
        choices = [str(choice) for choice in kind.values]
        return (nearest(str(value), choices) or choices)[0]
    if isinstance(kind, inspect.StrType) and not isinstance(value, str):
        return UNKNOWN_TEXT
    return value


def _table(table: dict[str, Any], kind: inspect.StructType) -> dict[str, object]:
    fields = {field.encode_name: field for field in kind.fields}
    known = {name: value for name, value in table.items() if name in fields}
    for name, value in table.items():
        if name not in fields:
            guess = meant(name, value, fields)
            if guess is not None and guess[0] not in known:
                known[guess[0]] = _whole(guess[1])
    for name, field in fields.items():
        if name not in known and field.required:
            if isinstance(field.type, inspect.StrType):
                known[name] = UNKNOWN_TEXT
            elif isinstance(field.type, inspect.LiteralType):
                known[name] = field.type.values[0]
    return {name: _value(value, fields[name].type) for name, value in known.items()}


def _whole(value: object) -> object:
    """A number of bytes that a change of unit made a float, as the integer that it is."""
    return int(value) if isinstance(value, float) and value.is_integer() else value
