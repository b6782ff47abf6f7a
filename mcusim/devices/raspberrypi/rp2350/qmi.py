"""RP2350 execute-in-place: cache control and the QSPI interface behind it.

pico-sdk, src/rp2350, regs/xip.h and regs/qmi.h.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.reset import Reset

LINE_BITS = 64


class Rp2350XipCtrl(Peripheral):
    """Turns the cache on and off; what is written of its ways and mirrors is remembered."""

    CTRL, STAT, ENABLE = 0x00, 0x08, 0b11
    IDLE = 0b10
    reset: ClassVar[Mapping[int, int]] = {CTRL: 0x83, STAT: IDLE}

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register == self.CTRL:
            self.host.flash.set_icache(bool(value & self.ENABLE))


class Rp2350XipMaintenance(Peripheral):
    """Writes here clean or drop a line of the XIP cache (datasheet 4.4.1.1), by set or by address.

    Nothing is ever dirty in a cache of flash; a write that drops a line (address bits 2 to 0: 0 or
    2) empties all of it.
    """

    INVALIDATES = (0, 2)

    def read(self, offset: int, size: int) -> int:
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        if offset & 7 in self.INVALIDATES:
            self.host.flash.invalidate_icache()


class Rp2350Qmi(Peripheral):
    """What a line of the XIP cache takes to fill, by M0_TIMING, M0_RFMT and M0_RCMD.

    Direct mode reads no flash: what is sent is lost, and 0 comes back. Lines that follow one
    another within the cooldown, without a new command, cost as much as others.
    """

    DIRECT_CSR, TIMING, FORMAT, COMMAND = 0x00, 0x0C, 0x10, 0x14
    TX_EMPTY, RX_EMPTY = 1 << 11, 1 << 16
    CONTINUOUS = 0xA0
    # What the boot ROM leaves: EBh, one wire for the command and four for the rest, four dummy
    # clocks, the flash's clock at a third of clk_sys.
    reset: ClassVar[Mapping[int, int]] = {
        TIMING: 0x40000203,
        FORMAT: 1 << 12 | 2 << 8 | 2 << 6 | 2 << 4 | 2 << 2 | 2 << 14 | 1 << 16,
        COMMAND: CONTINUOUS << 8 | 0xEB,
        0x34: 0x04000000, 0x38: 0x04000400, 0x3C: 0x04000800, 0x40: 0x04000C00,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._set_line_time()

    def inherit(self, before: Self, reset: Reset) -> None:
        """The flash stays as fast as it was."""
        self.stored = before.stored
        self._set_line_time()

    def load(self, register: int) -> int:
        if register == self.DIRECT_CSR:
            return super().load(register) | self.TX_EMPTY | self.RX_EMPTY
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register in (self.TIMING, self.FORMAT, self.COMMAND):
            self._set_line_time()

    def _set_line_time(self) -> None:
        """Phases in bits over their wires, each one, two or four wide, times CLKDIV."""
        form, divider = self.stored[self.FORMAT], self.stored[self.TIMING] & 0xFF or 256
        command, address, suffix, dummy, data = (
            1 << min(form >> shift & 3, 2) for shift in (0, 2, 4, 6, 8)
        )
        clocks = (form >> 12 & 1) * 8 // command + 24 // address
        clocks += 8 // suffix if form >> 14 & 3 == 2 else 0
        clocks += 4 * (form >> 16 & 7) // dummy + LINE_BITS // data
        self.host.flash.set_wait_states(clocks * divider)
