r"""A firmware that runs while a script talks to it: spans of simulated time, ports, a result.

with mcusim.start("kws.elf", board="nucleo-l4r5zi") as simulation:
    port = simulation.uart("lpuart1")
    port.expect(b"m-ready")
    port.write(b"name%")
    print(port.expect(re.compile(rb"m-name-(.*)\r"), timeout_s=1.0)[1])
result = simulation.finish()
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import TracebackType

from msgspec import structs

from mcusim._version import __version__
from mcusim.errors import McusimError, UsageError
from mcusim.machine.draining import drain
from mcusim.machine.machine import Machine
from mcusim.machine.memory_use import MemoryWatch
from mcusim.machine.resets import OnReset
from mcusim.machine.run_loop import Ending, Progress, RunLoop
from mcusim.machine.serial import SerialLine
from mcusim.machine.serial_ends import Plug, open_end, parse_uart
from mcusim.machine.summary import printed, summarise
from mcusim.result import Result

LONGEST_WAIT_S = 0.05
"""Simulated time between looks at the time: the clock may change in between."""
SHOWN_BYTES = 60
NO_LIMIT = 1 << 62

Match = re.Match[bytes]


class ExpectError(McusimError):
    """What a script waited for did not come: the firmware ended, or time was over."""

    exit_status = 1


class SerialPort:
    """One UART of a simulation, as a script sees it."""

    def __init__(self, line: SerialLine, simulation: Simulation) -> None:
        self._line = line
        self._simulation = simulation

    @property
    def name(self) -> str:
        """The device's name, "lpuart1"."""
        return self._line.name

    def write(self, data: bytes) -> None:
        """Sends bytes to the firmware; they arrive at the programmed baud rate as it runs on."""
        self._line.write(data)

    def read(self) -> bytes:
        """What the firmware has sent since the last `read` or `expect`."""
        return self._line.read()

    def expect(self, pattern: bytes | re.Pattern[bytes], timeout_s: float = 10.0) -> Match:
        """Runs until the firmware has sent `pattern`; takes what it sent up to there as read.

        Args:
            pattern: bytes as they are, or a compiled regular expression.
            timeout_s: simulated seconds to wait at most.

        Returns:
            The match; its `string` is all that had been sent and not read before.

        Raises:
            ExpectError: when the firmware ended before, or time was over.
        """
        expression = re.compile(re.escape(pattern)) if isinstance(pattern, bytes) else pattern
        unread = self._line.unread

        def look(_byte: int) -> None:
            if expression.search(unread):
                self._simulation.pause()

        if not expression.search(unread):
            self._line.listen(look)
            try:
                self._simulation.advance(timeout_s)
            finally:
                self._line.ignore(look)
        match = expression.search(bytes(unread))
        if match is None:
            raise ExpectError(self._disappointment(expression.pattern, timeout_s))
        del unread[: match.end()]
        return match

    def _disappointment(self, pattern: bytes, timeout_s: float) -> str:
        ending = self._simulation.ending
        why = f"within {timeout_s:g} s of simulated time"
        if ending is not None:
            why = f"before the run ended: {self._simulation.reason}"
        last = bytes(self._line.unread[-SHOWN_BYTES:])
        sent = f"it sent {last!r} last" if last else "it sent nothing more"
        return f"{self.name}: the firmware did not send {pattern!r} {why}; {sent}"


