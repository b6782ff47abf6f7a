"""FE310-G002 watchdog (manual v1p5, 14)."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host
from mcusim.devices.sifive.clocks import SifiveClocks
from mcusim.devices.sifive.counter import Counter, first_match

WDOGCFG, WDOGCOUNT, WDOGS, WDOGFEED, WDOGKEY, WDOGCMP = 0x00, 0x08, 0x10, 0x18, 0x1C, 0x20
REGISTERS = range(0x00, 0x24)
RSTEN, ZEROCMP, ENALWAYS, COREAWAKE, IP = 1 << 8, 1 << 9, 1 << 12, 1 << 13, 1 << 28
SETTINGS = IP | COREAWAKE | ENALWAYS | ZEROCMP | RSTEN | 0xF
KEY, FOOD = 0x51F15E, 0xD09F00D
WIDTH = 16
COUNT_MASK = 0x7FFFFFFF


class Watchdog:
    """Counts lfclk; a match interrupts, or resets the chip."""

    def __init__(self, host: Host, name: str, interrupt: Callable[[bool], None]) -> None:
        self._host, self._name, self._interrupt = host, name, interrupt
        self._clocks = host.shared(SifiveClocks)
        self._clocks.watch(self._plan)
        self._counter = Counter(host, self._plan)
        self._config = 0
        self._compare = 0xFFFF
        self._unlocked = False
        self._asleep = False

    def sleep(self) -> None:
        """The core goes off: with wdogcoreawake alone, the count stands still."""
        self._asleep = True
        self._plan()

    def resume(self, before: Watchdog) -> None:
        """Takes over what the one before a wake-up from sleep counted."""
        self._config, self._compare = before._config, before._compare
        self._counter.set(before._counter.value)
        self._plan()

    def load(self, register: int) -> int:
        """What a register reads as."""
        self._plan()
        match register:
            case 0x00:
                return self._config
            case 0x08:
                return self._counter.value & COUNT_MASK
            case 0x10:
                return self._counter.value >> self._scale & 0xFFFF
            case 0x1C:
                return int(self._unlocked)
            case 0x20:
                return self._compare
        return 0

    def store(self, register: int, value: int) -> None:
        """Writes a register; all but the key are locked until the key was written."""
        if register == WDOGKEY:
            self._unlocked = value == KEY
            return
        unlocked, self._unlocked = self._unlocked, False
        if not unlocked:
            return
        match register:
            case 0x00:
                self._config = value & SETTINGS
            case 0x08:
                self._counter.set(value & COUNT_MASK)
            case 0x18 if value == FOOD:
                self._counter.set(0)
            case 0x20:
                self._compare = value & 0xFFFF
        self._plan()

    @property
    def _scale(self) -> int:
        return self._config & 0xF

    def _plan(self) -> None:
        """Acts on a match, and plans the next one."""
        counts = bool(self._config & ENALWAYS)
        counts |= bool(self._config & COREAWAKE) and not self._asleep
        self._counter.set_rate(self._clocks.low_hz if counts else 0.0)
        match = first_match(self._counter.value, self._scale, WIDTH, self._compare)
        if counts and self._counter.value >= match:
            self._matched()
            match = first_match(self._counter.value, self._scale, WIDTH, self._compare)
        self._interrupt(bool(self._config & IP))
        self._counter.call_at(match if match > self._counter.value else None)

    def _matched(self) -> None:
        self._config |= IP
        if self._config & RSTEN:
            period_s = (self._compare << self._scale) / self._clocks.low_hz
            self._host.reset(
                "watchdog",
                f"the watchdog ({self._name}) reset the chip: it was not fed within "
                f"{period_s:g} s; write 0x{FOOD:X} to wdogfeed in time, or raise wdogcmp0",
            )
        elif self._config & ZEROCMP:
            # It is 0 one tick after the match.
            self._counter.take(self._counter.value + 1)
