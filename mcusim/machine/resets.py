"""What a run does when the chip resets: goes on as the chip does, or ends there."""

from __future__ import annotations

from typing import Literal

from mcusim.cpu.stops import Stopped
from mcusim.devices.reset import Cause, Reset
from mcusim.machine import faults
from mcusim.machine.machine import Machine
from mcusim.machine.places import place
from mcusim.result import Fault, ResetRow

OnReset = Literal["auto", "stop", "restart"]
"""What `--on-reset` says. auto: restart after what the firmware asked for, stop at a failure."""

RESET_LIMIT = 10
"""Resets that a run goes on after, without the wake-ups: a firmware that resets at each start would
never end."""
ROWS_KEPT = 1000

SOFTWARE = Reset("software", "the firmware asked for a system reset (AIRCR.SYSRESETREQ)")
_KINDS: dict[Cause, str] = {
    "software": "system reset",
    "watchdog": "watchdog reset",
    "window watchdog": "watchdog reset",
    "lock-up": "lock-up",
    "wake-up": "wake-up reset",
    "option bytes": "option byte reset",
}


class Resets:
    """The resets of a run."""

    def __init__(self, machine: Machine, policy: OnReset) -> None:
        self._machine = machine
        self._policy = policy
        self._counted = 0
        self.rows: list[ResetRow] = []
        self.total = 0

    def note(self, stopped: Stopped) -> Reset:
        """Takes down the reset that the chip is about to do; returns it."""
        machine = self._machine
        reset = machine.reset_asked or SOFTWARE
        self.total += 1
        if reset.cause != "wake-up":
            self._counted += 1
        if len(self.rows) < ROWS_KEPT:
            function, line = place(machine, stopped.pc)
            self.rows.append(
                ResetRow(
                    cause=reset.cause,
                    message=reset.message,
                    time_s=machine.clock.seconds(machine.cores.first.cycles),
                    pc=stopped.pc,
                    function=function,
                    line=line,
                )
            )
        return reset

    def ends(self, reset: Reset, fault: Fault | None) -> bool:
        """Whether the run ends with it; `fault` is what the firmware's handler has met before."""
        if self._policy == "auto":
            return reset.is_failure or fault is not None
        return self._policy == "stop"

    @property
    def too_many(self) -> bool:
        """Whether the firmware resets again and again."""
        return self._counted > RESET_LIMIT

    def fault(self, reset: Reset, stopped: Stopped) -> Fault | None:
        """The failure that a reset comes from, if it is one."""
        if not reset.is_failure:
            return None
        return faults.failure(self._machine, stopped, _KINDS[reset.cause], reset.message)
