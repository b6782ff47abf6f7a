"""Core-local interruptor: software and timer interrupts of one hart.

Registers as in the SiFive FE310-G002 Manual v1p5, 9: msip, mtimecmp and mtime.
"""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.sifive.clocks import SifiveClocks
from mcusim.devices.sifive.counter import Counter
from mcusim.devices.sifive.registers import SifivePeripheral

MSIP, MTIMECMP, MTIME = 0x0, 0x4000, 0xBFF8
SOFTWARE, TIMER = 3, 7
"""Bits of mip (Privileged Architecture 20211203, 3.1.9)."""
_ALL_ONES = (1 << 64) - 1


class Clint(SifivePeripheral):
    """Counts mtime in cycles of the core."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._offset = 0
        self._compare = _ALL_ONES
        """mtimecmp is not reset on silicon: no interrupt before the firmware sets it."""
        self._prepare()

    def _prepare(self) -> None:
        self._timer = self.host.add_timer(self._plan)
        self.host.set_core_time(lambda: self.mtime)

    @property
    def mtime(self) -> int:
        """Ticks of the real-time counter."""
        return self._ticks() + self._offset & _ALL_ONES

    def _ticks(self) -> int:
        return self.host.now

    def _call_at(self, ticks: int) -> None:
        self.host.schedule(self._timer, ticks)

    def load(self, register: int) -> int:
        match register:
            case 0x4000 | 0x4004:
                return self._compare >> 8 * (register & 4) & 0xFFFFFFFF
            case 0xBFF8 | 0xBFFC:
                return self.mtime >> 8 * (register & 4) & 0xFFFFFFFF
        return self.stored.get(register, 0) if register == MSIP else 0

    def store(self, register: int, value: int) -> None:
        shift = 8 * (register & 4)
        kept = 0xFFFFFFFF << 32 - shift
        match register:
            case 0x0:
                self.stored[MSIP] = value & 1
                self.host.set_core_line(SOFTWARE, bool(value & 1))
            case 0x4000 | 0x4004:
                self._compare = self._compare & kept | value << shift
                self._plan()
            case 0xBFF8 | 0xBFFC:
                wanted = self.mtime & kept | value << shift
                self._offset = wanted - self._ticks()
                self._plan()

    def _plan(self) -> None:
        due = self.mtime >= self._compare
        self.host.set_core_line(TIMER, due)
        if not due and self._compare < 1 << 62:
            self._call_at(self._compare - self._offset)


class SifiveClint(Clint):
    """That of the FE310: mtime counts the low-frequency clock (manual v1p5, 9.2)."""

    def _prepare(self) -> None:
        self._counter = Counter(self.host, self._plan)
        self._clocks = self.host.shared(SifiveClocks)
        self._clocks.watch(self._clock_changed)
        self._counter.set_rate(self._clocks.low_hz)

    def _clock_changed(self) -> None:
        self._counter.set_rate(self._clocks.low_hz)
        self._plan()

    def _ticks(self) -> int:
        return self._counter.value

    def _call_at(self, ticks: int) -> None:
        self._counter.call_at(ticks)
