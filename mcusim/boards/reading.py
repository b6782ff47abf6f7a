"""From a TOML file to a record of the schema, with mistakes that name file, key and remedy."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import msgspec
from msgspec import inspect

from mcusim.boards.hints import meant, nearest, unknown_key
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
class Mistake:
    """One thing wrong in a file, and what to do."""

    path: Path
    key: str
    problem: str
    remedy: str

    def __str__(self) -> str:
        return f"{shown(self.path)}: {self.key}: {self.problem}; {self.remedy}"


@dataclass(frozen=True, slots=True)
class Where:
    """The file that is being read or checked, and the mistakes found in it so far."""

    path: Path
    mistakes: list[Mistake] = field(default_factory=list)

    def report(self, key: str, problem: str, remedy: str) -> None:
        """Notes a mistake."""
        self.mistakes.append(Mistake(self.path, key, problem, remedy))

    def insist(self) -> None:
        """Raises BoardError with the first mistake, if there is one."""
        if self.mistakes:
            raise BoardError(str(self.mistakes[0]))


def read_record(path: Path, record: type[T]) -> T:
    """The file as a record of the schema: every key known, every type right."""
    where = Where(path)
    data = parse(where)
    check_schema(data, record, where)
    where.insist()
    try:
        return msgspec.convert(data, record)
    except msgspec.ValidationError as error:
        raise BoardError(f"{shown(path)}: {error}") from None


def keys_of(path: Path) -> set[str]:
    """Top-level keys of a TOML file."""
    return set(parse(Where(path)))


def parse(where: Where) -> dict[str, Any]:
    """The file as TOML has it.

    Raises:
        BoardError: for a file that can't be read or isn't TOML.
    """
    try:
        return tomllib.loads(where.path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise BoardError(f"{shown(where.path)}: not valid TOML: {error}") from None
    except UnicodeDecodeError as error:
        raise BoardError(f"{shown(where.path)}: not UTF-8 text: {error.reason}") from None
    except OSError as error:
        raise BoardError(f"{shown(where.path)}: can't be read: {error.strerror}") from None


def check_schema(data: dict[str, Any], record: type[T], where: Where) -> None:
    """Reports each key that the schema does not know or misses, and each value of a wrong type."""
    _check(data, inspect.type_info(record), "", where)


def _check(value: object, kind: inspect.Type, key: str, where: Where) -> None:
    """Check keys and types below `value`; msgspec alone names neither index nor near keys."""
    if isinstance(kind, inspect.UnionType):
        kind = next(t for t in kind.types if not isinstance(t, inspect.NoneType))
    if isinstance(kind, inspect.StructType):
        _check_table(value, kind, key, where)
    elif isinstance(kind, inspect.ListType):
        if not isinstance(value, list):
            where.report(key, "is not a list", "write it as a list or as [[tables]]")
            return
        for index, item in enumerate(value):
            _check(item, kind.item_type, f"{key}[{index}]", where)
    elif isinstance(kind, inspect.TupleType):
        count = len(kind.item_types)
        if not isinstance(value, list) or len(value) != count:
            where.report(key, f"is not a list of {count}", f"write {count} values in brackets")
            return
        for index, (item, item_kind) in enumerate(zip(value, kind.item_types, strict=True)):
            _check(item, item_kind, f"{key}[{index}]", where)
    elif isinstance(kind, inspect.LiteralType):
        _check_choice(value, kind, key, where)
    else:
        _check_leaf(value, kind, key, where)


def _check_table(value: object, kind: inspect.StructType, key: str, where: Where) -> None:
    if not isinstance(value, dict):
        where.report(key, "is not a table", f"start it with [{key}]")
        return
    fields = {f.encode_name: f for f in kind.fields}
    prefix = f"{key}." if key else ""
    guessed = set()
    for name, item in value.items():
        if name not in fields:
            where.report(f"{prefix}{name}", "unknown key", unknown_key(name, item, fields))
            guessed.add((meant(name, item, fields) or (name,))[0])
    for name, wanted in fields.items():
        if name in value:
            _check(value[name], wanted.type, f"{prefix}{name}", where)
        elif wanted.required and name not in guessed:
            where.report(f"{prefix}{name}", "is missing", f"add `{name} = ...`")


def _check_choice(value: object, kind: inspect.LiteralType, key: str, where: Where) -> None:
    if value not in kind.values:
        choices = [str(choice) for choice in kind.values]
        close = nearest(str(value), choices)
        remedy = f"did you mean {close[0]!r}?" if close else "choose one of " + ", ".join(choices)
        where.report(key, f"{value!r} is not a choice", remedy)


def _check_leaf(value: object, kind: inspect.Type, key: str, where: Where) -> None:
    types, wanted = _LEAVES[type(kind)]
    is_bool = isinstance(value, bool)
    if not isinstance(value, types) or (is_bool and bool not in types):
        where.report(key, f"{value!r} is not {wanted}", f"write {wanted}")
