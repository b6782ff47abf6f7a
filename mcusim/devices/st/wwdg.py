"""STM32 system window watchdog (RM0432 48)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.st.bus_clock import BusClock
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

CR, CFR, SR = 0x00, 0x04, 0x08  # RM0432 48.5
WDGA, EWI, EWIF = 1 << 7, 1 << 9, 1
EARLY = 0x40
"""Counter at which the early wake-up interrupt comes; one less resets."""


class Stm32Wwdg(WordDevice):
    """Counts down from CR.T; resets the chip when it expires or is refreshed too early."""

    reset: ClassVar[Mapping[int, int]] = {CR: 0x7F, CFR: 0x7F}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._bus = host.shared(BusClock)
        self._since = 0
        self._early = host.add_timer(self._warned)
        self._end = host.add_timer(self._expired)

    def restart(self) -> None:
        super().restart()
        self._bus.cancel(self.host, self._early)
        self._bus.cancel(self.host, self._end)

    @property
    def _cycles_per_count(self) -> int:
        # RM0432 48.4: PCLK over 4096 times 2^WDGTB.
        cfr = self.stored[CFR]
        divider = 4096 << (cfr >> 11 & 7 if cfr >> 11 & 7 else cfr >> 7 & 3)
        return max(1, round(divider * self.host.clock_hz / self._clocks.pclk1))

    def _counter(self) -> int:
        if not self.stored[CR] & WDGA:
            return self.stored[CR] & 0x7F
        passed = (self._bus.now(self.host) - self._since) // self._cycles_per_count
        return max(0, (self.stored[CR] & 0x7F) - passed)

    def load(self, register: int) -> int:
        if register == CR:
            return self.stored[CR] & WDGA | self._counter()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == SR:
            self.stored[SR] = self.stored.get(SR, 0) & value
            self._drive()
            return
        if register != CR:
            super().store(register, value)
            return
        running = self.stored[CR] & WDGA
        if running and self._counter() > self.stored[CFR] & 0x7F:
            self.host.reset("window watchdog", "the window watchdog (WWDG) was refreshed too early")
        self.stored[CR] = value & 0xFF | running
        self._since = self._bus.now(self.host)
        if self.stored[CR] & WDGA:
            self._plan()

    def _plan(self) -> None:
        counts = (self.stored[CR] & 0x7F) - EARLY
        if counts < 0:
            self._expired()
            return
        per_count = self._cycles_per_count
        self._bus.schedule(self.host, self._early, self._since + max(1, counts * per_count))
        self._bus.schedule(self.host, self._end, self._since + (counts + 1) * per_count)

    def _warned(self) -> None:
        self.stored[SR] = EWIF
        self._drive()

    def _drive(self) -> None:
        self.interrupt(bool(self.stored.get(SR, 0) and self.stored[CFR] & EWI))

    def _expired(self) -> None:
        self.host.reset(
            "window watchdog",
            "the window watchdog (WWDG) reset the chip: it was not refreshed in time",
        )
