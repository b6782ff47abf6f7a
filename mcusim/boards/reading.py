"""From a TOML file to a record of the schema, with errors that name file, key and remedy."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from mcusim.boards.hints import nearest, unknown_key
from mcusim.boards.paths import shown
from mcusim.errors import BoardError

T = TypeVar("T", bound=msgspec.Struct)

_LEAVES: dict[type[inspect.Type], tuple[tuple[type, ...], str]] = {
    inspect.IntType: ((int,), "a whole number"),
    inspect.FloatType: ((int, float), "a number"),
    inspect.StrType: ((str,), "text in quotes"),
    inspect.BoolType: ((bool,), "true or false"),
    inspect.DictType: ((dict,), "a table"),
}


@dataclass(frozen=True, slots=True)
class Where:
    """The file that is being read or checked."""

    path: Path

    def error(self, key: str, problem: str, remedy: str) -> BoardError:
        """One line: file, key, what is wrong, what to do."""
        return BoardError(f"{shown(self.path)}: {key}: {problem}; {remedy}")


def read_record(path: Path, record: type[T]) -> T:
    """The file as a record of the schema: every key known, every type right."""
    where = Where(path)
    data = _parse(where)
    _check(data, inspect.type_info(record), "", where)
    try:
        return msgspec.convert(data, record)
    except msgspec.ValidationError as error:
        raise BoardError(f"{shown(path)}: {error}") from None


def keys_of(path: Path) -> set[str]:
    """Top-level keys of a TOML file."""
    return set(_parse(Where(path)))


def _parse(where: Where) -> dict[str, Any]:
    try:
        return tomllib.loads(where.path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BoardError(f"{shown(where.path)}: not valid TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise BoardError(f"{shown(where.path)}: not UTF-8 text: {error.reason}") from None
    except OSError as error:
        raise BoardError(f"{shown(where.path)}: can't be read: {error.strerror}") from None


def _check(value: object, kind: inspect.Type, key: str, where: Where) -> None:
    """Check keys and types below `value`; msgspec alone names neither index nor near keys."""
    if isinstance(kind, inspect.UnionType):
        kind = next(t for t in kind.types if not isinstance(t, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        _check_table(value, kind, key, where)
    elif isinstance(kind, inspect.ListType):
        if not isinstance(value, list):
            raise where.error(key, "is not a list", "write it as a list or as [[tables]]")
        for index, item in enumerate(value):
            _check(item, kind.item_type, f"{key}[{index}]", where)
    elif isinstance(kind, inspect.LiteralType):
        _check_choice(value, kind, key, where)
    else:
        _check_leaf(value, kind, key, where)


def _check_table(value: object, kind: inspect.StructType, key: str, where: Where) -> None:
    if not isinstance(value, dict):
        raise where.error(key, "is not a table", f"start it with [{key}]")
    fields = {field.encode_name: field for field in kind.fields}
    prefix = f"{key}." if key else ""
    for name, item in value.items():
        if name not in fields:
            raise where.error(f"{prefix}{name}", "unknown key", unknown_key(name, item, fields))
    for name, field in fields.items():
        if name in value:
            _check(value[name], field.type, f"{prefix}{name}", where)
        elif field.required:
            raise where.error(f"{prefix}{name}", "is missing", f"add `{name} = ...`")


def _check_choice(value: object, kind: inspect.LiteralType, key: str, where: Where) -> None:
    if value not in kind.values:
        choices = [str(choice) for choice in kind.values]
        close = nearest(str(value), choices)
        remedy = f"did you mean {close[0]!r}?" if close else "choose one of " + ", ".join(choices)
        raise where.error(key, f"{value!r} is not a choice", remedy)


def _check_leaf(value: object, kind: inspect.Type, key: str, where: Where) -> None:
    types, wanted = _LEAVES[type(kind)]
    is_bool = isinstance(value, bool)
    if not isinstance(value, types) or (is_bool and bool not in types):
        raise where.error(key, f"{value!r} is not {wanted}", f"write {wanted}")
