"""The sleep states of a run: which one the chip is in, for how long, and how it wakes up.

With two cores, the chip sleeps while both do, deeply while both do so deeply.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from mcusim import _native
from mcusim.boards.power_schema import Power
from mcusim.machine.clock import Clock

LIGHT_SLEEP = "sleep"
"""Name of the sleep state without SLEEPDEEP, where a chip has one of its own for it."""


def _nobody() -> None:
    """Whom deep sleep is told to on a chip without a power controller."""


class Sleep:
    """Books cycles asleep by state, and has the core take the wake-up time of each."""

    def __init__(self, engines: Sequence[_native.Engine], clock: Clock, power: Power) -> None:
        self._engines = engines
        self._clock = clock
        self._rows = {row.name: row for row in power.sleep}
        self._light, self._deep = LIGHT_SLEEP, power.default_sleep
        self._entered: Callable[[], None] = _nobody
        self._left: Callable[[], None] = _nobody
        self.deep_changed: Callable[[], None] = _nobody
        """Is told when deep sleep has begun or ended."""
        self._in_deep = False
        self._deep_cores = [False] * len(engines)
        self._booked = 0
        self._cycles: dict[str, int] = {}
        self.off: tuple[str, str] | None = None
        """The state in which the core is off, and what can wake it."""
        self.wakes = ""
        """What stands still in deep sleep, and what would end it, in words."""
        for number, engine in enumerate(engines):
            engine.set_deep_sleep(partial(self._changed, number))

    @property
    def in_deep(self) -> bool:
        """Whether the core is in deep sleep."""
        return self._in_deep

    @property
    def deep_state(self) -> str:
        """What SLEEPDEEP leads to."""
        return self._deep

    def set_deep(
        self, state: str, entered: Callable[[], None], left: Callable[[], None], wakes: str
    ) -> None:
        """Names what SLEEPDEEP leads to from now on, and who is told when it begins and ends."""
        self.book()
        self._deep, self._entered, self._left, self.wakes = state, entered, left, wakes

    def set_light(self, state: str) -> None:
        """Names what WFI and WFE lead to from now on without SLEEPDEEP."""
        self.book()
        self._light = state
        self.tell()

    def switch_off(self, state: str, wakes: str) -> None:
        """The core is off from now on, until `restart`."""
        self.book()
        self.off = (state, wakes)

    def switch_on(self) -> None:
        """The core is back from `switch_off`, where it was, and takes its time to be."""
        self.book()
        state = self.off[0] if self.off else ""
        self.off = None
        self._engines[0].wake_up(self._wake_cycles(state))

    def restart(self) -> None:
        """The chip was reset; one that was off takes its time to start."""
        self.book()
        state = self.off[0] if self.off else ""
        self.off, self._in_deep = None, False
        self._deep_cores = [False] * len(self._engines)
        self._engines[0].wake_up(self._wake_cycles(state))

    def book(self) -> None:
        """Books what was slept since the last call."""
        slept = self._engines[0].asleep_together - self._booked
        if slept > 0:
            self._booked += slept
            state = self.off[0] if self.off else self._deep if self._in_deep else self._light
            self._cycles[state] = self._cycles.get(state, 0) + slept

    def cycles(self) -> dict[str, int]:
        """Cycles asleep so far by state, without those of waking up."""
        self.book()
        return self._cycles

    def tell(self) -> None:
        """Tells the engine how the core sleeps and wakes at the present clock."""
        row = self._rows.get(self._light)
        systick = row is None or row.systick
        for engine in self._engines:
            engine.set_sleep(systick, self._wake_cycles(self._light))

    def held(self, core: int, held: bool) -> None:
        """A core in reset does not keep the chip from deep sleep."""
        self._deep_cores[core] = held

    def _changed(self, core: int, entered: bool) -> None:
        self.book()
        self._deep_cores[core] = entered
        was_deep, self._in_deep = self._in_deep, all(self._deep_cores)
        if self._in_deep:
            self._entered()
        elif was_deep:
            # Clocks that stand still do so until the core's is back.
            self._engines[core].wake_up(self._wake_cycles(self._deep))
            self._left()
        self.deep_changed()

    def _wake_cycles(self, state: str) -> int:
        row = self._rows.get(state)
        return 0 if row is None else round(row.wake_s * self._clock.hz)
