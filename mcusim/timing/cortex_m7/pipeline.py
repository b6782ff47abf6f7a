"""The two issue slots of the Cortex-M7 and what they wait for.

In order: an instruction issues beside the one before it (the older) or in a later cycle, and the
two of a cycle issue together or the older alone.
"""

from __future__ import annotations

from mcusim.timing.cortex_m7.latency import EARLY, LATE, Need
from mcusim.timing.cortex_m7.operation import REGISTERS, Operation
from mcusim.timing.cortex_m7.pairing import Trait

_LONG_AGO = -100

# As plain numbers, which compare several times as fast.
_ALONE = int(Trait.ALONE)
_SHIFT = int(Trait.SHIFT)
_EARLY_SHIFTER = int(Trait.INLINE_SHIFT | Trait.BIT_FIELD)
_TRANSFER = int(Trait.TRANSFER)
_MULTIPLY_ADD = int(Trait.MULTIPLY_ADD)
_FUSED = int(Trait.FUSED)
_AWAITS_MULTIPLY_ADD = int(Trait.AWAITS_MULTIPLY_ADD)
_CONCERNS_MULTIPLY_ADD = _TRANSFER | _MULTIPLY_ADD | _AWAITS_MULTIPLY_ADD
_DOUBLE = int(Trait.DOUBLE)
_DOUBLE_MULTIPLY_ADD = int(Trait.DOUBLE_MULTIPLY_ADD)

MULTIPLY_ADD_SHADOW = 3
"""JNK fpu (single precision): cycles after a multiply-add in which others can't be executed."""

_FLAGS_LATENCY = 1
"""JNK overall: flags come from the late ALU, in 0 cycles to nothing; LLVM: 1 to a condition."""

CONDITIONAL_LATENCY = 1
"""LLVM, ARMLatencyMutations.cpp: cycles more from a conditional instruction to one that is not."""


class Pipeline:
    """Issues one operation after the other; starts empty, with all registers ready."""

    __slots__ = (
        "_conditional_results", "_double_until", "_free", "_last_chained", "_made_at", "_made_by",
        "_multiply_adds", "_older", "at", "beside", "flags_at",
    )  # fmt: skip

    def __init__(self) -> None:
        self.at = 0
        """Cycle in which the last operation issued."""
        self.beside: Operation | None = None
        """The older operation of the same cycle, where the last one issued as the younger."""
        self.flags_at = _LONG_AGO
        """Cycle in which the last operation that sets flags issued."""
        self._free = 0
        self._older: Operation | None = None
        self._made_at = [_LONG_AGO] * REGISTERS
        self._made_by = [LATE] * REGISTERS
        self._conditional_results: list[int] = []
        self._multiply_adds = (_LONG_AGO, _LONG_AGO)
        """Cycles of the last two multiply-adds of single precision, the later one first."""
        self._last_chained = _LONG_AGO
        self._double_until = _LONG_AGO
        """Cycle in which a multiply-add of double precision lets go of the pipeline."""

    @property
    def free(self) -> int:
        """The first cycle in which the next operation can issue as the older one."""
        return self._free

    def made_at(self, register: int) -> int:
        """Cycle from which the latencies of the register's last result count."""
        return self._made_at[register]

    def issue(self, operation: Operation, conditional: bool) -> int:
        """Issues an operation, inside an IT block or not; returns its cycle."""
        if self._conditional_results and not conditional:
            self._leave_it_block()
        ready = self._ready(operation, conditional)
        older = self._older
        if (
            older is not None
            and not older.bars & operation.traits
            and ready <= self.at
            and not self._parted_by_multiply_add(older, operation)
        ):
            at = self.at
            self.beside, self._older = older, None
        else:
            at = self.at = max(ready, self._free)
            self.beside = None
            self._older = None if operation.traits & _ALONE else operation
        self._execute(operation, at, conditional)
        return at

    def _ready(self, operation: Operation, conditional: bool) -> int:
        """The first cycle in which all that it needs is there in time."""
        made_at, made_by = self._made_at, self._made_by
        ready = 0
        for register, need in operation.uses:
            cycle = made_at[register] + made_by[register][need]
            if cycle > ready:
                ready = cycle
        if conditional or operation.flags_latency:
            ready = max(ready, self.flags_at + (operation.flags_latency or _FLAGS_LATENCY))
        if operation.traits & _CONCERNS_MULTIPLY_ADD:
            ready = max(ready, self._after_multiply_add(operation.traits))
        return ready

    def _after_multiply_add(self, traits: int) -> int:
        """JNK fpu: the first cycle for what a multiply-add before keeps waiting."""
        if traits & _DOUBLE:
            # "vadd.d cannot be executed in first following cycle"
            return self._double_until + 1 if traits & _AWAITS_MULTIPLY_ADD else 0
        if traits & _AWAITS_MULTIPLY_ADD:
            return self._multiply_adds[0] + MULTIPLY_ADD_SHADOW + 1
        # "vfma.f cannot be pipelined within next cycle after vmla.f"
        return self._last_chained + 2 if traits & _FUSED else 0

    def _parted_by_multiply_add(self, older: Operation, younger: Operation) -> bool:
        """JNK fpu: VLDR, VSTR, VMOV beside or after multiply-adds.

        They do not issue beside one, "with the exception of first mac instruction", and for 3
        cycles after one not as the younger.
        """
        transfers = younger.traits & _TRANSFER
        if not transfers and not (older.traits & _TRANSFER and younger.traits & _MULTIPLY_ADD):
            return False
        last, before = self._multiply_adds
        return self.at - (before if last == self.at else last) <= MULTIPLY_ADD_SHADOW

    def _execute(self, operation: Operation, at: int, conditional: bool) -> None:
        """Notes what comes of it, and when."""
        made_at, made_by = self._made_at, self._made_by
        cycles = operation.cycles
        if operation.traits & _DOUBLE and at == self._double_until:
            cycles = operation.chained_cycles
        early = operation.early is not None and self._done_early(operation, at)
        saved = operation.cycles - cycles
        for register, latencies, delay in operation.results:
            made_at[register] = at + delay - saved
            made_by[register] = EARLY if early else latencies
        if at + cycles > self._free:
            self._free = at + cycles
        if conditional:
            self._conditional_results += [result[0] for result in operation.results]
        # ARM DDI0403E A7.7: arithmetic of 16 bits leaves the flags alone inside an IT block.
        if operation.sets_flags and not (conditional and operation.keeps_flags_in_it_block):
            self.flags_at = at
        if operation.traits & _MULTIPLY_ADD:
            self._multiply_adds = (at, self._multiply_adds[0])
            if not operation.traits & _FUSED:
                self._last_chained = at
        elif operation.traits & _DOUBLE_MULTIPLY_ADD:
            self._double_until = at + cycles

    def _done_early(self, operation: Operation, at: int) -> bool:
        """Whether its operands are there for the early ALU; else the late one does it.

        JNK overall: ADD, SUB and MOV from the older slot; shifts from either that gets a shifter.
        """
        beside = self.beside
        if beside is not None and (not operation.traits & _SHIFT or beside.traits & _EARLY_SHIFTER):
            return False
        made_at, made_by = self._made_at, self._made_by
        assert operation.early is not None
        return all(made_at[r] + made_by[r][Need.EARLY] <= at for r in operation.early)

    def _leave_it_block(self) -> None:
        """Results of conditional instructions come later to those outside."""
        for register in self._conditional_results:
            self._made_at[register] += CONDITIONAL_LATENCY
        self._conditional_results.clear()
