"""Where the keys of a TOML file stand, by line: tomllib tells what a file says, not where."""

from __future__ import annotations

import re

_HEADER = re.compile(r"^\s*(\[\[|\[)\s*([^\]]+?)\s*\]")
_KEY = re.compile(r"^\s*([A-Za-z0-9_.\"'-]+?)\s*=")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"|\'[^\']*\'')
_LAST_PART = re.compile(r"(\.[^.\[]+|\[\d+\])$")


def key_lines(text: str) -> dict[str, int]:
    """Lines of keys and tables, by paths as messages write them: `power.run[2].typical_a`.

    What stands within an array or an inline table has the line of the key that it belongs to.
    """
    found: dict[str, int] = {}
    counts: dict[str, int] = {}
    table, depth = "", 0
    for number, line in enumerate(text.splitlines(), start=1):
        plain = _QUOTED.sub('""', line).partition("#")[0]
        if depth == 0:
            if header := _HEADER.match(plain):
                table = _entered(header[2], counts, is_array=header[1] == "[[")
                found.setdefault(table, number)
                continue
            if key := _KEY.match(line):
                path = key[1].strip("\"'")
                found.setdefault(f"{table}.{path}" if table else path, number)
        depth = max(
            0, depth + sum(plain.count(c) for c in "[{") - sum(plain.count(c) for c in "]}")
        )
    return found


def _entered(header: str, counts: dict[str, int], *, is_array: bool) -> str:
    """The path of a table: names in it that are arrays stand for their last entry."""
    path = ""
    names = [name.strip().strip("\"'") for name in header.split(".")]
    for index, name in enumerate(names):
        path = f"{path}.{name}" if path else name
        if index == len(names) - 1 and is_array:
            counts[path] = counts.get(path, -1) + 1
        if path in counts:
            path = f"{path}[{counts[path]}]"
    return path


def line_of(key: str, lines: dict[str, int]) -> int | None:
    """The line of a key, or of the nearest table around it; None where none is known."""
    while key:
        for path in (key, f"{key}[0]"):
            if path in lines:
                return lines[path]
        shorter = _LAST_PART.sub("", key)
        key = shorter if shorter != key else ""
    return None
