"""Timing of the Cortex-M4 and its FPU: cycles of a basic block at zero wait states.

Sources, by the name used in the comments below:

- TRM: Arm Cortex-M4 Processor Technical Reference Manual (100166_0001), table 3-1 "Processor
  instruction set summary", 3.3.2 "Load/store timings" and table 7-1 "FPU instruction set";
- JNK: measurements on STM32F103 and STM32F407 published in jnk0le/random, "pipeline cycle
  test/doc/cortex_m3m4.md" (commit 3dfc2abd);
- WRITEBACK: measured on an STM32L4, compendium.i-0.nl "Load placement";
- ALIGN: measured alignment rules, compendium.i-0.nl "instruction alignment", and IACR eprint
  2025/523.

Wait states, data addresses, operand values and conditions are the native core's part.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

from mcusim.timing.block_facts import (
    block_flags,
    block_record,
    conditional_instructions_left,
)
from mcusim.timing.instruction import NO_REGISTER, SP, Instruction, Kind
from mcusim.timing.record import BlockFlag, pack
from mcusim.timing.thumb import decode, split

CPU = "cortex-m4"

REFILL_EARLY = 1
"""P of TRM where the target address is known at decode: branches to a label."""
REFILL_REGISTER = 2
"""P of TRM where the target comes from a register in the execute stage."""
REFILL_LOADED = 3
"""P of TRM where the target is loaded ("three cycles for the pipeline reload", 3.3.2)."""

FAST_DIVIDE_CYCLES = 6
"""Assumed cycles of a divide where operands are not looked at (`--fidelity fast`); TRM: 2 to 12."""

NO_RUN = -(1 << 30)
"""A row of unaligned instructions that no multi-cycle one stands before."""

_FPU_CYCLES = (  # TRM table 7-1; what is not listed takes one cycle
    (re.compile(r"^v(div|sqrt)"), 14),
    (re.compile(r"^v(n?ml[as]|fn?m[as])"), 3),
)
_FPU_ARITHMETIC = re.compile(r"^v(add|sub|n?mul|div|sqrt|n?ml[as]|fn?m[as]|cvt)")
_LONG_FPU = re.compile(r"^v(div|sqrt)")
_MULTIPLY_ADD = re.compile(r"^v(n?ml[as]|fn?m[as])")
_SYSTEM_CYCLES = {"mrs": 2, "msr": 2, "cpsid": 2, "cpsie": 2}
"""TRM gives 1 or 2 cycles; 2 is taken."""


@dataclass(slots=True)
class _Pipeline:
    """What the next instruction has to know of the ones before it."""

    cycles: int = 0
    previous: Instruction | None = None
    previous_cycles: int = 0
    previous_conditional: bool = False
    conditional_left: int = 0
    fpu_busy_until: int = 0
    fpu_result: int = 0
    """Registers that the last FPU arithmetic writes, a bit each."""
    fpu_result_at: int = 0
    """Cycle from which its result can be used without waiting."""
    run_starts_with_writeback: bool = False
    pipelined: bool = False
    """Whether the present access overlaps with the one before. JNK: only in the same memory; the
    native core, which knows addresses, adds the cycle where they differ."""
    off_word: bool = False
    """Whether the present instruction is a 32-bit one off a word boundary."""
    unaligned_wide_run: int = NO_RUN
    """32-bit instructions off a word boundary in a row, since the last multi-cycle instruction."""
    packed: list[bytes] = field(default_factory=list)


def time_block(address: int, code: bytes, it_state: int, accurate: bool) -> dict[str, Any]:
    """Times the basic block `code` at `address`.

    Args:
        address: of the first instruction.
        code: bytes of the block.
        it_state: ITSTATE on entry (a block may begin inside an IT block), 0 outside.
        accurate: whether the run will report conditions and operands.

    Returns:
        The keyword arguments of `mcusim._native.Block`: cycles at zero wait states, what a taken
        edge adds, and the packed instructions.
    """
    pipeline = _Pipeline(conditional_left=conditional_instructions_left(it_state))
    instructions = [decode(encoding) for encoding in split(code)]
    offset = 0
    for instruction in instructions:
        _issue(pipeline, instruction, address + offset, offset, accurate)
        offset += instruction.size
    first, last = instructions[0], instructions[-1]
    skippable = pipeline.previous_conditional or last.conditional
    refill = _refill(last)
    tail_load = last.target_register if _pipelines(last) and not skippable else NO_REGISTER
    open_end = BlockFlag.OPEN_END if tail_load != NO_REGISTER else 0
    return block_record(
        address, code, instructions, cycles=pipeline.cycles, packed=pipeline.packed,
        taken_cycles=refill if skippable else 0,
        target_penalty=int(_off_word(first, address)),
        feels_target_penalty=0 < refill < REFILL_LOADED,
        flags=block_flags(instructions) | open_end,
        head_address_registers=first.address_registers if _joins_a_run(first, address) else 0,
        tail_load=tail_load,
    )  # fmt: skip


def _issue(
    pipeline: _Pipeline, instruction: Instruction, address: int, offset: int, accurate: bool
) -> None:
    conditional = pipeline.conditional_left > 0
    pipeline.pipelined = False
    pipeline.off_word = _off_word(instruction, address)
    cycles = _cycles(pipeline, instruction)
    if not accurate and instruction.kind in (Kind.DIVIDE_UNSIGNED, Kind.DIVIDE_SIGNED):
        cycles = FAST_DIVIDE_CYCLES
    if not conditional and not instruction.conditional:
        cycles += _refill(instruction)
    wait = _fetch_penalty(pipeline)
    pipeline.previous_cycles = cycles
    cycles += wait
    # An instruction whose condition fails takes one cycle; the rest is added when it executes.
    extra = cycles - 1 if conditional and cycles > 1 else 0
    static = cycles - extra
    pipeline.packed.append(
        pack(instruction, address, offset, pipeline.cycles, extra, pipeline.pipelined)
    )
    pipeline.cycles += static
    pipeline.previous = instruction
    pipeline.previous_conditional = conditional
    if conditional:
        pipeline.conditional_left -= 1
    pipeline.conditional_left += instruction.it_length


def _refill(instruction: Instruction) -> int:
    """P of TRM: cycles of a pipeline refill when the instruction changes the PC."""
    if instruction.loads_pc or instruction.kind is Kind.BRANCH_TABLE:
        return REFILL_LOADED
    if instruction.kind is Kind.BRANCH_REGISTER:
        return REFILL_REGISTER
    return REFILL_EARLY if instruction.kind is Kind.BRANCH else 0


def _cycles(pipeline: _Pipeline, instruction: Instruction) -> int:
    match instruction.kind:
        case Kind.LOAD | Kind.STORE | Kind.LOAD_EXCLUSIVE | Kind.STORE_EXCLUSIVE:
            return _single_access_cycles(pipeline, instruction)
        case Kind.LOAD_MULTIPLE | Kind.STORE_MULTIPLE:
            # TRM: LDM, STM, PUSH, POP, LDRD, STRD, VLDM, VLDR.64: 1 + words.
            wait = _fpu_wait(pipeline, instruction) if instruction.touches_fpu else 0
            return wait + 1 + instruction.count + _address_stall(pipeline, instruction)
        case Kind.FPU:
            return _fpu_cycles(pipeline, instruction)
        case Kind.IT:
            # TRM: folded into a preceding 16-bit instruction.
            previous = pipeline.previous
            return 0 if previous is not None and previous.size == 2 else 1
        case Kind.NOP:
            # JNK: a load absorbs the NOP that follows it.
            return 0 if pipeline.previous is not None and _pipelines(pipeline.previous) else 1
        case Kind.BRANCH_TABLE:
            return 3  # TRM 3.3.2: two for the load, one for the add
        case Kind.BARRIER:
            # TRM: 1 + B; B of ISB is at least a refill, that of DSB and DMB can be 0.
            return 1 + REFILL_EARLY if instruction.mnemonic == "isb" else 1
        case Kind.SYSTEM:
            return _SYSTEM_CYCLES.get(instruction.mnemonic, 1)
        case _:
            return 1  # divides: the native core adds the rest by operand value


def _single_access(instruction: Instruction) -> bool:
    return instruction.kind in (Kind.LOAD, Kind.STORE, Kind.LOAD_EXCLUSIVE, Kind.STORE_EXCLUSIVE)


def _pipelines(instruction: Instruction) -> bool:
    """Whether the next load or store can overlap with this one (TRM 3.3.2: after LDR only)."""
    return (
        instruction.kind in (Kind.LOAD, Kind.LOAD_EXCLUSIVE, Kind.STORE_EXCLUSIVE)
        and not instruction.loads_pc
    )


def _single_access_cycles(pipeline: _Pipeline, instruction: Instruction) -> int:
    # TRM: LDR 2; STR Rx,[Ry,#imm] 1, with a register offset 2; LDREX, STREX as LDR.
    store = instruction.kind is Kind.STORE
    cycles = 1 if store and instruction.index == NO_REGISTER else 2
    previous = pipeline.previous
    if (
        cycles == 2
        and previous is not None
        and not pipeline.previous_conditional
        and pipeline.conditional_left == 0
        and _pipelines(previous)
        # JNK: a 32-bit load "may fail to pipeline" off a word boundary; taken as always.
        and (store or not pipeline.off_word)
        and not _waits_for_address(pipeline, previous, instruction)
    ):
        pipeline.pipelined = True
        return 1
    pipeline.run_starts_with_writeback = instruction.writeback
    return cycles + _address_stall(pipeline, instruction)


def _waits_for_address(
    pipeline: _Pipeline, previous: Instruction, instruction: Instruction
) -> bool:
    """Whether the load before makes an address that this access needs.

    WRITEBACK: a base that a run of loads updates is waited for only where the run itself began
    with an update of its base.
    """
    loaded = previous.writes
    if previous.writeback and not pipeline.run_starts_with_writeback:
        loaded &= ~(1 << previous.base)
    return loaded & instruction.address_registers != 0


def _address_stall(pipeline: _Pipeline, instruction: Instruction) -> int:
    """TRM 3.3.2: an address that a data-processing instruction has just made costs a cycle.

    SP is left out: its updates by PUSH, POP, ADD and SUB have an adder of their own.
    """
    previous = pipeline.previous
    if previous is None or previous.kind not in (Kind.ALU, Kind.MULTIPLY):
        return 0
    return int(previous.writes & instruction.address_registers & ~(1 << SP) != 0)


def _fpu_cycles(pipeline: _Pipeline, instruction: Instruction) -> int:
    name = instruction.mnemonic
    cycles = next((c for pattern, c in _FPU_CYCLES if pattern.match(name)), 1)
    if instruction.count == 2:
        cycles = 2  # TRM: VMOV of two core registers
    wait = _fpu_wait(pipeline, instruction)
    done = pipeline.cycles + wait + cycles
    if _FPU_ARITHMETIC.match(name):
        pipeline.fpu_result = instruction.fpu_writes
        pipeline.fpu_result_at = done + 1
    if _LONG_FPU.match(name):
        # TRM 7: integer instructions overtake VDIV and VSQRT; the next FPU one waits.
        pipeline.fpu_busy_until = done
        return wait + 1
    return wait + cycles


def _fpu_wait(pipeline: _Pipeline, instruction: Instruction) -> int:
    """Cycles until the FPU, and what the instruction reads, are free.

    TRM 7: a result consumed by the following instruction costs a cycle; not as an addend, which a
    multiply-accumulate needs late.
    """
    start = pipeline.fpu_busy_until
    reads = instruction.fpu_reads
    if _MULTIPLY_ADD.match(instruction.mnemonic):
        reads &= ~instruction.fpu_writes
    if reads & pipeline.fpu_result:
        start = max(start, pipeline.fpu_result_at)
    return max(0, start - pipeline.cycles)


def _joins_a_run(first: Instruction, address: int) -> bool:
    """Whether an access can overlap with one that ends the block before."""
    return _single_access(first) and (first.kind is Kind.STORE or not _off_word(first, address))


def _off_word(instruction: Instruction, address: int) -> bool:
    return instruction.size == 4 and address & 2 != 0


def _fetch_penalty(pipeline: _Pipeline) -> int:
    """ALIGN: a multi-cycle instruction and then three 32-bit ones off a word boundary cost a cycle.

    The multi-cycle instruction may itself be one of a longer row of them.
    """
    if not pipeline.off_word:
        pipeline.unaligned_wide_run = NO_RUN
        return 0
    if pipeline.previous_cycles > 1:
        pipeline.unaligned_wide_run = 0
    pipeline.unaligned_wide_run += 1
    return int(pipeline.unaligned_wide_run == 3)
