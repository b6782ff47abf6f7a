"""SiFive SPI with a flash read sequencer (FE310-G002 manual v1p5, 19): code executes in place.

What a read costs follows from its state machines, as SiFive published them (sifive-blocks c53a761,
devices/spi, SPIFlash, SPIMedia and SPIPhysical): each byte of a burst is a request of its own, and
reads that go on where the last one ended leave out chip select, command, address and dummy clocks.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.sifive.spi import DELAY0, DELAY1, FMT, SCKDIV, TXMARK, SifiveSpi

FCTRL, FFMT = 0x60, 0x64
CMD_EN = 1 << 0
BITS = 8
"""Serial clocks of a byte on one lane."""
BETWEEN_BYTES = 5
"""Core cycles from a byte's last sample to the next byte's first clock: two of sample delay, three
of state machines. Half a period of SCK, in which the byte's last clock ends, hides them."""
AROUND_COMMAND = 2
"""Core cycles of state machines before a read command, beyond its serial clocks."""


class SifiveQspi(SifiveSpi):
    """Times the reads of instruction lines and data from the flash by sckdiv, delays and ffmt.

    Cycles on the way from core to controller (TileLink) aren't counted, and neither are up to 10
    that short serial clocks (sckdiv below 2) add between the frames of a command.
    """

    reset: ClassVar[Mapping[int, int]] = {
        **SifiveSpi.reset,
        FMT: 8 << 16 | 1 << 3,
        TXMARK: 1,
        FCTRL: 1,
        FFMT: 3 << 16 | 3 << 1 | CMD_EN,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._set_timing()

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register in (SCKDIV, DELAY0, DELAY1, FFMT):
            self._set_timing()

    def _set_timing(self) -> None:
        self.host.flash.set_serial_read(self._setup_cycles(), self._byte_cycles())

    def _setup_cycles(self) -> int:
        """Core cycles of chip select, command, address and dummy clocks."""
        form, delay0, delay1 = (self.stored[register] for register in (FFMT, DELAY0, DELAY1))
        clocks = (delay0 & 0xFF) + (delay0 >> 16 & 0xFF) + (delay1 & 0xFF)
        if form & CMD_EN:
            clocks += BITS >> (form >> 8 & 3)
        clocks += (form >> 1 & 7) * (BITS >> (form >> 10 & 3)) + (form >> 4 & 0xF)
        return 2 * self.half_period() * clocks + AROUND_COMMAND

    def _byte_cycles(self) -> int:
        half = self.half_period()
        clocks = BITS >> (self.stored[FFMT] >> 12 & 3)
        return 2 * half * clocks + max(0, BETWEEN_BYTES - half)
