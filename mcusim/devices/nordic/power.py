"""nRF52 POWER, which shares its address with CLOCK: system off, regulator, retained registers."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock import NrfClock
from mcusim.devices.reset import Cause, Reset

# PS, POWER, Registers.
CONSTLAT, LOWPWR = 0x078, 0x07C
RESETREAS, SYSTEMOFF, DCDCEN = 0x400, 0x500, 0x578
RAM_POWER, RAM_STEP, RAM_BLOCKS = 0x900, 0x10, 9
RAM_ON = 0xFFFF
MAINREGSTATUS = 0x640
RAM_LAYOUT = (
    *((0x20000000 + 0x2000 * block, 0x1000, 2) for block in range(8)),
    (0x20010000, 0x8000, 6),
)
"""Base, bytes of a section and sections of RAM0 to RAM8 (PS, Memory, RAM)."""
GPREGRETS = (0x51C, 0x520)
"""Kept by all resets modelled here but the watchdog's (PS, POWER, Reset behavior; from memory)."""
RESET_REASONS: dict[Cause, int] = {
    "software": 1 << 2,
    "watchdog": 1 << 1,
    "window watchdog": 1 << 1,
    "lock-up": 1 << 3,
    "wake-up": 1 << 16,
}
"""SREQ, DOG, LOCKUP and OFF of RESETREAS (nrfx bsp/stable/mdk/nrf52840.svd)."""


class NrfPower(NrfClock):
    """The block at 0x40000000: all registers of CLOCK and POWER."""

    reset: ClassVar[dict[int, int]] = {
        **NrfClock.reset,
        **{RAM_POWER + RAM_STEP * block: RAM_ON for block in range(RAM_BLOCKS)},
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._constant_latency = False
        self._reasons = 0
        self._off = False
        self._chosen = False
        """Whether the firmware has written DCDCEN; before, the board's regulator counts."""
        self.fabric.wake_up = self._detected
        self.fabric.demand_changed = self._choose_sleep
        self._choose_sleep()

    def inherit(self, before: Self, reset: Reset) -> None:
        """RESETREAS collects the causes, and GPREGRET stays; System OFF loses RAM (PS, POWER)."""
        self._reasons = self.stored[RESETREAS] = before._reasons | RESET_REASONS[reset.cause]
        if reset.cause != "watchdog":
            for register in GPREGRETS:
                self.stored[register] = before.stored.get(register, 0)
        if before._chosen:
            self._chosen = True
            self.host.set_regulator("ldo", at_reset="ldo")
        if before._off:
            for block in range(RAM_BLOCKS):
                self._lose_ram(block, before.stored[RAM_POWER + RAM_STEP * block] >> 16)

    def _lose_ram(self, block: int, retained: int) -> None:
        base, section_bytes, sections = RAM_LAYOUT[block]
        for section in range(sections):
            if not retained >> section & 1:
                self.host.write_memory(base + section * section_bytes, bytes(section_bytes))

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
            # Writing 1 clears a bit.
            self._reasons &= ~value
            self.stored[RESETREAS] = self._reasons
        elif offset == SYSTEMOFF and value & 1:
            self._system_off()
        elif offset == DCDCEN:
            # DCDCEN0 is of the high-voltage stage, which a supply at VDD bypasses.
            self._chosen = True
            self.host.set_regulator("dcdc" if value & 1 else "ldo", at_reset="ldo")
        elif RAM_POWER <= offset < RAM_POWER + RAM_STEP * RAM_BLOCKS:
            self._ram_power(offset, value)
        else:
            super().configured(offset, value)

    def _system_off(self) -> None:
        """All clocks stop; only what resets the chip ends it (PS, POWER, System OFF mode)."""
        self._off = True
        retained = any(self.stored[RAM_POWER + RAM_STEP * b] >> 16 for b in range(RAM_BLOCKS))
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

    def _ram_power(self, offset: int, value: int) -> None:
        # POWER itself, then POWERSET and POWERCLR.
        block, which = offset & ~0xF, offset & 0xF
        if which == 4:
            self.stored[block] |= value
        elif which == 8:
            self.stored[block] &= ~value
