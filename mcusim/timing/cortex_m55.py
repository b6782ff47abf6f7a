"""Timing of the Cortex-M55 with Helium: cycles of a basic block at zero wait states.

Arm publishes no table of cycles for this core. Sources, by the name used in the comments below:

- LLVM: its schedule for the core, llvm/lib/Target/ARM/ARMScheduleM55.td (LLVM 19), as llvm-mca
  shows it;
- SLOTHY: slothy/targets/arm_v81m/cortex_m55r1.py (slothy-optimizer/slothy, commit ede5131d), made
  for optimising on the silicon;
- M33: the Cortex-M33's number (mcusim/timing/cortex_m33.py), assumed where both are silent.

Instructions issue in order, one a cycle; some pairs of 16-bit ones issue together (LLVM). A vector
instruction occupies its unit for two cycles, two beats each, and one for another unit may begin a
cycle behind it (SLOTHY; LLVM's throughput of two). A block starts with all results ready and all
units free. Wait states, data addresses, operand values and conditions are the native core's part.
Not modelled: what one block leaves over for the next; a store followed by a load of the same bank
two cycles later (SLOTHY's ST-LD hazard).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from mcusim.timing.block_facts import block_record, conditional_instructions_left
from mcusim.timing.helium import decode
from mcusim.timing.instruction import Instruction, Kind
from mcusim.timing.record import pack
from mcusim.timing.thumb import split

CPU = "cortex-m55"

TAKEN = 1
"""M33: cycles of a taken branch beyond its own."""
LOADED_TARGET = 3
"""M33: of a jump to a loaded address beyond the loads."""
LOOP_START = 1
"""Cycles of DLS or WLS beyond its own: what the first LE takes as a branch that the loop cache does
not know yet. From the second turn on, LE takes none (LLVM's model of the Cortex-M85: LE has no
micro-operation)."""
FAST_DIVIDE_CYCLES = 6
"""M33: assumed where operands are not looked at (`--fidelity fast`)."""
VECTOR_CYCLES = 2
"""LLVM, SLOTHY: of a vector instruction in its unit: four beats, two a cycle."""

_UNITS = {
    "integer": "integer", "across": "multiply", "multiply": "multiply", "float": "multiply",
    "load": "memory", "gather": "memory", "interleaved load": "memory",
    "store": "memory", "scatter": "memory", "interleaved store": "memory",
}  # fmt: skip
"""SLOTHY: VEC_MUL and VEC_FPU are one unit, LOAD and STORE another."""
_UNIT_LATENCY = {
    "integer": 1, "multiply": 2, "across": 2, "float": 2, "load": 1, "gather": 6,
    "interleaved load": 2, "store": 1, "scatter": 5, "interleaved store": 1, "predicate": 1,
    "move": 1, "select": 1, "long shift": 2, "loop": 1,
    "clear": 1, "context": 1,
}  # fmt: skip
"""LLVM; VLD2 and VLD4: SLOTHY."""
_NARROWING = re.compile(r"^v(q)?r?shru?n|^vq?movu?n")
_LATE_EXTREME = re.compile(r"^v(max|min)a?v$")
_SLOW_SHIFT = re.compile(r"^v(qr?shlu?|rshl|rshr)$")
_VECTOR_MEMORY = {"gather": 4, "scatter": 4}
"""Cycles in the unit: one for each word of a gather or scatter, assumed."""
_PAIRED = re.compile(r"^(add|sub|mov|adds|subs|movs|sxtb|sxth|uxtb|uxth|nop|it)$")
"""LLVM: 16-bit instructions with a throughput of two a cycle."""
_TWO_CYCLE_ALU = re.compile(
    r"^([su]xta|ubfx|sbfx|[su]?q?h?(add|sub)(8|16)|q(d)?(add|sub)|pkh|[su]sat|usad)"
)
_LONG_FPU = {
    "vdiv": 16, "vsqrt": 16, "vmla": 4, "vmls": 4, "vnmla": 4, "vnmls": 4,
}  # fmt: skip
"""LLVM: of single precision; the multiply and adds in two roundings."""
_LONG_DOUBLE = {"vadd": 15, "vsub": 15, "vmul": 21, "vfma": 24, "vfms": 24, "vdiv": 30, "vsqrt": 30}


@dataclass(slots=True)
class _Pipeline:
    """What the next instruction has to know of the ones before it."""

    cycles: int = 0
    ready: dict[int, int] = field(default_factory=dict)
    """Cycle from which a core register can be read."""
    fpu_ready: list[tuple[int, int]] = field(default_factory=list)
    """(registers, cycle) of results in vector and floating-point registers."""
    unit_free: dict[str, int] = field(default_factory=dict)
    previous: Instruction | None = None
    previous_paired: bool = False
    conditional_left: int = 0
    packed: list[bytes] = field(default_factory=list)


def time_block(address: int, code: bytes, it_state: int, accurate: bool) -> dict[str, Any]:
    """Times the basic block `code` at `address`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        it_state: ITSTATE on entry (a block may begin inside an IT block), 0 outside.
        accurate: whether the run will report conditions and operands.

    Returns:
        The keyword arguments of `mcusim._native.Block`.
    """
    pipeline = _Pipeline(conditional_left=conditional_instructions_left(it_state))
    decoded = [decode(encoding) for encoding in split(code)]
    offset = taken = 0
    conditional = False
    for instruction, unit in decoded:
        conditional = pipeline.conditional_left > 0
        taken = _issue(pipeline, instruction, unit, address + offset, offset, accurate)
        offset += instruction.size
    instructions = [instruction for instruction, _ in decoded]
    skippable = conditional or instructions[-1].conditional
    return block_record(
        address, code, instructions, cycles=pipeline.cycles, packed=pipeline.packed,
        taken_cycles=taken if skippable else 0,
    )  # fmt: skip


def _issue(
    pipeline: _Pipeline, instruction: Instruction, unit: str, address: int, offset: int,
    accurate: bool,
) -> int:  # fmt: skip
    """Times one instruction; returns what it takes more when it changes the PC."""
    conditional = pipeline.conditional_left > 0
    start = _start(pipeline, instruction, unit)
    pairs = start == pipeline.cycles and _pairs(pipeline, instruction)
    cycles = 0 if pairs else _cycles(instruction, unit)
    if not accurate and instruction.kind in (Kind.DIVIDE_UNSIGNED, Kind.DIVIDE_SIGNED):
        cycles = FAST_DIVIDE_CYCLES
    taken = _taken(instruction, unit)
    if not conditional and not instruction.conditional:
        cycles += taken
    # An instruction whose condition fails takes one cycle; the rest is added when it executes.
    extra = cycles - 1 if conditional and cycles > 1 else 0
    pipeline.packed.append(pack(instruction, address, offset, pipeline.cycles, extra))
    pipeline.cycles = start + cycles - extra
    _write_results(pipeline, instruction, unit, start, start + cycles)
    pipeline.previous, pipeline.previous_paired = instruction, pairs
    pipeline.conditional_left = max(0, pipeline.conditional_left - 1) + instruction.it_length
    return taken


def _start(pipeline: _Pipeline, instruction: Instruction, unit: str) -> int:
    """Cycle at which all that the instruction reads is there, and its unit free."""
    start = pipeline.cycles
    for register, cycle in pipeline.ready.items():
        if instruction.reads >> register & 1:
            start = max(start, cycle)
    for registers, cycle in pipeline.fpu_ready:
        if instruction.fpu_reads & registers:
            start = max(start, cycle)
    return max(start, pipeline.unit_free.get(_UNITS.get(unit, ""), 0))


def _pairs(pipeline: _Pipeline, instruction: Instruction) -> bool:
    previous = pipeline.previous
    return (
        previous is not None
        and not pipeline.previous_paired
        and previous.size == instruction.size == 2
        and _PAIRED.match(previous.mnemonic) is not None
        and _PAIRED.match(instruction.mnemonic) is not None
        and not previous.writes & (instruction.reads | instruction.writes)
    )


def _cycles(instruction: Instruction, unit: str) -> int:
    if unit == "loop":
        return 0 if instruction.mnemonic in ("le", "letp") else 1
    if unit in _VECTOR_MEMORY:
        return _VECTOR_MEMORY[unit]
    if unit:
        return 1
    match instruction.kind:
        case Kind.LOAD_MULTIPLE | Kind.STORE_MULTIPLE:
            # 64 bits a cycle over the memory interface are assumed to serve LDRD and VLDR.64 only.
            return max(1, instruction.count - 1) if instruction.count == 2 else instruction.count
        case Kind.BARRIER:
            return 2 if instruction.mnemonic == "isb" else 1  # M33
        case Kind.SYSTEM if instruction.mnemonic in ("mrs", "msr", "cpsid", "cpsie"):
            return 2  # M33
        case _:
            return 1


def _taken(instruction: Instruction, unit: str) -> int:
    if unit == "loop":
        starts = instruction.mnemonic.startswith(("dls", "wls"))
        return LOOP_START if starts else 0
    if instruction.loads_pc or instruction.kind is Kind.BRANCH_TABLE:
        return LOADED_TARGET
    return TAKEN if instruction.kind in (Kind.BRANCH, Kind.BRANCH_REGISTER) else 0


def _write_results(
    pipeline: _Pipeline, instruction: Instruction, unit: str, start: int, end: int
) -> None:
    latency = _latency(instruction, unit)
    for register in range(15):
        if instruction.writes >> register & 1:
            moves_base = instruction.writeback and register == instruction.base
            memory = unit in ("load", "store", "gather", "scatter") or moves_base
            pipeline.ready[register] = start + 1 if memory else max(end, start + latency)
    written = instruction.fpu_writes
    kept = [(r & ~written, c) for r, c in pipeline.fpu_ready if r & ~written]
    pipeline.fpu_ready = [*kept, (written, start + latency)] if written else kept
    if unit in _UNITS:
        pipeline.unit_free[_UNITS[unit]] = start + _VECTOR_MEMORY.get(unit, VECTOR_CYCLES)


def _latency(instruction: Instruction, unit: str) -> int:
    """Cycles until a result can be read."""
    name = instruction.mnemonic
    if unit:
        if _NARROWING.match(name):
            return 3
        if _LATE_EXTREME.match(name):
            return 4
        return 2 if _SLOW_SHIFT.match(name) else _UNIT_LATENCY[unit]
    match instruction.kind:
        case Kind.LOAD | Kind.LOAD_MULTIPLE | Kind.LOAD_EXCLUSIVE | Kind.MULTIPLY:
            return 2
        case Kind.FPU:
            base = name.split(".")[0]
            table = _LONG_DOUBLE if name.endswith("f64") else _LONG_FPU
            return table.get(base, 1 if base in ("vmov", "vcmp", "vmrs") else 2)
        case Kind.ALU if instruction.shifted or _TWO_CYCLE_ALU.match(name):
            return 2
        case _:
            return 1
