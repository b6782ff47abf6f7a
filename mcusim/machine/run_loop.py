"""Run control: slices of execution until the firmware ends, faults or meets a limit."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mcusim import _native
from mcusim.cpu.stops import Cause, Stopped
from mcusim.cpu.unicorn_arm import WITHOUT_FAULT_STATUS, as_arm
from mcusim.machine import faults, rtt
from mcusim.machine.machine import Machine
from mcusim.machine.places import place_in_words
from mcusim.machine.resets import OnReset, Resets
from mcusim.machine.semihosting import Semihosting
from mcusim.result import Fault, Outcome

Progress = Callable[[int, int, float, float], None]
"""Takes cycles, instructions, simulated seconds and seconds of wall time."""

SLICE_WALL_S = 0.1
"""Wall time between looks at the user's keyboard."""
FIRST_SLICE_CYCLES = 1_000_000
LONGEST_SLICE_CYCLES = 200_000_000
SERVICE_CYCLES = 10_000
"""How long a second core may run by itself while something is done for it."""
FAULT_SLICE_CYCLES = 1000
"""After a fault, how often it is looked whether the handler just spins."""
FAULT_GRACE_S = 1.0
"""Simulated time that a fault handler of the firmware may take before the run ends."""
HANDLED_LIMIT = 100
"""Faults that the firmware may outlive; with more, it is taken to run from one into the next."""
TAIL_CYCLES = 1_000_000
"""The last part of a run that meets its limit: its hot loop is looked for there."""


@dataclass(slots=True)
class Ending:
    """How a run ended."""

    outcome: Outcome
    reason: str
    exit_code: int | None = None
    fault: Fault | None = None
    tail: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    """Cycles that each block had spent when the tail of a limited run began."""


