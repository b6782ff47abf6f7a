"""nRF52 POWER, which shares its address with CLOCK: system off, regulator, retained registers."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock import NrfClock

# PS, POWER, Registers.
CONSTLAT, LOWPWR = 0x078, 0x07C
RESETREAS, SYSTEMOFF, DCDCEN = 0x400, 0x500, 0x578
RAM_POWER, RAM_STEP, RAM_BLOCKS = 0x900, 0x10, 9
RAM_ON = 0xFFFF
MAINREGSTATUS = 0x640


class NrfPower(NrfClock):
    """The block at 0x40000000: all registers of CLOCK and POWER."""

    reset: ClassVar[dict[int, int]] = {
        **NrfClock.reset,
        **{RAM_POWER + RAM_STEP * block: RAM_ON for block in range(RAM_BLOCKS)},
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._constant_latency = False
        self.fabric.demand_changed = self._choose_sleep
        self._choose_sleep()

    def _choose_sleep(self) -> None:
        """Sleep is System ON, whatever SLEEPDEEP says; who needs a clock keeps it on."""
        if self._constant_latency or self.fabric.hfclk_users:
            state = "constant-latency"
        else:
            state = "system-on-rtc" if self.fabric.rtc_users else "system-on"
        self.host.set_light_sleep(state)
        self.host.set_deep_sleep(state, lambda: None)

    def task(self, offset: int) -> None:
        if offset in (CONSTLAT, LOWPWR):
            self._constant_latency = offset == CONSTLAT
            self._choose_sleep()
        else:
            super().task(offset)

    def value(self, offset: int) -> int:
        if RAM_POWER <= offset < RAM_POWER + RAM_STEP * RAM_BLOCKS:
            return self.stored[offset & ~0xF]
        return super().value(offset)

    def configured(self, offset: int, value: int) -> None:
        if offset == RESETREAS:
            # A power-on reset leaves it 0; writing 1 clears a bit.
            self.stored[RESETREAS] = 0
        elif offset == SYSTEMOFF and value & 1:
            self.host.end("the firmware put the chip into System OFF (POWER.SYSTEMOFF)")
        elif offset == DCDCEN:
            self._regulator(bool(value & 1))
        elif RAM_POWER <= offset < RAM_POWER + RAM_STEP * RAM_BLOCKS:
            self._ram_power(offset, value)
        else:
            super().configured(offset, value)

    def _ram_power(self, offset: int, value: int) -> None:
        # POWER itself, then POWERSET and POWERCLR.
        block, which = offset & ~0xF, offset & 0xF
        if which == 4:
            self.stored[block] |= value
        elif which == 8:
            self.stored[block] &= ~value

    def _regulator(self, dcdc: bool) -> None:
        chosen = "dcdc" if dcdc else "ldo"
        if self.host.regulator != chosen:
            self.host.warn(
                f"the firmware sets POWER.DCDCEN to {int(dcdc)}, but the energy is that of "
                f"--regulator {self.host.regulator}; run with --regulator {chosen}"
            )
