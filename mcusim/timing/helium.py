"""Vector instructions and low-overhead loops, which Capstone 5 does not decode.

The native core decodes them for execution; what it knows of an encoding is here made into an
`Instruction`. Its vector registers are those of the FPU: Q0 is S0 to S3.
"""

from __future__ import annotations

from functools import lru_cache

from mcusim import _native
from mcusim.timing.instruction import LR, NO_REGISTER, Instruction, Kind
from mcusim.timing.thumb import decode as decode_scalar

_KINDS = {
    "gather": Kind.FPU,
    "loop": Kind.BRANCH,
    "select": Kind.ALU,
    "long shift": Kind.MULTIPLY,
}
_WITHOUT_FPU = ("select", "long shift")
_SCALAR_LOOPS = ("le", "dls", "wls", "bf")
"""Low-overhead branches without tail predication, which leave FPSCR alone."""
_LOADS = ("load", "gather", "interleaved load")
_STORES = ("store", "scatter", "interleaved store")


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
    if unit == "select":
        sources = sum(1 << r for r in {fields["n"], fields["m"]} if r != 15)
        return sources, 1 << fields["k"]
    if unit in (*_LOADS, *_STORES):
        return single, single if fields.get("w") else 0
    return single, single if unit == "move" else 0


def _vector_registers(unit: str, fields: dict[str, int]) -> tuple[int, int]:
    """Single-precision registers read and written, a bit each."""
    sources = sum(0xF << 4 * number for number in {fields.get("n", 8), fields.get("m", 8)} - {8})
    destination = 0xF << 4 * fields["d"] if "d" in fields and unit != "across" else 0
    if unit in _STORES:
        return sources | destination, 0
    return sources, destination
