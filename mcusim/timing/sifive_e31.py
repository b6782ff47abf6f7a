"""Timing of the SiFive E31 of the FE310-G002: cycles of a basic block at zero wait states.

Manual: SiFive FE310-G002 Manual v1p5, chapter 3 "E31 RISC-V Core". Its pipeline of five stages
issues one instruction a cycle, in order; results that are not there yet hold up the first
instruction that reads or overwrites them (3.3). Branches are predicted by the native core
(native/rocket_predictor.hpp).

Where the manual is silent, the generator that the core comes from says more: rocket-chip 8aa4a19a1,
rocket/Frontend.scala, RocketCore.scala and DCache.scala. A result under way when a block ends isn't
waited for in the next one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from mcusim.timing.block_facts import fetch_words
from mcusim.timing.instruction import Kind
from mcusim.timing.record import BlockFlag, BranchKind
from mcusim.timing.riscv.block import block_flags, block_record
from mcusim.timing.riscv.decode import decode, split
from mcusim.timing.riscv.instruction import RA, Instruction

CPU = "sifive-e31"

LATENCY_WORD, LATENCY_PART, LATENCY_CSR, LATENCY_MULTIPLY = 2, 3, 3, 5
"""Cycles from an instruction's start to that of one that reads its result (manual, 3.3)."""
LATENCY_ATOMIC = 3
"""Of an AMO: assumed, as of the loads that take longer."""
MULTIPLY_BUSY = 5
"""The multiplier blocks until its operation completes (3.3)."""
FLUSH = 5
"""A CSR write flushes the pipeline (3.3); MRET and FENCE.I, assumed, do it as well."""
STORE_CONFLICT = 5
"""A load from an address that is still in the store pipeline (3.4)."""
STORE_STAGES = 2
"""Cycles from a store's start to the first in which it can be written: DCache.scala, pstore1."""
MISPREDICTED = 3
"""A wrong prediction (3.2)."""
FETCH_BYTES = 4
"""The fetch unit takes an aligned word a cycle: Frontend.scala, fetchBytes of a core with RVC."""
FAST_DIVIDE_CYCLES = 17
"""Assumed where operands are not looked at (`--fidelity fast`); the manual has 2 to 33."""
_PARTS = ("lb", "lh", "lbu", "lhu")
_FLUSHES = ("mret", "fence.i")
_LINKS = (RA, 5)
"""Registers whose jumps call and return: ra and t0 (Frontend.scala, rviCall and rviReturn)."""


@dataclass(slots=True)
class _Store:
    """A store that a load may meet in the store pipeline."""

    started: int
    base: int
    first: int
    end: int


@dataclass(slots=True)
class _Pipeline:
    """What is under way: when results are there, what the store pipeline holds."""

    now: int = 0
    ready: list[int] = field(default_factory=lambda: [0] * 32)
    multiplier_free: int = 0
    stores: list[_Store] = field(default_factory=list)
    loads: set[int] = field(default_factory=set)


def time_block(address: int, code: bytes, it_state: int, accurate: bool) -> dict[str, Any]:
    """Times the basic block `code` at `address`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        it_state: always 0, as RISC-V has no such state.
        accurate: whether the run will report operands; else, divides take an assumed time.

    Returns:
        The keyword arguments of `mcusim._native.Block`.
    """
    instructions = [decode(encoding) for encoding in split(code)]
    pipeline = _Pipeline()
    cycles = [_issue(pipeline, instruction, accurate) for instruction in instructions]
    branch = branch_kind(instructions[-1])
    open_end = BlockFlag.OPEN_END if branch else BlockFlag(0)
    return block_record(
        address, code, instructions, cycles,
        target_penalty=_misaligned_target(address, instructions[0]),
        feels_target_penalty=True,
        flags=block_flags(instructions) | open_end,
        mispredict_cycles=MISPREDICTED if branch else 0,
        branch=branch,
        late_cycles=_late_cycles(address, code, pipeline.now) if branch else 0,
    )  # fmt: skip


