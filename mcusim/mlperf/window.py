"""The measured part of an inference run: from one time stamp to the next, as a region.

A performance build prints its time stamps: the window opens when the first one's line has left and
closes with the first character of the second, so that it holds the inferences and not the printing.
An energy build pulls a pin low: the window goes from the first falling edge to the second.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from mcusim.errors import UsageError
from mcusim.machine.machine import Machine
from mcusim.machine.regions import BEGIN
from mcusim.machine.serial import SerialLine
from mcusim.result import Region, Result

FIRST_MARKER = 0x6D6C7000
"""Number of the first region; others follow, one a pin."""
LAP = b"m-lap-us-"
INFER_START, INFER_DONE = b"m-infer-start-", b"m-infer-done"
LONGEST_LINE = 200


@dataclass(slots=True)
class PinEdges:
    """Falling edges of one pin during an inference run."""

    marker: int
    seconds: list[float] = field(default_factory=list)


class Window:
    """Watches one inference run."""

    def __init__(self, machine: Machine, line: SerialLine) -> None:
        self._machine = machine
        self._line = line
        self._text = bytearray()
        self._inferring = False
        self._laps = 0
        self._pins: dict[str, PinEdges] = {}

    def __enter__(self) -> Window:
        self._line.listen(self._heard)
        self._machine.pin_listeners.append(self._pin_changed)
        return self

    def __exit__(self, *_error: object) -> None:
        self._line.ignore(self._heard)
        self._machine.pin_listeners.remove(self._pin_changed)

    def _heard(self, byte: int) -> None:
        if not self._text and self._inferring and self._laps == 1 and not self._pins:
            self._close(FIRST_MARKER)
            self._laps += 1
        self._text.append(byte)
        if byte == ord("\n") or len(self._text) > LONGEST_LINE:
            self._line_ended(bytes(self._text))
            self._text.clear()

    def _line_ended(self, line: bytes) -> None:
        if line.startswith(INFER_START):
            self._inferring = True
        elif line.startswith(INFER_DONE):
            self._inferring = False
        elif line.startswith(LAP) and self._inferring and self._laps == 0:
            self._laps = 1
            self._open(FIRST_MARKER)

    def _pin_changed(self, port: str, pin: int, level: bool) -> None:
        if level or not self._inferring:
            return
        name = f"{port}{pin}"
        edges = self._pins.setdefault(name, PinEdges(FIRST_MARKER + 1 + len(self._pins)))
        edges.seconds.append(self._machine.seconds)
        if len(edges.seconds) == 1:
            self._open(edges.marker)
        elif len(edges.seconds) == 2:
            self._close(edges.marker)

    def _open(self, marker: int) -> None:
        self._machine.marker(BEGIN | marker)

    def _close(self, marker: int) -> None:
        self._machine.marker(marker)

    def printed(self, result: Result) -> Region | None:
        """The region between two printed time stamps."""
        return _region(result, FIRST_MARKER) if self._laps == 2 else None

    def pulsed(self, result: Result, pin: str | None) -> tuple[str, float, Region] | None:
        """Pin, seconds between its time stamps, and region; the only pin unless named.

        Raises:
            UsageError: when several pins come into question, or the one named doesn't.
        """
        found = {name: p for name, p in self._pins.items() if len(p.seconds) == 2}
        if pin is not None:
            if pin.upper() not in found:
                seen = len(self._pins[pin.upper()].seconds) if pin.upper() in self._pins else 0
                raise UsageError(
                    f"--timestamp-pin {pin}: {seen} falling edges in the inference run, not 2"
                )
            found = {pin.upper(): found[pin.upper()]}
        if len(found) > 1:
            raise UsageError(
                f"several pins look like the time stamp ({', '.join(sorted(found))}); "
                f"name one with --timestamp-pin"
            )
        for name, edges in found.items():
            region = _region(result, edges.marker)
            if region is not None:
                return name, edges.seconds[1] - edges.seconds[0], region
        return None


def _region(result: Result, marker: int) -> Region | None:
    name = f"marker {marker}"
    return next((r for r in result.regions if r.name == name and r.calls), None)
