"""What POWER of the nRF52 and of the nRF53 share: sleep, System OFF, reset reasons."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock import NrfClock
from mcusim.devices.reset import Cause, Reset

# PS, POWER and RESET, Registers.
CONSTLAT, LOWPWR = 0x078, 0x07C
RESETREAS = 0x400
GPREGRETS = (0x51C, 0x520)
"""Kept by all resets modelled here but the watchdog's (PS, POWER, Reset behavior; from memory)."""


class NrfSystem(NrfClock):
    """The block that CLOCK and POWER share."""

    reset_reasons: ClassVar[dict[Cause, int]] = {}
    """Bits of RESETREAS."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._constant_latency = False
        self._reasons = 0
        self._off = False
        self.fabric.wake_up = self._detected
        self.fabric.demand_changed = self._choose_sleep
        self._choose_sleep()

    def inherit(self, before: Self, reset: Reset) -> None:
        """RESETREAS collects the causes, and GPREGRET stays (PS, POWER)."""
        self._reasons = self.stored[RESETREAS] = before._reasons | self.reset_reasons[reset.cause]
        if reset.cause != "watchdog":
            for register in GPREGRETS:
                self.stored[register] = before.stored.get(register, 0)

    def _choose_sleep(self) -> None:
        """Sleep is System ON, whatever SLEEPDEEP says."""
        state = self._sleep_state()
        self.host.set_light_sleep(state)
        self.host.set_deep_sleep(state, lambda: None)

    def _sleep_state(self) -> str:
        """Who needs a clock keeps it on."""
        if self._constant_latency or self.fabric.hfclk_users:
            return "constant-latency"
        return "system-on-rtc" if self.fabric.rtc_users else "system-on"

    def task(self, offset: int) -> None:
        if offset in (CONSTLAT, LOWPWR):
            self._constant_latency = offset == CONSTLAT
            self._choose_sleep()
        else:
            super().task(offset)

    def configured(self, offset: int, value: int) -> None:
        if offset == RESETREAS:
            # Writing 1 clears a bit.
            self._reasons &= ~value
            self.stored[RESETREAS] = self._reasons
        else:
            super().configured(offset, value)

    def system_off(self, *, retained: bool) -> None:
        """All clocks stop; only what resets the chip ends it (PS, POWER, System OFF mode)."""
        self._off = True
        state = "system-off-retained" if retained else "system-off"
        wakes = "the DETECT signal of a pin with PIN_CNF.SENSE, or the reset pin"
        self.host.switch_off(state, wakes, timers=False)
        for port in self.fabric.ports.values():
            if port.detects:
                self._detected(port.name.upper())

    def _detected(self, port: str) -> None:
        if self._off:
            message = f"DETECT of port {port} woke the chip from System OFF"
            self.host.reset("wake-up", message)
