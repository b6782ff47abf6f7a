"""RP2350 execute-in-place: cache control and the QSPI interface behind it.

pico-sdk, src/rp2350, regs/xip.h and regs/qmi.h.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.flash_chip import FlashChip
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.reset import Reset

FLASH_BASE = 0x10000000
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
    """What a line of the XIP cache takes to fill, by M0_TIMING, M0_RFMT and M0_RCMD; direct mode.

    In direct mode, frames of a byte or two go to the flash and back at DIRECT_CSR's rate, while its
    chip select is asserted. Reads by the address map go on meanwhile, where the chip faults. Lines
    that follow one another within the cooldown, without a new command, cost as much as others.
    Chip select 1 has nothing.
    """

    DIRECT_CSR, DIRECT_TX, DIRECT_RX = 0x00, 0x04, 0x08
    TIMING, FORMAT, COMMAND = 0x0C, 0x10, 0x14
    BUSY, ASSERT_CS0, AUTO_CS0, TX_FULL, TX_EMPTY = 1 << 1, 1 << 2, 1 << 6, 1 << 10, 1 << 11
    RX_EMPTY, RX_FULL, TX_LEVEL, RX_LEVEL, CLKDIV = 1 << 16, 1 << 17, 12, 18, 22
    CONTROL = 0x3FC000CD | 3 << 30
    TX_16_BITS, TX_NO_PUSH, TX_WIDTH = 1 << 18, 1 << 20, 16
    DEPTH = 4
    """Words of either FIFO; the header has levels of three bits, up to 4."""
    CONTINUOUS = 0xA0
    # What the boot ROM leaves: EBh, one wire for the command and four for the rest, four dummy
    # clocks, the flash's clock at a third of clk_sys.
    reset: ClassVar[Mapping[int, int]] = {
        DIRECT_CSR: 0x01800000,
        TIMING: 0x40000203,
        FORMAT: 1 << 12 | 2 << 8 | 2 << 6 | 2 << 4 | 2 << 2 | 2 << 14 | 1 << 16,
        COMMAND: CONTINUOUS << 8 | 0xEB,
        0x34: 0x04000000, 0x38: 0x04000400, 0x3C: 0x04000800, 0x40: 0x04000C00,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._flash = host.shared(FlashChip)
        self._flash.changed = host.flash.invalidate_icache
        self._received: deque[int] = deque()
        self._ends: deque[int] = deque()
        """Cycles at which the frames that are under way end."""
        self._selected = False
        self._set_line_time()

    def placed(self, base: int) -> None:
        super().placed(base)
        self._flash.connect(self.host, FLASH_BASE)

    def inherit(self, before: Self, reset: Reset) -> None:
        """The flash stays as fast as it was."""
        self.stored = before.stored
        self._set_line_time()

    def load(self, register: int) -> int:
        match register:
            case 0x00:
                return super().load(register) | self._status()
            case 0x04:
                return 0
            case 0x08:
                return self._received.popleft() if self._received else 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == self.DIRECT_TX:
            self._send(value)
            return
        super().store(register, value & self.CONTROL if register == self.DIRECT_CSR else value)
        if register == self.DIRECT_CSR:
            self._select()
        elif register in (self.TIMING, self.FORMAT, self.COMMAND):
            self._set_line_time()

    # --- direct mode ---

    def _status(self) -> int:
        while self._ends and self._ends[0] <= self.host.now:
            self._ends.popleft()
        if not self._ends:
            self._select()
        waiting, received = max(len(self._ends) - 1, 0), len(self._received)
        status = self.BUSY if self._ends else 0
        status |= self.TX_EMPTY if not waiting else 0
        status |= self.TX_FULL if waiting >= self.DEPTH else 0
        status |= self.RX_EMPTY if not received else 0
        status |= self.RX_FULL if received >= self.DEPTH else 0
        return status | waiting << self.TX_LEVEL | min(received, 7) << self.RX_LEVEL

    def _select(self) -> None:
        """Lets go of the flash when neither DIRECT_CSR nor a frame selects it."""
        control = self.stored[self.DIRECT_CSR]
        busy = bool(self._ends) and self._ends[-1] > self.host.now
        selected = bool(control & self.ASSERT_CS0) or (bool(control & self.AUTO_CS0) and busy)
        if self._selected and not selected:
            self._flash.deselect()
        self._selected = selected

    def _send(self, value: int) -> None:
        """A frame; what comes back is there at once, in the time that all before it take."""
        control = self.stored[self.DIRECT_CSR]
        if not control & 1 or self._status() & self.TX_FULL:
            return
        frame = 16 if value & self.TX_16_BITS else 8
        clocks = frame >> min(value >> self.TX_WIDTH & 3, 2)
        begin = max(self.host.now, self._ends[-1] if self._ends else 0)
        divider = control >> self.CLKDIV & 0xFF or 256
        self._ends.append(begin + clocks * divider)
        self._select()
        reply = 0
        for place in range(0, frame, 8):
            byte = self._flash.exchange(value >> place) if self._selected else 0xFF
            reply |= byte << place
        if not value & self.TX_NO_PUSH:
            self._received.append(reply)

    # --- execute in place ---

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
