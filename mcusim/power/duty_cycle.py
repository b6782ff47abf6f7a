"""A duty cycle: every period one active phase, then sleep; all as drawn at the board's supply."""

from __future__ import annotations

from dataclasses import dataclass

from mcusim.errors import UsageError
from mcusim.power.anchors import BoardLike
from mcusim.power.energy import Band, find_sleep, sleep_current
from mcusim.units import format_quantity


@dataclass(frozen=True)
class ActivePhase:
    """What the firmware does each period, as drawn at the board's supply."""

    time_s: float
    current_a: Band
    """Mean over `time_s`."""
    peak_a: float = 0.0
    """Highest typical current that lasts; the mean where that is higher."""

    @classmethod
    def from_energy(
        cls, energy_j: Band, time_s: float, supply_v: float, peak_a: float = 0.0
    ) -> ActivePhase:
        """The phase that takes `energy_j` at `supply_v`."""
        if time_s <= 0.0:
            raise UsageError("the active phase has no duration; choose a region that was run")
        return cls(time_s, energy_j.scaled(1.0 / (time_s * supply_v)), peak_a)


@dataclass(frozen=True)
class SleepState:
    """What the chip draws between active phases."""

    name: str
    current_a: Band
    wake_s: float
    """Spent awake after each sleep before the active phase; drawn at the phase's mean current,
    since no chip here publishes the charge of waking up."""


@dataclass(frozen=True)
class DutyCycle:
    """What repeats: one active phase each period, and sleep for the rest of it."""

    period_s: float
    active: ActivePhase
    sleep: SleepState

    def check(self) -> None:
        """Raise UsageError when the period is too short."""
        busy = self.active.time_s + self.sleep.wake_s
        if self.period_s < busy:
            raise UsageError(
                f"the period of {format_quantity(self.period_s, 's')} is shorter than the active "
                f"time of {format_quantity(busy, 's')} by "
                f"{format_quantity(busy - self.period_s, 's')}; choose a longer period"
            )


def sleep_state(board: BoardLike, name: str | None = None) -> SleepState:
    """A sleep state of the board's chip, its default one without a name."""
    row = find_sleep(board, name)
    extra = sum(o.typical_a for o in board.overhead)
    band = sleep_current(board, row)
    whole = Band(band.low + extra, band.typical + extra, band.high + extra)
    return SleepState(row.name, whole, row.wake_s)
