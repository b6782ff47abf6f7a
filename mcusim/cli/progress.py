"""The progress bar of a long run: on standard error, only on a terminal, only after a second."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.progress import Progress as Bar

QUIET_S = 1.0
"""Runs shorter than this show nothing."""


class Progress:
    """Takes the engine's reports; a context manager, so that the bar never outlives the run."""

    def __init__(
        self, *, enabled: bool, max_time_s: float | None, max_instructions: int | None
    ) -> None:
        self._enabled = enabled and sys.stderr.isatty()
        self._max_time_s = max_time_s
        self._max_instructions = max_instructions
        self._bar: Bar | None = None

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, cycles: int, instructions: int, time_s: float, wall_s: float) -> None:
        """What `mcusim.run` calls some ten times a second of wall time."""
        if not self._enabled or wall_s < QUIET_S:
            return
        from mcusim.units import format_duration

        share = self.share(instructions, time_s)
        columns: dict[str, Any] = {
            "simulated": format_duration(time_s),
            "rate": f"{instructions / wall_s / 1e6:.0f} MIPS",
            "left": _left(share, wall_s),
        }
        if self._bar is None:
            self._bar = _new_bar()
            self._bar.add_task("run", total=None if share is None else 1.0, **columns)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=share or 0.0, **columns)

    def share(self, instructions: int, time_s: float) -> float | None:
        """How much of the nearer limit is used up, 0 to 1; None without a limit."""
        shares = []
        if self._max_time_s:
            shares.append(time_s / self._max_time_s)
        if self._max_instructions:
            shares.append(instructions / self._max_instructions)
        return min(1.0, max(shares)) if shares else None


def _new_bar() -> Bar:
    # Imported here: most runs end before they need it.
    from rich.console import Console
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    return Bar(
        TextColumn("{task.fields[simulated]} simulated"),
        BarColumn(bar_width=24),
        TextColumn("{task.fields[rate]}  {task.fields[left]}"),
        console=Console(stderr=True),
        transient=True,
    )


def _left(share: float | None, wall_s: float) -> str:
    """Time to the limit at the rate so far, which is the longest that the run may take."""
    if not share:
        return f"{wall_s:.0f} s elapsed"
    return f"at most {wall_s / share - wall_s:.0f} s left"