class RunLoop:
    """Runs a machine to its end."""

    def __init__(
        self,
        machine: Machine,
        max_cycles: int,
        max_instructions: int,
        progress: Progress | None,
        on_reset: OnReset = "auto",
    ) -> None:
        self._machine = machine
        self._limit_s = max_cycles / machine.board.clock_hz
        self._grace_ends_s = math.inf
        self._max_instructions = max_instructions
        self._progress = progress
        self._semihosting = Semihosting(machine)
        self._rtt = rtt.find(machine)
        self.resets = Resets(machine, on_reset)
        machine.clock.listeners.append(lambda _: self._set_limits())
        self._slice_ends = 0
        self._resume = self.entry = machine.start()
        self._pausing = False
        self._fault_found: Fault | None = None
        self._fault_core = 0
        self._faults_handled = 0
        self._reported = self._started = time.perf_counter()
        self._tail: NDArray[np.uint64] | None = None
        self._slice_cycles = FIRST_SLICE_CYCLES

    @property
    def _engine(self) -> _native.Engine:
        """Of the core that is looked at: the first, but while the second needs something."""
        return self._machine.engine

    def advance(self) -> Ending | None:
        """Runs on, until the end or until something calls `pause`; None when it can go on."""
        self._pausing = False
        while not self._pausing:
            off = self._machine.sleep.off
            ending = self._pass_off(*off) if off else self._ending(self._slice(self._resume))
            for number in range(1, len(self._machine.cores.engines)):
                ending = ending or self._serve_other(number)
            if ending is not None:
                return ending
        return None

    def _serve_other(self, number: int) -> Ending | None:
        """Does for another core what stopped it: semihosting, a fault, the FPU."""
        engine = self._machine.cores.engines[number]
        found = engine.take_stop()
        if found is None:
            return None
        resume = self._resume
        with self._machine.cores.on(number):
            stopped = self._machine.architecture.as_stopped(*found)
            self._resume = stopped.pc
            engine.set_limits(engine.cycles + SERVICE_CYCLES, self._max_instructions)
            ending = self._ending(stopped)
            engine.go_on(self._resume)
        self._resume = resume
        return ending

    def pause(self) -> None:
        """Has `advance` return before the next block; for devices and timers, during the run."""
        self._pausing = True
        self._machine.cores.first.set_limits(0, self._max_instructions)

    def settle(self, ending: Ending) -> None:
        """Completes the account of a run that won't go on."""
        if self._tail is not None:
            ending.tail = self._tail
        if self._rtt is not None:
            self._rtt.take()
        for engine in self._machine.cores.engines:
            engine.settle()

    def _run(self, pc: int, until: int | None = None) -> Stopped:
        """Runs from `pc` until something stops the core."""
        engine = self._engine
        told = engine.run(pc) if until is None else engine.run(pc, until)
        return self._machine.architecture.as_stopped(*told)

    def _slice(self, pc: int) -> Stopped:
        if self._rtt is not None:
            self._rtt.poll()
        self._slice_ends = self._engine.cycles + self._slice_cycles
        self._set_limits()
        began = time.perf_counter()
        stopped = self._run(pc)
        self._resume = stopped.pc
        self._report_progress()
        if stopped.cause is Cause.LIMIT:
            self._adapt(time.perf_counter() - began)
        return stopped

    def _set_limits(self) -> None:
        # Anew at each change of the clock, as the limit of a run is one of time.
        if self._pausing or self._machine.ended is not None or self._machine.clock.is_full:
            return
        ends = min(self._slice_ends, self._tail_starts if self._tail is None else self._max_cycles)
        if self._rtt is not None:
            ends = min(ends, self._machine.clock.cycle_at(self._rtt.next_s))
        self._machine.cores.first.set_limits(ends, self._max_instructions)

    @property
    def _max_s(self) -> float:
        return min(self._limit_s, self._grace_ends_s)

    @property
    def _max_cycles(self) -> int:
        return self._machine.clock.cycle_at(self._max_s)

    @property
    def _tail_starts(self) -> int:
        return max(0, self._max_cycles - min(TAIL_CYCLES, self._max_cycles // 2))

    def _adapt(self, wall_s: float) -> None:
        if self._fault_found is not None:
            return
        if wall_s < SLICE_WALL_S / 2:
            self._slice_cycles = min(self._slice_cycles * 2, LONGEST_SLICE_CYCLES)
        elif wall_s > SLICE_WALL_S * 2:
            self._slice_cycles = max(self._slice_cycles // 2, FIRST_SLICE_CYCLES)

    def _report_progress(self) -> None:
        now = time.perf_counter()
        if self._progress is None or now - self._reported < SLICE_WALL_S:
            return
        self._reported = now
        engine = self._engine
        seconds = self._machine.clock.seconds(engine.cycles)
        counted = self._machine.cores.instructions
        self._progress(engine.cycles, counted, seconds, now - self._started)

    def _ending(self, stopped: Stopped) -> Ending | None:
        if self._machine.ended is not None:
            return self._ended_by_device(stopped, *self._machine.ended)
        if self._engine.reset_requested:
            return self._reset(stopped)
        if self._machine.sleep.off is not None:
            return None
        if self._engine.dozing and stopped.cause is Cause.HALT:
            return self._asleep_for_good(stopped)
        stopped = self._machine.architecture.looked_at(self._engine, stopped)
        match stopped.cause:
            case Cause.LIMIT:
                return self._at_limit(stopped)
            case Cause.BREAKPOINT if self._is_semihosting(stopped.pc):
                return self._serve()
            case Cause.BREAKPOINT if self._is_in_exit(stopped.pc):
                return Ending("exited", "the firmware ended (a breakpoint in _exit)")
        return self._fault(stopped)

    def _at_limit(self, stopped: Stopped) -> Ending | None:
        if self._fault_found is not None:
            with self._machine.cores.on(self._fault_core):
                ending = self._after_fault(self._fault_found, stopped)
            if ending is not None:
                return ending
        if self._engine.stopped_at_fpu:
            return self._fpu_off(stopped)
        return self._limit_met()

    def _limit_met(self) -> Ending | None:
        """Which limit the run has met, if any."""
        if self._tail is None and self._engine.cycles >= self._tail_starts:
            self._tail = self._machine.cores.first.blocks()["cycles"]
        if self._machine.cores.instructions >= self._max_instructions:
            return Ending("limit", f"stopped at the limit of {self._max_instructions} instructions")
        if self._engine.cycles >= self._max_cycles:
            return Ending("limit", f"stopped at the limit of {self._max_s:g} s of simulated time")
        if self._machine.clock.is_full:
            changes = len(self._machine.clock.segments) - 1
            return Ending(
                "limit", f"stopped after {changes:,} changes of the core's clock or supply"
            )
        return None

    def _after_fault(self, fault: Fault, stopped: Stopped) -> Ending | None:
        pc = self._engine.resume_at if self._machine.core else stopped.pc
        if self._engine.cycles >= self._max_cycles or self._spins(pc):
            if self._max_s == self._limit_s or self._is_stuck(pc):
                return Ending("fault", "", fault=fault)
            self._go_on_after(fault)
        return None

    def _spins(self, pc: int) -> bool:
        code = self._machine.read_memory(pc, 4) or self._machine.read_memory(pc, 2)
        return code.startswith(self._machine.architecture.spins)

    def _is_stuck(self, pc: int) -> bool:
        too_many = self._faults_handled >= HANDLED_LIMIT
        return faults.serves_one(self._machine) or self._spins(pc) or too_many

    def _go_on_after(self, fault: Fault) -> None:
        """The firmware has outlived a fault, as a system does that ends the task at fault."""
        self._faults_handled += 1
        self._machine.warn(
            f"the firmware handled a fault and went on: {fault.kind}: {fault.message}"
        )
        self._fault_found = None
        self._grace_ends_s = math.inf
        self._tail = None
        self._slice_cycles = FIRST_SLICE_CYCLES

    def _fpu_off(self, stopped: Stopped) -> Ending | None:
        """Executes up to the instruction that needs the FPU: the block may switch it on first."""
        at = self._engine.stopped_at_fpu
        reached = stopped.pc == at
        if not reached:
            self._engine.forget_translations()
            stopped = self._run(stopped.pc, at)
            self._engine.forget_translations()
            self._resume = stopped.pc
            reached = stopped.cause is Cause.HALT and stopped.pc == at
        if not reached:
            # Another one of its kind may have come first, and others behind it: the next slice's.
            return self._limit_met() if stopped.cause is Cause.LIMIT else self._ending(stopped)
        if as_arm(self._engine).fpu_enabled:
            return None
        # The timing of a core without FPU marks instructions that the engine would take wrongly.
        has_fpu = self._machine.board.chip.core not in WITHOUT_FAULT_STATUS
        return self._fault(Stopped(Cause.NO_COPROCESSOR if has_fpu else Cause.UNDEFINED, at))

    def _asleep_for_good(self, stopped: Stopped) -> Ending:
        machine = self._machine
        if not machine.sleep.in_deep:
            return Ending("exited", "the firmware sleeps (WFI) and nothing is left to wake it")
        where = place_in_words(machine, stopped.pc)
        wakes = f"; {machine.sleep.wakes}" if machine.sleep.wakes else ""
        return Ending(
            "exited",
            f"the firmware sleeps in {machine.sleep.deep_state} (SLEEPDEEP, in {where}) for good: "
            f"nothing that runs there can wake it{wakes}",
        )

    def _pass_off(self, state: str, wakes: str) -> Ending | None:
        """Time passes while the core is off."""
        self._slice_ends = self._engine.cycles + self._slice_cycles
        self._set_limits()
        goes_on = self._engine.idle()
        stopped = Stopped(Cause.LIMIT, self._resume)
        if self._machine.ended is not None or self._engine.reset_requested:
            return self._ending(stopped)
        if goes_on:
            self._slice_cycles = LONGEST_SLICE_CYCLES
            return self._at_limit(stopped)
        return Ending("exited", f"the chip is in {state} for good: only {wakes} would wake it")

    def _reset(self, stopped: Stopped) -> Ending | None:
        """The chip resets: the run ends there, or goes on from the reset vector."""
        self._engine.settle()
        reset = self.resets.note(stopped)
        fault = self.resets.fault(reset, stopped)
        if self.resets.ends(reset, self._fault_found):
            fault = self._fault_found or fault
            return Ending("fault" if fault else "exited", reset.message, fault=fault)
        if self.resets.too_many:
            return Ending(
                "limit",
                f"stopped at reset number {self.resets.total}: the firmware resets again and "
                f"again; the last time, {reset.message}",
            )
        self._resume = self._machine.restart(reset)
        return None

    def _ended_by_device(self, stopped: Stopped, reason: str, failure: str) -> Ending:
        if not failure:
            return Ending("exited", reason)
        return Ending("fault", "", fault=faults.failure(self._machine, stopped, failure, reason))

    def _is_semihosting(self, pc: int) -> bool:
        return self._machine.architecture.calls_host(self._machine.read_memory, pc)

    def _is_in_exit(self, pc: int) -> bool:
        """Whether the C library's last function waits for a debugger there."""
        found = self._machine.image.symbol_at(pc)
        return found is not None and found[0] == "_exit"

    def _serve(self) -> Ending | None:
        self._semihosting.serve()
        self._resume += self._machine.architecture.skip_breakpoint(self._engine)
        code = self._semihosting.exit_code
        if code is None:
            return None
        return Ending("exited", f"the firmware exited with status {code}", exit_code=code)

    def _fault(self, stopped: Stopped) -> Ending | None:
        """Has the core take the fault, as silicon does; the run ends when no handler can."""
        if stopped.cause not in (Cause.NO_HANDLER, Cause.NO_STACK):  # those are between two blocks
            self._engine.give_back(stopped.pc)
        if faults.step_over(self._machine, stopped):
            self._resume = self._engine.resume_at
            return None
        fault = faults.describe(self._machine, stopped)
        before = self._fault_found
        if before is not None and before.pc != fault.pc and not self._is_stuck(stopped.pc):
            self._go_on_after(before)
        if self._fault_found is None:
            self._fault_found = fault
            self._fault_core = self._machine.core
            # A handler that reports and stops has its time; one that spins does not hold us up.
            now_s = self._machine.clock.seconds(self._engine.cycles)
            self._grace_ends_s = now_s + FAULT_GRACE_S
        if faults.take(self._machine, stopped):
            self._resume = self._engine.resume_at
            self._slice_cycles = FAULT_SLICE_CYCLES
            return None
        if faults.loops(self._machine):
            self._fault_found = faults.describe(self._machine, stopped)
        if self._machine.board.chip.lockup_resets and faults.locks_up(self._machine):
            self._machine.reset("lock-up", f"the core locked up: {fault.kind}: {fault.message}")
            # The chip's reset begins where the first core is.
            return None if self._machine.core else self._reset(stopped)
        return Ending("fault", "", fault=self._fault_found)
