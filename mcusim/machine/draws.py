"""What devices draw current for, and how long: the states that they were in, by name."""

from __future__ import annotations

from typing import NamedTuple

from mcusim.boards.power_schema import Regulator

SPANS_KEPT = 100_000
"""Later ones count in the totals, but have no place in the trace and in regions."""


class Span(NamedTuple):
    """A stretch of simulated time that a device spent in one state."""

    device: str
    state: str
    regulator: Regulator
    begin_s: float
    end_s: float


class Draws:
    """Takes the changes of state, in the order of time for each device."""

    def __init__(self, regulator: Regulator) -> None:
        self._regulator = regulator
        self._present: dict[str, tuple[str, float]] = {}
        self.spans: list[Span] = []
        self.totals_s: dict[tuple[str, str, Regulator], float] = {}
        """Seconds by device, state and regulator."""

    def enter(self, device: str, state: str, at_s: float) -> None:
        """The device is in `state` from `at_s` on; "" draws nothing of its own."""
        before = self._present.pop(device, None)
        if before is not None:
            self._add(Span(device, before[0], self._regulator, before[1], at_s))
        if state:
            self._present[device] = state, at_s

    def cut(self, at_s: float, regulator: Regulator) -> None:
        """All go on as they are, with another regulator."""
        present = dict(self._present)
        self.stop(at_s)
        self._regulator = regulator
        self._present = {device: (state, at_s) for device, (state, _) in present.items()}

    def stop(self, at_s: float) -> None:
        """None of them draws anything any more."""
        for device in list(self._present):
            self.enter(device, "", at_s)

    def _add(self, span: Span) -> None:
        if span.end_s <= span.begin_s:
            return
        key = span.device, span.state, span.regulator
        self.totals_s[key] = self.totals_s.get(key, 0.0) + span.end_s - span.begin_s
        if len(self.spans) < SPANS_KEPT:
            self.spans.append(span)
