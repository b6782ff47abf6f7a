"""Run control: slices of execution until the firmware ends, faults or meets a limit."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mcusim.cpu.unicorn_arm import REGISTERS, Cause, Stopped, run, skip_instruction
from mcusim.machine.machine import Machine
from mcusim.machine.semihosting import BKPT_IMMEDIATE, Semihosting
from mcusim.result import Outcome

Progress = Callable[[int, int, float, float], None]
"""Takes cycles, instructions, simulated seconds and seconds of wall time."""

SLICE_WALL_S = 0.1
"""Wall time between looks at the user's keyboard."""
FIRST_SLICE_CYCLES = 1_000_000
LONGEST_SLICE_CYCLES = 200_000_000
TAIL_CYCLES = 1_000_000
"""The last part of a run that meets its limit: its hot loop is looked for there."""

THUMB = 1 << 24
"""The T bit of xPSR."""
WFI = (b"\x30\xbf", b"\xaf\xf3\x03\x80")
HINTS = (b"\x20\xbf", b"\x10\xbf", b"\xaf\xf3\x02\x80", b"\xaf\xf3\x01\x80")
"""WFE and YIELD, narrow and wide, which Unicorn takes for undefined after executing them; without
events they do nothing."""


@dataclass(slots=True)
class Ending:
    """How a run ended."""

    outcome: Outcome
    reason: str
    exit_code: int | None = None
    stopped: Stopped | None = None
    tail: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, np.uint64))
    """Cycles that each block had spent when the tail of a limited run began."""


class RunLoop:
    """Runs a machine to its end."""

    def __init__(
        self, machine: Machine, max_cycles: int, max_instructions: int, progress: Progress | None
    ) -> None:
        self._machine = machine
        self._engine = machine.engine
        self._max_cycles = max_cycles
        self._max_instructions = max_instructions
        self._progress = progress
        self._semihosting = Semihosting(machine)
        self._tail_starts = max(0, max_cycles - min(TAIL_CYCLES, max_cycles // 2))
        self._last_hint = (0, 0)
        self._resume = 0
        self._reported = self._started = time.perf_counter()
        self._tail: NDArray[np.uint64] | None = None
        self._slice_cycles = FIRST_SLICE_CYCLES

    def run(self) -> Ending:
        """Runs from reset to the end; Ctrl-C ends it with what there is."""
        pc = self._machine.reset()
        try:
            while True:
                stopped = self._slice(pc)
                ending = self._ending(stopped)
                if ending is not None:
                    break
                pc = self._resume
        except KeyboardInterrupt:
            ending = Ending("stopped", "interrupted by the user")
        if self._tail is not None:
            ending.tail = self._tail
        self._engine.settle()
        return ending

    def _slice(self, pc: int) -> Stopped:
        limit = self._engine.cycles + self._slice_cycles
        boundary = self._max_cycles if self._tail is not None else self._tail_starts
        self._engine.set_limits(min(limit, boundary), self._max_instructions)
        began = time.perf_counter()
        stopped = run(self._engine, pc)
        self._resume = stopped.pc
        self._report_progress()
        if stopped.cause is Cause.LIMIT:
            self._adapt(time.perf_counter() - began)
        return stopped

    def _adapt(self, wall_s: float) -> None:
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
        seconds = engine.cycles / self._machine.board.clock_hz
        self._progress(engine.cycles, engine.instructions, seconds, now - self._started)

    def _ending(self, stopped: Stopped) -> Ending | None:
        if self._machine.reset_requested:
            return Ending("exited", "the firmware asked for a system reset (AIRCR.SYSRESETREQ)")
        stopped = self._with_state(stopped)
        match stopped.cause:
            case Cause.LIMIT:
                return self._at_limit(stopped)
            case Cause.BREAKPOINT if self._is_semihosting(stopped.pc):
                return self._serve()
            case Cause.HALT if self._follows(stopped.pc, WFI):
                return Ending("exited", "the firmware sleeps (WFI) and nothing is left to wake it")
            case Cause.UNDEFINED if self._is_hint(stopped.pc):
                self._engine.give_back(stopped.pc)
                return None
        return self._fault(stopped)

    def _at_limit(self, stopped: Stopped) -> Ending | None:
        if self._engine.stopped_at_fpu:
            return self._fpu_off(stopped)
        if self._tail is None and self._engine.cycles >= self._tail_starts:
            self._tail = self._engine.blocks()["cycles"]
        if self._engine.instructions >= self._max_instructions:
            return Ending("limit", f"stopped at the limit of {self._max_instructions} instructions")
        if self._engine.cycles >= self._max_cycles:
            seconds = self._max_cycles / self._machine.board.clock_hz
            return Ending("limit", f"stopped at the limit of {seconds:g} s of simulated time")
        return None

    def _fpu_off(self, stopped: Stopped) -> Ending | None:
        """Executes up to the instruction that needs the FPU: the block may switch it on first."""
        at = self._engine.stopped_at_fpu
        reached = stopped.pc == at
        if not reached:
            self._engine.forget_translations()
            stopped = run(self._engine, stopped.pc, until=at)
            self._engine.forget_translations()
            self._resume = stopped.pc
            reached = stopped.cause is Cause.HALT and stopped.pc == at
        if not reached:
            return self._ending(stopped)
        if self._engine.fpu_enabled:
            return None
        return self._fault(Stopped(Cause.NO_COPROCESSOR, at))

    def _with_state(self, stopped: Stopped) -> Stopped:
        """Unicorn reports a jump without the Thumb bit as an undefined instruction."""
        if stopped.cause is Cause.UNDEFINED and not self._engine.reg(REGISTERS["xpsr"]) & THUMB:
            return replace(stopped, cause=Cause.INVALID_STATE)
        return stopped

    def _follows(self, pc: int, encodings: tuple[bytes, ...]) -> bool:
        read = self._machine.read_memory
        return any(read(pc - len(code), len(code)) == code for code in encodings)

    def _is_hint(self, pc: int) -> bool:
        # Unless nothing has been executed since: then it is what follows that is undefined.
        here = (pc, self._engine.instructions)
        if not self._follows(pc, HINTS) or here == self._last_hint:
            return False
        self._last_hint = here
        return True

    def _is_semihosting(self, pc: int) -> bool:
        return self._machine.read_memory(pc, 2) == bytes([BKPT_IMMEDIATE, 0xBE])

    def _serve(self) -> Ending | None:
        self._semihosting.serve()
        skip_instruction(self._engine)
        self._resume += 2
        code = self._semihosting.exit_code
        if code is None:
            return None
        return Ending("exited", f"the firmware exited with status {code}", exit_code=code)

    def _fault(self, stopped: Stopped) -> Ending:
        self._engine.give_back(stopped.pc)
        return Ending("fault", "", stopped=stopped)
