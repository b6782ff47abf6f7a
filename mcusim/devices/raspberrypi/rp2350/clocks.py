"""RP2350 clock generators (pico-sdk, src/rp2350, regs/clocks.h): the RP2040's, moved a little.

HSTX has its registers before those of USB, and clk_rtc is gone: what is behind moved by one
generator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.raspberrypi.clocks import ADC, PERI, REF, SYS, USB, RpClocks
from mcusim.devices.raspberrypi.oscillators import RpPllSys, RpPllUsb, RpRosc, RpXosc

HSTX, AFTER_HSTX, TEST_CLOCKS, AFTER_TEST_CLOCKS = 0x54, 0x60, 0x78, 0x84
MOVED, OWN = 0xC, 0x800
"""By how much registers moved, and where those are kept that the RP2040 has not."""
ONE = 1 << 16
"""Of dividers with 16 bits of fraction."""


def as_on_rp2040(register: int) -> int:
    """The RP2040's offset of a register; those that it has not are kept aside."""
    if HSTX <= register < AFTER_HSTX or TEST_CLOCKS <= register < AFTER_TEST_CLOCKS:
        return OWN + register
    return register - MOVED if register >= AFTER_HSTX else register


class Rp2350Clocks(RpClocks):
    """HSTX and test clocks are remembered only."""

    reset: ClassVar[Mapping[int, int]] = {
        **RpClocks.reset,
        **{clock + 4: ONE for clock in (0x00, 0x0C, 0x18, 0x24, REF, SYS, PERI, USB, ADC)},
        OWN + HSTX + 4: ONE,
    }

    def load(self, register: int) -> int:
        # HSTX has no choice without glitches.
        return 1 if register == HSTX + 8 else super().load(as_on_rp2040(register))

    def store(self, register: int, value: int) -> None:
        super().store(as_on_rp2040(register), value)

    def held(self, register: int) -> int:
        return super().held(as_on_rp2040(register))

    def _divider(self, clock: int) -> float:
        """Sixteen bits each of integer and fraction; few generators have all of them."""
        value = self.stored[clock + 4]
        bits = {PERI: 2, REF: 8, USB: 4, ADC: 4}.get(clock, 16)
        whole = value >> 16 & (1 << bits) - 1
        return (whole or 1 << bits) + (value & 0xFFFF) / ONE * (bits == 16)


class Rp2350Xosc(RpXosc):
    """Its COUNT is at another place."""

    COUNT, AS_ON_RP2040 = 0x10, 0x1C

    def load(self, register: int) -> int:
        return super().load(self.AS_ON_RP2040 if register == self.COUNT else register)

    def store(self, register: int, value: int) -> None:
        super().store(self.AS_ON_RP2040 if register == self.COUNT else register, value)


class Rp2350Rosc(RpRosc):
    """The RP2040's model: the nominal frequency of this one is higher, and not known here."""


class Rp2350PllSys(RpPllSys):
    """The system PLL."""

    reset_bit = 14


class Rp2350PllUsb(RpPllUsb):
    """The PLL meant for USB and ADC."""

    reset_bit = 15
