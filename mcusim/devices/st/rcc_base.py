"""What the clock controllers of all STM32 series share: oscillators that take time to start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.st.clocks import Clocks
from mcusim.devices.st.words import WordDevice

HSE = (0x00, 16)
"""Register and enable bit of the external oscillator, CR.HSEON in all series."""

Ready = tuple[int, int, float]
"""Enable bit, ready bit, start-up time in seconds."""


class Stm32RccBase(WordDevice):
    """Ready flags follow their enables after the start-up time."""

    ready: ClassVar[Mapping[int, tuple[Ready, ...]]] = {}
    """Oscillators and PLLs by the register that has their bits."""
    ready_at_reset: ClassVar[tuple[tuple[int, int], ...]] = ()
    """Register and enable bit of those that run from reset on."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._clocks = Clocks.of(host)
        self._ready_s = dict.fromkeys(self.ready_at_reset, 0.0)

    def _inherit_backup_domain(self, before: Self, bdcr: int) -> None:
        """No reset of the chip reaches what the register at `bdcr` controls."""
        self.stored[bdcr] = before.stored.get(bdcr, 0)
        if (bdcr, 0) in before._ready_s:
            self._ready_s[bdcr, 0] = before._ready_s[bdcr, 0]
        self._clocks.running = before._clocks.running

    def load(self, register: int) -> int:
        value = super().load(register)
        for enable, ready, _ in self.ready.get(register, ()):
            since = self._ready_s.get((register, enable))
            if since is not None and self.host.seconds >= since:
                value |= 1 << ready
        return value

    def _take_over(self, reset_hz: float) -> None:
        """From the first choice of a clock on, the clock tree determines the core clock."""
        if not self._clocks.running:
            self._clocks.running = True
            self.host.started_at(reset_hz)

    def _start_oscillators(self, register: int) -> None:
        for enable, ready, start_s in self.ready.get(register, ()):
            self.stored[register] &= ~(1 << ready)
            if not self.stored[register] >> enable & 1:
                self._ready_s.pop((register, enable), None)
            elif (register, enable) == HSE and not self._clocks.hse_hz:
                self.host.warn(
                    "the firmware starts the external oscillator (HSE), but the board has none: "
                    "give its frequency in the board file (external_clock_hz)"
                )
            elif (register, enable) not in self._ready_s:
                self._ready_s[register, enable] = self.host.seconds + start_s
