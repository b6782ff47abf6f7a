"""Platform-level interrupt controller with one context, the hart's machine mode.

Registers and rules: RISC-V Platform-Level Interrupt Controller Specification 1.0.0; widths as in
the SiFive FE310-G002 Manual v1p5, 10.
"""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.sifive.registers import SifivePeripheral

PENDING, ENABLE = 0x1000, 0x2000
THRESHOLD, CLAIM = 0x200000, 0x200004
EXTERNAL = 11
"""Bit of mip (Privileged Architecture 20211203, 3.1.9)."""


class Plic(SifivePeripheral):
    """Sources are levels: one that is served pends again if it is still high at its completion."""

    sources: ClassVar[int] = 1024
    most_urgent: ClassVar[int] = 7
    """The highest priority (FE310-G002, 10.3)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._priority: dict[int, int] = {}
        self._enabled = 0
        self._pending = 0
        self._high = 0
        self._served = 0
        self._threshold = 0
        host.take_interrupts(self._set_level)

    def _set_level(self, source: int, high: bool) -> None:
        bit = 1 << source
        self._high = self._high | bit if high else self._high & ~bit
        # The gateway waits for the completion before it forwards another request.
        if high and not self._served & bit:
            self._pending |= bit
        self._tell()

    def load(self, register: int) -> int:
        if register < PENDING:
            return self._priority.get(register // 4, 0)
        for base, bits in ((PENDING, self._pending), (ENABLE, self._enabled)):
            if base <= register < base + self.sources // 8:
                return bits >> 8 * (register - base) & 0xFFFFFFFF
        if register == THRESHOLD:
            return self._threshold
        return self._claim() if register == CLAIM else 0

    def store(self, register: int, value: int) -> None:
        if 0 < register < PENDING:
            self._priority[register // 4] = value & self.most_urgent
        elif ENABLE <= register < ENABLE + self.sources // 8:
            shift = 8 * (register - ENABLE)
            # Source 0 does not exist.
            self._enabled = (self._enabled & ~(0xFFFFFFFF << shift) | value << shift) & ~1
        elif register == THRESHOLD:
            self._threshold = value & self.most_urgent
        elif register == CLAIM:
            self._complete(value)
        self._tell()

    def _best(self) -> int:
        """The pending and enabled source of the highest priority, the lowest of several; or 0."""
        best = 0
        waiting = self._pending & self._enabled
        while waiting:
            source = (waiting & -waiting).bit_length() - 1
            waiting &= waiting - 1
            if self._priority.get(source, 0) > self._priority.get(best, 0):
                best = source
        return best

    def _claim(self) -> int:
        source = self._best()
        if source:
            self._pending &= ~(1 << source)
            self._served |= 1 << source
            self._tell()
        return source

    def _complete(self, source: int) -> None:
        # A completion of a source that is not enabled is ignored.
        if not 0 < source < self.sources or not self._enabled >> source & 1:
            return
        self._served &= ~(1 << source)
        self._pending |= self._high & 1 << source

    def _tell(self) -> None:
        best = self._best()
        urgent = best != 0 and self._priority.get(best, 0) > self._threshold
        self.host.set_core_line(EXTERNAL, urgent)
