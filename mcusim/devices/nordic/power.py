"""nRF52 POWER, which shares its address with CLOCK: system off, regulator, retained registers."""

from __future__ import annotations

from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.nordic.clock import NrfClock
from mcusim.devices.nordic.system import NrfSystem
from mcusim.devices.reset import Cause, Reset

# PS, POWER, Registers.
SYSTEMOFF, DCDCEN = 0x500, 0x578
RAM_POWER, RAM_STEP, RAM_BLOCKS = 0x900, 0x10, 9
RAM_ON = 0xFFFF
MAINREGSTATUS = 0x640
RAM_LAYOUT = (
    *((0x20000000 + 0x2000 * block, 0x1000, 2) for block in range(8)),
    (0x20010000, 0x8000, 6),
)
"""Base, bytes of a section and sections of RAM0 to RAM8 (PS, Memory, RAM)."""
RESET_REASONS: dict[Cause, int] = {
    "software": 1 << 2,
    "watchdog": 1 << 1,
    "window watchdog": 1 << 1,
    "lock-up": 1 << 3,
    "wake-up": 1 << 16,
}
"""SREQ, DOG, LOCKUP and OFF of RESETREAS (nrfx bsp/stable/mdk/nrf52840.svd)."""


class NrfPower(NrfSystem):
    """The block at 0x40000000: all registers of CLOCK and POWER."""

    reset: ClassVar[dict[int, int]] = {
        **NrfClock.reset,
        **{RAM_POWER + RAM_STEP * block: RAM_ON for block in range(RAM_BLOCKS)},
    }
    reset_reasons: ClassVar[dict[Cause, int]] = RESET_REASONS

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._chosen = False
        """Whether the firmware has written DCDCEN; before, the board's regulator counts."""

    def inherit(self, before: Self, reset: Reset) -> None:
        """System OFF loses RAM (PS, POWER)."""
        super().inherit(before, reset)
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

    def value(self, offset: int) -> int:
        if RAM_POWER <= offset < RAM_POWER + RAM_STEP * RAM_BLOCKS:
            return self.stored[offset & ~0xF]
        return super().value(offset)

    def configured(self, offset: int, value: int) -> None:
        if offset == SYSTEMOFF and value & 1:
            settings = [self.stored[RAM_POWER + RAM_STEP * b] for b in range(RAM_BLOCKS)]
            self.system_off(retained=any(setting >> 16 for setting in settings))
        elif offset == DCDCEN:
            # DCDCEN0 is of the high-voltage stage, which a supply at VDD bypasses.
            self._chosen = True
            self.host.set_regulator("dcdc" if value & 1 else "ldo", at_reset="ldo")
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