def branch_kind(last: Instruction) -> BranchKind:
    """What the last instruction of a block is to the branch predictor."""
    if last.kind is Kind.BRANCH:
        if last.conditional:
            return BranchKind.CONDITIONAL
        return BranchKind.CALL if last.rd in _LINKS else BranchKind.JUMP
    if last.kind is not Kind.BRANCH_REGISTER:
        return BranchKind.NONE
    if last.rd in _LINKS:
        return BranchKind.INDIRECT_CALL
    return BranchKind.RETURN if last.rs1 in _LINKS else BranchKind.INDIRECT


def _issue(pipeline: _Pipeline, instruction: Instruction, accurate: bool) -> int:
    """Cycles that the instruction takes, waits for results among them."""
    begun = pipeline.now
    start = _start(pipeline, instruction)
    taken = 1
    match instruction.kind:
        case Kind.LOAD:
            if _meets_store(pipeline, instruction, start):
                start += STORE_CONFLICT
            pipeline.loads.add(start)
            latency = LATENCY_PART if instruction.mnemonic in _PARTS else LATENCY_WORD
        case Kind.LOAD_EXCLUSIVE | Kind.STORE_EXCLUSIVE:
            latency = LATENCY_ATOMIC
        case Kind.MULTIPLY:
            latency = LATENCY_MULTIPLY
            pipeline.multiplier_free = start + MULTIPLY_BUSY
        case Kind.SYSTEM if instruction.csr is not None:
            latency = LATENCY_CSR
            taken += FLUSH if _writes_csr(instruction) else 0
        case Kind.DIVIDE_SIGNED | Kind.DIVIDE_UNSIGNED if not accurate:
            taken = latency = FAST_DIVIDE_CYCLES
        case _:
            latency = 1
            taken += FLUSH if instruction.mnemonic in _FLUSHES else 0
    _take_result(pipeline, instruction, start + latency)
    if instruction.kind is Kind.STORE:
        first = instruction.displacement
        end = first + instruction.access_bytes
        pipeline.stores.append(_Store(start, instruction.base, first, end))
    pipeline.now = start + taken
    return pipeline.now - begun


def _start(pipeline: _Pipeline, instruction: Instruction) -> int:
    start = pipeline.now
    registers = instruction.reads | instruction.writes
    while registers:
        lowest = registers & -registers
        start = max(start, pipeline.ready[lowest.bit_length() - 1])
        registers ^= lowest
    if instruction.kind in (Kind.MULTIPLY, Kind.DIVIDE_SIGNED, Kind.DIVIDE_UNSIGNED):
        start = max(start, pipeline.multiplier_free)
    return start


def _take_result(pipeline: _Pipeline, instruction: Instruction, ready: int) -> None:
    if instruction.writes:
        pipeline.ready[instruction.rd] = ready
        # What lay at an offset from the old value can't be compared any more.
        pipeline.stores = [store for store in pipeline.stores if store.base != instruction.rd]


def _meets_store(pipeline: _Pipeline, load: Instruction, start: int) -> bool:
    """Whether a store of the block to the same bytes is not written yet.

    It is, once a cycle after its stages had no load.
    """
    first, end = load.displacement, load.displacement + load.access_bytes
    return any(
        store.base == load.base
        and store.first < end
        and first < store.end
        and all(at in pipeline.loads for at in range(store.started + STORE_STAGES, start))
        for store in pipeline.stores
    )


def _writes_csr(instruction: Instruction) -> bool:
    """CSRRS and CSRRC of x0 only read (ISA manual, Zicsr)."""
    reads = instruction.mnemonic in ("csrrs", "csrrc")
    return not reads or instruction.rs1 != 0


def _misaligned_target(address: int, first: Instruction) -> int:
    """A target that lies across two words has to be fetched twice."""
    return int(address % FETCH_BYTES != 0 and first.size == FETCH_BYTES)


def _late_cycles(address: int, code: Sequence[int], cycles: int) -> int:
    """Cycles lost when the fetch unit finds a jump that it didn't foresee.

    It loses a fetch, but may be ahead of the pipeline by one: it began the block at the same time.
    """
    return int(cycles <= fetch_words(address, len(code)))
