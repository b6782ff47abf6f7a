"""Functions and objects of the firmware, by address and by name."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Literal, NamedTuple

import msgspec

from mcusim.firmware.names import demangle, without_arguments

INFERENCE_MANGLED = "_ZN6tflite16MicroInterpreter6InvokeEv"
"""`tflite::MicroInterpreter::Invoke()`."""
INFERENCE_SUFFIX = "_invoke"
"""mcusim's convention: a C function named `<model>_invoke` runs one inference."""
INFERENCE_NAMES = (
    "invoke",
    "run_inference",
    "inference",
    "ai_run",
    "stai_network_run",
    "ei_run_classifier",
    "run_classifier",
)
"""Names without argument list, in order of preference, from common runtimes and examples."""

_HEAP_START = ("__HeapBase", "__heap_start", "_end", "end", "__end__", "__bss_end__")
"""The heap's own symbols first: `end` may be followed by sections that are no heap."""
_HEAP_LIMIT = ("__HeapLimit", "__heap_limit", "__heap_end")
_STACK_TOP = ("_estack", "__StackTop", "__stack", "_stack")
_STACK_LIMIT = ("__StackLimit", "__stack_limit")
_SBRK = ("_sbrk", "sbrk")

HeapKind = Literal["grow", "allocate", "free"]
_HEAP_FUNCTIONS: dict[str, tuple[HeapKind, int]] = {
    # The C library's; newlib's inner ones take a `struct _reent *` before the size.
    "malloc": ("allocate", 0),
    "_malloc_r": ("allocate", 1),
    "free": ("free", 0),
    "_free_r": ("free", 1),
    # FreeRTOS
    "pvPortMalloc": ("allocate", 0),
    "vPortFree": ("free", 0),
    # Zephyr
    "k_malloc": ("allocate", 0),
    "k_free": ("free", 0),
    # CMSIS-RTX: the pool comes first
    "osRtxMemoryAlloc": ("allocate", 1),
    "osRtxMemoryFree": ("free", 1),
    # NuttX: the heap comes first
    "mm_malloc": ("allocate", 1),
    "mm_free": ("free", 1),
}
"""What a function does with the heap, and in which register its size or address is."""

_NEAREST_CANDIDATES = 20_000
_NEAREST_CHARACTERS = 200


class Symbol(msgspec.Struct, frozen=True, gc=False):
    """A function or an object."""

    name: str
    """As in the file: mangled for C++."""
    address: int
    """Without Thumb bit."""
    size: int
    """Bytes; for a function without a size, up to the next one."""
    kind: Literal["function", "object"]

    @property
    def end(self) -> int:
        """First address behind it."""
        return self.address + self.size

    @property
    def display(self) -> str:
        """The demangled name."""
        return demangle(self.name)


class FunctionMatch(NamedTuple):
    """What a pattern found, in order of address."""

    functions: list[Symbol]
    nearest: list[str]
    """Similar names, only when nothing matched."""


