"""FE310-G002 real-time clock (manual v1p5, 16)."""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host
from mcusim.devices.sifive.clocks import SifiveClocks
from mcusim.devices.sifive.counter import Counter, first_match

RTCCFG, RTCCOUNTLO, RTCCOUNTHI, RTCS, RTCCMP = 0x40, 0x48, 0x4C, 0x50, 0x60
REGISTERS = range(0x40, 0x64)
ENALWAYS, IP = 1 << 12, 1 << 28
WIDTH = 32
COUNT_MASK = (1 << 48) - 1


class Rtc:
    """Counts lfclk, awake and asleep; pending as long as rtcs is at least rtccmp."""

    def __init__(self, host: Host, changed: Callable[[bool], None]) -> None:
        self._changed = changed
        self._clocks = host.shared(SifiveClocks)
        self._clocks.watch(self._plan)
        self._counter = Counter(host, self._plan)
        self._config = 0
        self._compare = 0xFFFFFFFF

    def resume(self, before: Rtc) -> None:
        """Takes over what the one before a wake-up from sleep counted."""
        self._config, self._compare = before._config, before._compare
        self._counter.set(before._counter.value)
        self._plan()

    @property
    def pending(self) -> bool:
        """The interrupt, rtccmpip."""
        field = self._counter.value >> self._scale & 0xFFFFFFFF
        return bool(self._config & ENALWAYS) and field >= self._compare

    def load(self, register: int) -> int:
        """What a register reads as."""
        count = self._counter.value & COUNT_MASK
        match register:
            case 0x40:
                return self._config | (IP if self.pending else 0)
            case 0x48:
                return count & 0xFFFFFFFF
            case 0x4C:
                return count >> 32
            case 0x50:
                return count >> self._scale & 0xFFFFFFFF
            case 0x60:
                return self._compare
        return 0

    def store(self, register: int, value: int) -> None:
        """Writes a register."""
        count = self._counter.value & COUNT_MASK
        match register:
            case 0x40:
                self._config = value & 0x100F
            case 0x48:
                self._counter.set(count >> 32 << 32 | value)
            case 0x4C:
                self._counter.set((value & 0xFFFF) << 32 | count & 0xFFFFFFFF)
            case 0x60:
                self._compare = value
        self._plan()

    @property
    def _scale(self) -> int:
        return self._config & 0xF

    def _plan(self) -> None:
        runs = bool(self._config & ENALWAYS)
        self._counter.set_rate(self._clocks.low_hz if runs else 0.0)
        match = first_match(self._counter.value, self._scale, WIDTH, self._compare)
        self._counter.call_at(match if runs and match > self._counter.value else None)
        self._changed(self.pending)
