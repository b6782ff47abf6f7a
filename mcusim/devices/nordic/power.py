"""nRF52 POWER, which shares its address with CLOCK: system off, regulator, retained registers."""

from __future__ import annotations

from typing import ClassVar

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

    def task(self, offset: int) -> None:
        if offset in (CONSTLAT, LOWPWR):
            self.stored[CONSTLAT] = int(offset == CONSTLAT)
        else:
            super().task(offset)

    @property
    def constant_latency(self) -> bool:
        """Whether sleep keeps the 64 MHz clock on."""
        return bool(self.stored.get(CONSTLAT, 0))

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
