"""Vector instructions and low-overhead loops, which Capstone 5 does not decode.

The native core decodes them for execution; what it knows of an encoding is here made into an
`Instruction`. Its vector registers are those of the FPU: Q0 is S0 to S3.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mcusim import _native
from mcusim.timing.instruction import LR, NO_REGISTER, PC, Instruction, Kind
from mcusim.timing.thumb import decode as decode_scalar

_KINDS = {
    "gather": Kind.FPU,
    "loop": Kind.BRANCH,
    "select": Kind.ALU,
    "long shift": Kind.MULTIPLY,
    "clear": Kind.ALU,
    "context": Kind.ALU,
}
_WITHOUT_FPU = ("select", "long shift", "clear", "context")
_SCALAR_LOOPS = ("le", "dls", "wls", "bf")
"""Low-overhead branches without tail predication, which leave FPSCR alone."""
_LOADS = ("load", "gather", "interleaved load")
_STORES = ("store", "scatter", "interleaved store")
_HALVES = {"half": Kind.FPU, "half load": Kind.VECTOR_LOAD, "half store": Kind.VECTOR_STORE}
"""Scalar instructions of half precision, by unit; their loads and stores tell addresses as vector
ones do."""
_ACCUMULATES = re.compile(r"^v(n?ml|fn?m)[as]$|^vins$")


@lru_cache(maxsize=65536)
def decode(encoding: bytes) -> tuple[Instruction, str]:
    """Decodes one instruction; the second value is its unit, empty for a scalar one."""
    found = None
    if len(encoding) == 4:
        first, second = (int.from_bytes(encoding[k : k + 2], "little") for k in (0, 2))
        found = _native.vector_instruction(first << 16 | second)
    if found is None:
        return decode_scalar(encoding), ""
    name, unit, fields = found
    if unit in _HALVES:
        return _half(name, unit, fields), ""
    if name == "vdup":
        unit = "integer"  # fills a vector (LLVM: one in two cycles), unlike the moves of a lane
    return _describe(name, unit, fields), unit


def _describe(name: str, unit: str, fields: dict[str, int]) -> Instruction:
    if unit == "loop":
        return _loop(name, fields)
    vectors = unit not in _WITHOUT_FPU
    reads, writes = _core_registers(unit, fields)
    fpu_reads, fpu_writes = _vector_registers(unit, fields)
    return Instruction(
        4, name, _KINDS.get(unit, _kind(unit)), reads=reads, writes=writes, touches_fpu=vectors,
        fpu_reads=fpu_reads, fpu_writes=fpu_writes,
    )  # fmt: skip


def _half(name: str, unit: str, fields: dict[str, int]) -> Instruction:
    """A scalar one; `d`, `n`, `m` with `x`, `y`, `q` below them are numbers of S registers."""
    registers = {
        key: 1 << (fields[key] << 1 | fields[low])
        for key, low in (("d", "x"), ("n", "y"), ("m", "q"))
        if key in fields and low in fields
    }
    written = registers.pop("d", 0)
    read = sum(set(registers.values()))
    core = fields.get("k", NO_REGISTER)
    if unit == "half store" or name == "vcmp":
        read, written = read | written, 0
    elif _ACCUMULATES.match(name) or "o" in fields:
        read |= written
    to_core = core != NO_REGISTER and fields.get("t") == 1
    if core != NO_REGISTER:
        read, written = (read, 0) if to_core else (0, read)
    base = 1 << fields["s"] if fields.get("s", PC) != PC else 0
    core_bit = 0 if core == NO_REGISTER else 1 << core
    return Instruction(
        4, f"{name}.f16", _HALVES[unit], reads=base | (0 if to_core else core_bit),
        writes=core_bit if to_core else 0, touches_fpu=True, fpu_reads=read, fpu_writes=written,
    )  # fmt: skip


def _kind(unit: str) -> Kind:
    return (
        Kind.VECTOR_LOAD if unit in _LOADS else Kind.VECTOR_STORE if unit in _STORES else Kind.FPU
    )


def _loop(name: str, fields: dict[str, int]) -> Instruction:
    ends = name in ("le", "letp")
    branches = ends or name.startswith("wls")
    offset = (fields["i"] << 1 | fields["j"]) << 1 if branches else None
    register = fields.get("k", NO_REGISTER)
    return Instruction(
        4, name, Kind.BRANCH if branches else Kind.SYSTEM,
        reads=1 << LR if ends else 1 << register if register != NO_REGISTER else 0,
        writes=0 if name in ("bf", "lctp") else 1 << LR,
        conditional=branches, touches_fpu=name not in _SCALAR_LOOPS,
        branch_offset=None if offset is None else 4 - offset if ends else 4 + offset,
    )  # fmt: skip


def _cleared(fields: dict[str, int]) -> int:
    """Core registers of CLRM's list."""
    return fields.get("l", 0) & 0x5FFF


def _core_registers(unit: str, fields: dict[str, int]) -> tuple[int, int]:
    """Core registers read and written, a bit each."""
    single = sum(1 << fields[key] for key in ("k", "s", "t") if fields.get(key, 15) != 15)
    if unit == "across":
        low, high = 1 << 2 * fields.get("d", 0), 1 << 2 * fields.get("h", 0) + 1
        pair = low | (high if "h" in fields else 0) if "t" not in fields else 1 << fields["t"]
        return pair, pair
    if unit == "long shift":
        pair = 1 << fields["k"] if "k" in fields else 1 << 2 * fields["l"] | 2 << 2 * fields["h"]
        return pair | (1 << fields["r"] if "r" in fields else 0), pair
    if unit == "clear":
        return 0, _cleared(fields)
    if unit == "select":
        sources = sum(1 << r for r in {fields["n"], fields["m"]} if r != 15)
        return sources, 1 << fields["k"]
    if unit in (*_LOADS, *_STORES):
        return single, single if fields.get("w") else 0
    return single, single if unit in ("move", "context") else 0


def _vector_registers(unit: str, fields: dict[str, int]) -> tuple[int, int]:
    """Single-precision registers read and written, a bit each."""
    sources = sum(0xF << 4 * number for number in {fields.get("n", 8), fields.get("m", 8)} - {8})
    destination = 0xF << 4 * fields["d"] if "d" in fields and unit != "across" else 0
    if unit in _STORES:
        return sources | destination, 0
    return sources, destination