class SymbolTable:
    """All functions and objects, one name an address; aliases are found by name."""

    def __init__(
        self, functions: Sequence[Symbol], objects: Sequence[Symbol], values: dict[str, int]
    ) -> None:
        """`functions` and `objects` by rising address, preferred alias first; `values` of all."""
        self.functions = _one_per_address(functions)
        self.objects = _one_per_address(objects)
        self._all_functions = functions
        self._values = values
        self._function_starts = [f.address for f in self.functions]
        self._object_starts = [o.address for o in self.objects]

    @classmethod
    def empty(cls) -> SymbolTable:
        """Return the table of a file without symbols."""
        return cls((), (), {})

    def beside(self, other: SymbolTable) -> SymbolTable:
        """Return the symbols of both; of one name, this table's value."""

        def by_address(symbols: Iterable[Symbol]) -> list[Symbol]:
            return sorted(symbols, key=lambda symbol: symbol.address)

        return SymbolTable(
            by_address((*self._all_functions, *other._all_functions)),
            by_address((*self.objects, *other.objects)),
            {**other._values, **self._values},
        )

    def function_at(self, address: int) -> Symbol | None:
        """Return the function that covers an address."""
        return _covering(self.functions, self._function_starts, address)

    def object_at(self, address: int) -> Symbol | None:
        """Return the object (variable or constant) that covers an address."""
        return _covering(self.objects, self._object_starts, address)

    def symbol_at(self, address: int) -> tuple[str, int] | None:
        """Return the demangled name of the function at an address and the offset in bytes."""
        function = self.function_at(address)
        return None if function is None else (function.display, address - function.address)

    def functions_starting_at(self, address: int) -> list[str]:
        """Return all names of the functions that start exactly there, demangled."""
        return [f.display for f in self._all_functions if f.address == address]

    def has_function_at(self, address: int) -> bool:
        """Return whether a function starts exactly there."""
        function = self.function_at(address)
        return function is not None and function.address == address

    def value(self, *names: str) -> int | None:
        """Return the value of the first of these symbols that exists (linker symbols too)."""
        return next((self._values[name] for name in names if name in self._values), None)

    @property
    def heap_start(self) -> int | None:
        """First address behind the static data, where the heap starts."""
        return self.value(*_HEAP_START)

    @property
    def heap_limit(self) -> int | None:
        """First address that the linker script keeps from the heap."""
        return self.value(*_HEAP_LIMIT)

    @property
    def stack_top(self) -> int | None:
        """Where the main stack starts downwards."""
        return self.value(*_STACK_TOP)

    @property
    def stack_limit(self) -> int | None:
        """Lowest address that the linker script leaves to the main stack."""
        return self.value(*_STACK_LIMIT)

    @property
    def sbrk(self) -> Symbol | None:
        """The function with which the C library grows the heap."""
        return next((f for name in _SBRK if (f := self._by_name.get(name))), None)

    @property
    def heap_functions(self) -> list[tuple[Symbol, HeapKind, int]]:
        """Functions that take or give back memory, and the register of the size or address."""
        grow: list[tuple[Symbol, HeapKind, int]] = [(self.sbrk, "grow", 0)] if self.sbrk else []
        return grow + [
            (function, kind, argument)
            for name, (kind, argument) in _HEAP_FUNCTIONS.items()
            if (function := self._by_name.get(name))
        ]

    @cached_property
    def _by_name(self) -> dict[str, Symbol]:
        # Backwards, so that of several static functions of one name the first address wins.
        return {f.name: f for f in reversed(self._all_functions)}

    def match_functions(self, pattern: str) -> FunctionMatch:
        """Find functions by name; the first way that finds any decides.

        In order: exact mangled name, exact demangled name, demangled name without argument list,
        prefix of either name. A pattern with `*` is a glob over both names instead.
        """
        pattern = pattern.strip()
        exact = [f for f in self._all_functions if f.name == pattern]
        found = exact or (self._glob(pattern) if "*" in pattern else self._by_display(pattern))
        if found:
            return FunctionMatch(list(_one_per_address(found)), [])
        return FunctionMatch([], self._nearest(pattern))

    def _glob(self, pattern: str) -> list[Symbol]:
        matches = re.compile(".*".join(map(re.escape, pattern.split("*")))).fullmatch
        return [f for f in self._all_functions if matches(f.name) or matches(f.display)]

    def _by_display(self, pattern: str) -> list[Symbol]:
        if not pattern:
            return []
        everything = self._all_functions
        return (
            [f for f in everything if f.display == pattern]
            or [f for f in everything if without_arguments(f.display) == pattern]
            or [f for f in everything if f.name.startswith(pattern)
                or f.display.startswith(pattern)]
        )  # fmt: skip

    def _nearest(self, pattern: str) -> list[str]:
        import difflib  # only on the way to an error message

        names = {without_arguments(f.display) for f in self.functions[:_NEAREST_CANDIDATES]}
        short = sorted(name for name in names if len(name) <= _NEAREST_CHARACTERS)
        return difflib.get_close_matches(pattern[:_NEAREST_CHARACTERS], short, n=3, cutoff=0.5)

    def find_inference_function(self) -> Symbol | None:
        """Return the function that runs one inference, or None.

        `tflite::MicroInterpreter::Invoke()`, else the first C function named `*_invoke`, else the
        first of `INFERENCE_NAMES`.
        """
        if tflite := self._by_name.get(INFERENCE_MANGLED):
            return tflite
        for function in self._all_functions:
            if function.name.endswith(INFERENCE_SUFFIX) and not function.name.startswith("_"):
                return function
        for name in INFERENCE_NAMES:
            # The mangled name contains the plain one: few names are demangled.
            for function in self._all_functions:
                if name in function.name and without_arguments(function.display) == name:
                    return function
        return None


def _one_per_address(symbols: Iterable[Symbol]) -> tuple[Symbol, ...]:
    """Keep the first name of each address, with the largest size that any alias gives."""
    chosen: dict[int, Symbol] = {}
    for symbol in symbols:
        first = chosen.setdefault(symbol.address, symbol)
        if symbol.size > first.size:
            chosen[symbol.address] = Symbol(first.name, first.address, symbol.size, first.kind)
    return tuple(chosen.values())


def _covering(symbols: Sequence[Symbol], starts: list[int], address: int) -> Symbol | None:
    index = bisect_right(starts, address) - 1
    if index < 0:
        return None
    symbol = symbols[index]
    inside = address < symbol.end or address == symbol.address
    return symbol if inside else None
