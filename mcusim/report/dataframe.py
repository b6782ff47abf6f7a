"""Tables of a result as pandas DataFrames; pandas is optional."""

from __future__ import annotations

from typing import Any

import msgspec

from mcusim.errors import UsageError
from mcusim.result import Result

TABLES = ("regions", "functions")
_LISTS = ("activity", "spans", "spans_s")


def to_dataframe(result: Result, table: str = "regions") -> Any:
    """One row a region or function, one column a figure (the unit is in the column's name)."""
    if table not in TABLES:
        raise UsageError(f"no table {table!r}; there are {' and '.join(TABLES)}")
    try:
        import pandas
    except ImportError as error:
        raise UsageError("to_dataframe needs pandas; 'pip install pandas' adds it") from error
    rows = [_flat(row) for row in getattr(result, table)]
    return pandas.DataFrame(rows)


def _flat(row: msgspec.Struct) -> dict[str, Any]:
    """Scalars of a row, then its activity as columns `activity_<name>`."""
    fields = msgspec.to_builtins(row)
    flat = {name: value for name, value in fields.items() if name not in _LISTS}
    flat |= {f"activity_{name}": count for name, count in fields.get("activity", {}).items()}
    return flat
