"""The dialogue of the EEMBC runner with a device under test (mlcommons/tiny, benchmark/api).

A command ends with "%", an answer with the line "m-ready". The firmware takes a command in the
interrupt of its UART and can't hear while it answers, so that the runner waits for every answer.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, Protocol

from mcusim.errors import McusimError

TERMINATOR = "%"
READY = re.compile(rb"^m-ready\r?\n", re.MULTILINE)
BYTES_PER_COMMAND = 31
"""The runner's; the firmware's command buffer has 80 characters."""
COMMAND_TIMEOUT_S = 5.0
INFERENCE_TIMEOUT_S = 20.0
"""Simulated seconds that one inference may take."""

Mode = Literal["performance", "energy"]

_LAP = re.compile(r"m-lap-us-(\d+)$")
_RESULTS = re.compile(r"m-results-\[([^]]*)\]$")
_ERROR = re.compile(r"e-\[(.*)\]$")
_MODE = re.compile(r"m-timestamp-mode-(\w+)$")
_LAP_WRAPS = 1 << 32
"""The firmware prints an unsigned long of a 32-bit timer."""


class DialogueError(McusimError):
    """The firmware did not answer as MLPerf Tiny firmware does."""

    exit_status = 1


class Port(Protocol):
    """A serial port that waits in simulated time."""

    def write(self, data: bytes) -> None:
        """Sends bytes to the firmware."""

    def expect(self, pattern: re.Pattern[bytes], timeout_s: float) -> re.Match[bytes]:
        """Waits until the firmware has sent `pattern`."""


@dataclass(slots=True)
class Answer:
    """The lines before an "m-ready"."""

    lines: list[str]
    laps_us: list[int] = field(init=False)
    """Time stamps, in the order that they came; microseconds."""
    scores: list[float] | None = field(init=False)

    def __post_init__(self) -> None:
        self.laps_us = [int(lap) for lap in self.all(_LAP)]
        self.scores = None
        for text in self.all(_RESULTS):
            self.scores = _numbers(text)

    @property
    def error(self) -> str:
        """What the firmware complained about; empty for nothing."""
        return "; ".join(self.all(_ERROR))

    @property
    def mode(self) -> Mode | None:
        """How the firmware says that it marks time."""
        said = self.all(_MODE)
        if "energy" in said:
            return "energy"
        return "performance" if "performance" in said else None

    @property
    def elapsed_us(self) -> int:
        """Microseconds between the last two time stamps, also across a wrap of the timer.

        Raises:
            DialogueError: when there aren't two.
        """
        if len(self.laps_us) < 2:
            raise DialogueError(
                f"the firmware gave {len(self.laps_us)} of the 2 time stamps (m-lap-us-...) "
                f"of an inference run"
            )
        return (self.laps_us[-1] - self.laps_us[-2]) % _LAP_WRAPS

    def tagged(self, tag: str) -> str:
        """The text in brackets of the line "m-TAG-[...]" or "m-TAG-...-[...]"; or empty."""
        found = self.all(re.compile(rf"m-{tag}-(?:.*-)?\[([^]]*)\]$"))
        return found[0] if found else ""

    def all(self, pattern: re.Pattern[str]) -> list[str]:
        """The first group of every line that matches."""
        return [match[1] for line in self.lines if (match := pattern.match(line))]


class Dialogue:
    """One conversation over a port; each call runs the firmware until it has answered."""

    def __init__(self, port: Port) -> None:
        self._port = port

    def hear(self, timeout_s: float) -> Answer:
        """Waits for the end of an answer (or of what the firmware says when it starts)."""
        match = self._port.expect(READY, timeout_s)
        text = match.string[: match.start()].decode("utf-8", errors="replace")
        return Answer([line.strip() for line in text.splitlines() if line.strip()])

    def command(self, text: str, timeout_s: float = COMMAND_TIMEOUT_S) -> Answer:
        """Sends a command and waits for the answer.

        Raises:
            DialogueError: when the firmware complains.
        """
        self._port.write((text + TERMINATOR).encode())
        answer = self.hear(timeout_s)
        if answer.error:
            shown = text if len(text) <= 20 else text[:17] + "..."
            raise DialogueError(f"the firmware rejects {shown!r}: {answer.error}")
        return answer

    def load(self, data: bytes) -> None:
        """Fills the firmware's input buffer.

        Raises:
            DialogueError: when it takes another number of bytes.
        """
        answer = self.command(f"db load {len(data)}")
        if not any("Expecting" in line for line in answer.lines):
            said = "; ".join(answer.lines) or "nothing"
            raise DialogueError(
                f"the firmware takes no input of {len(data)} bytes (it says: {said}); is it "
                f"another model's?"
            )
        for start in range(0, len(data), BYTES_PER_COMMAND):
            answer = self.command(f"db {data[start : start + BYTES_PER_COMMAND].hex()}")
        if "m-load-done" not in answer.lines:
            raise DialogueError(
                f"the firmware did not say m-load-done after {len(data)} bytes; some were lost "
                f"on the serial line"
            )

    def infer(self, inferences: int, warmups: int) -> Answer:
        """Has the firmware infer, and waits for the results.

        Raises:
            DialogueError: when no results come.
        """
        timeout_s = COMMAND_TIMEOUT_S + INFERENCE_TIMEOUT_S * (inferences + warmups)
        answer = self.command(f"infer {inferences} {warmups}", timeout_s)
        if answer.scores is None:
            raise DialogueError("the firmware gave no results (m-results-[...]) after inference")
        return answer


def _numbers(text: str) -> list[float]:
    try:
        return [float(number) for number in text.split(",") if number.strip()]
    except ValueError:
        raise DialogueError(f"the firmware's results are not numbers: {text!r}") from None
