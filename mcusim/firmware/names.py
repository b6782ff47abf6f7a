"""Names out of a firmware file: cleaned for the terminal, and demangled."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from functools import cache, lru_cache

MAX_DEMANGLE_CHARACTERS = 4096
"""Longer mangled names are shown as they are: a short name can describe a huge one."""


def clean(name: bytes | str) -> str:
    """Return a name as one line of printable text; other characters become `?`.

    Names come from untrusted files and end in messages and reports, where an escape sequence or a
    line break would let the file write to the user's terminal.
    """
    text = name.decode("utf-8", "replace") if isinstance(name, bytes) else name
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else "?" for c in text)


def hex32(address: int) -> str:
    """Return an address the way all messages write it, for example `0x08000000`."""
    return f"0x{address:08X}"


def span(address: int, size: int) -> str:
    """Return an address range with its last byte, for example `0x08000000..0x08003B5F`."""
    return f"{hex32(address)}..{hex32(address + max(size, 1) - 1)}"


@lru_cache(maxsize=65536)
def demangle(name: str) -> str:
    """Return the C++ form of a mangled name; any other name unchanged.

    Without the native module, mangled names stay mangled.
    """
    if not name.startswith("_Z") or len(name) > MAX_DEMANGLE_CHARACTERS:
        return name
    try:
        return clean(_demangler()(name)) or name
    except (ValueError, RuntimeError):
        return name


@cache
def _demangler() -> Callable[[str], str]:
    # Imported when the first C++ name is met: C firmware never pays for it.
    try:
        function: Callable[[str], str] = importlib.import_module("mcusim._native").demangle
    except (ImportError, AttributeError):
        return str
    return function


def without_arguments(name: str) -> str:
    """Return a demangled name up to its argument list: `a::f(int) const` gives `a::f`."""
    text = name.split(" [clone ", 1)[0].rstrip()
    for qualifier in (" const", " volatile", "&&", "&"):
        text = text.removesuffix(qualifier).rstrip()
    if not text.endswith(")"):
        return text
    depth = 0
    for position in range(len(text) - 1, -1, -1):
        depth += {")": 1, "(": -1}.get(text[position], 0)
        if depth == 0:
            # `operator()` alone ends in a pair that belongs to the name.
            is_name = text[:position].endswith("operator") and position == len(text) - 2
            return text if is_name else text[:position]
    return text