class Simulation:
    """A machine under way; `mcusim.start` makes it. Use it in a `with` statement."""

    def __init__(
        self,
        machine: Machine,
        *,
        max_time_s: float | None = None,
        max_instructions: int | None = None,
        progress: Progress | None = None,
        on_reset: OnReset = "auto",
    ) -> None:
        self.machine = machine
        max_cycles = NO_LIMIT if max_time_s is None else int(max_time_s * machine.board.clock_hz)
        limit = max_instructions or NO_LIMIT
        self._loop = RunLoop(machine, max_cycles, limit, progress, on_reset)
        self._watch = MemoryWatch(machine, machine.initial_sp)
        self._alarm = machine.add_timer(self._alarmed)
        self._until_s = 0.0
        self._plugs: list[Plug] = []
        self._result: Result | None = None
        self.ending: Ending | None = None

    def __enter__(self) -> Simulation:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        _error: BaseException | None,
        _traceback: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self.finish()
        finally:
            self.close()

    @property
    def seconds(self) -> float:
        """Simulated time since reset."""
        return self.machine.seconds

    @property
    def reason(self) -> str:
        """Why the firmware ended; empty while it can go on."""
        if self.ending is None:
            return ""
        fault = self.ending.fault
        return self.ending.reason or (f"{fault.kind}: {fault.message}" if fault else "")

    # --- serial ports ---

    def uart(self, name: str) -> SerialPort:
        """The serial port of the UART `name`, such as "lpuart1".

        Raises:
            UsageError: when the chip has no such UART.
        """
        return SerialPort(self._line(name), self)

    @property
    def uarts(self) -> list[str]:
        """Names of the UARTs that there are."""
        return sorted(self.machine.lines)

    def plug(self, option: str, tell: Callable[[str], None]) -> None:
        """Connects a UART to the outside as `--uart NAME=BACKEND` says; `tell` is told where.

        Raises:
            UsageError: for an unknown UART or backend, or one that can't be opened.
        """
        name, backend = parse_uart(option)
        line = self._line(name)
        plug = Plug(line, open_end(backend), self.machine)
        self._plugs.append(plug)
        if plug.end.place:
            tell(f"{name} is at {plug.end.place}")
        plug.open()

    def _line(self, name: str) -> SerialLine:
        line = self.machine.lines.get(name.lower())
        if line is None:
            known = ", ".join(self.uarts) or "none"
            raise UsageError(
                f"{self.machine.board.name} has no serial port {name!r}; there are: {known}"
            )
        line.attached = True
        return line

    # --- time ---

    def run(self, seconds: float) -> bool:
        """Runs for a span of simulated time; False when the firmware ended in it.

        Raises:
            UsageError: for a span that isn't above zero.
        """
        if not seconds > 0.0:
            raise UsageError(f"run({seconds:g}): the span must be above zero seconds")
        self.advance(seconds)
        return self.ending is None

    def run_to_end(self) -> Ending:
        """Runs until the firmware ends or meets a limit; Ctrl-C ends it with what there is."""
        try:
            while self.ending is None:
                self.ending = self._loop.advance()
        except KeyboardInterrupt:
            self.ending = Ending("stopped", "interrupted by the user")
        return self.ending

    def advance(self, seconds: float) -> None:
        """Runs until `pause` is called, at most for `seconds`."""
        if self.ending is not None:
            return
        self._until_s = self.machine.seconds + seconds
        self._plan()
        self.ending = self._loop.advance()
        self.machine.cancel(self._alarm)

    def pause(self) -> None:
        """Ends an `advance`; for what is called during it."""
        self._loop.pause()

    def _plan(self) -> None:
        rest_s = min(self._until_s - self.machine.seconds, LONGEST_WAIT_S)
        self.machine.schedule(self._alarm, self.machine.cycle_in(rest_s))

    def _alarmed(self) -> None:
        # Half a nanosecond is less than a cycle of any clock.
        if self.machine.seconds >= self._until_s - 0.5e-9:
            self.pause()
        else:
            self._plan()

    # --- the end ---

    def finish(self) -> Result:
        """Ends the simulation where it is, and accounts for it."""
        if self._result is None:
            if self.ending is None:
                self.ending = Ending("stopped", "ended by the script")
            self._loop.settle(self.ending)
            self._result = summarise(
                self.machine,
                self._watch,
                self.ending,
                __version__,
                self._loop.entry,
                self._loop.resets,
            )
            if self.ending.outcome in ("exited", "fault"):
                drain(self.machine)
                self._result = structs.replace(self._result, output=printed(self.machine))
        return self._result

    def close(self) -> None:
        """Lets go of the engine and of whatever the serial ports lead to."""
        for plug in self._plugs:
            plug.close()
        self._plugs.clear()
        self.machine.close()
