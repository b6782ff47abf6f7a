"""The QSPI flash beside an RP2040 or RP2350, as the commands on its pins see it (Winbond W25Q16JV).

A larger one of the family, as beside the RP2350, is taken to have the same times.
"""

from __future__ import annotations

from collections.abc import Callable

from mcusim.devices.device import Host

WRITE_ENABLE, WRITE_DISABLE, PAGE_PROGRAM = 0x06, 0x04, 0x02
READ, FAST_READ, READ_DUAL, READ_QUAD = 0x03, 0x0B, 0xBB, 0xEB
STATUS1, STATUS2, STATUS3 = 0x05, 0x35, 0x15
WRITE_STATUS1, WRITE_STATUS2, WRITE_STATUS3 = 0x01, 0x31, 0x11
ERASE_4K, ERASE_32K, ERASE_64K, ERASE_ALL, ERASE_ALL_TOO = 0x20, 0x52, 0xD8, 0xC7, 0x60
JEDEC_ID, UNIQUE_ID, DEVICE_ID, VOLATILE_ENABLE = 0x9F, 0x4B, 0x90, 0x50
ERASED_BYTES = {ERASE_4K: 0x1000, ERASE_32K: 0x8000, ERASE_64K: 0x10000}
BUSY, WRITABLE = 1 << 0, 1 << 1
QUAD_ENABLE = 1 << 1
"""In status register 2; the Raspberry Pi Pico's chip is delivered with it set (W25Q16JV-IQ)."""
PAGE_BYTES = 256
PAGE_S, STATUS_S = 0.4e-3, 10e-3
"""Page program and status write, typical (W25Q16JV datasheet, AC characteristics: tPP, tW)."""
ERASE_S = {ERASE_4K: 45e-3, ERASE_32K: 120e-3, ERASE_64K: 150e-3}
"""Typical (same table: tSE, tBE1, tBE2)."""
ERASE_ALL_S = 5.0
MAKER, TYPE = 0xEF, 0x40
"""Of the identity; a byte with the power of two of its size follows (W25Q16JV-IQ: 0x15)."""
UNIQUE = bytes.fromhex("e660000000000001")
"""No chip's: an identity of the simulator's own."""


class FlashChip:
    """Takes bytes while it is selected; erases and programs when it is let go.

    A command that takes time begins at once, and its effect on the memory is there at once; the
    busy flag stays for the time. Dummy bytes and the widths of the bus are the sender's.
    """

    def __init__(self) -> None:
        self.size_bytes = 0
        self.fill_cycles = 0
        """Core cycles of half a line of the XIP cache, as the controller has set it up."""
        self.seconds: Callable[[], float] = lambda: 0.0
        self.read_memory: Callable[[int, int], bytes] = lambda offset, size: b"\xff" * size
        self.write_memory: Callable[[int, bytes], object] = lambda offset, data: None
        self.changed: Callable[[], None] = lambda: None
        self._forced: bool | None = None
        self._bytes = bytearray()
        self._writable = False
        self._busy_until_s = 0.0
        self._status2 = QUAD_ENABLE
        self._status3 = 0x60

    def force_select(self, selected: bool | None) -> None:
        """The chip select, whatever the controller does; None lets the controller choose."""
        if self._forced and not selected:
            self.deselect()
        self._forced = selected

    @property
    def is_forced(self) -> bool:
        """Whether the chip select is not the controller's."""
        return self._forced is not None

    def exchange(self, byte: int) -> int:
        """Shifts a byte in; returns what comes out meanwhile."""
        if self._forced is False:
            return 0xFF
        self._bytes.append(byte & 0xFF)
        return self._reply(len(self._bytes) - 1)

    def deselect(self) -> None:
        """The chip select goes high: what was sent takes effect."""
        command, self._bytes = bytes(self._bytes), bytearray()
        if command and (not self._is_busy() or command[0] in (STATUS1, STATUS2, STATUS3)):
            self._obey(command)

    def connect(self, host: Host, base: int) -> None:
        """Has it hold the memory that the address map has at `base`."""
        size = 1 << 24
        while size > 1 and len(host.read_memory(base, size)) != size:
            size >>= 1
        self.size_bytes, self.seconds = size, lambda: host.seconds
        self.read_memory = lambda offset, count: host.read_memory(base + offset, count)
        self.write_memory = lambda offset, data: host.write_memory(base + offset, data)

    # --- what comes out ---

    def _reply(self, place: int) -> int:
        if place == 0:
            return 0xFF
        match self._bytes[0]:
            case 0x05:
                return BUSY * self._is_busy() | WRITABLE * self._writable
            case 0x35:
                return self._status2
            case 0x15:
                return self._status3
            case 0x9F:
                return (MAKER, TYPE, self._capacity())[(place - 1) % 3]
            case 0x4B:
                return UNIQUE[(place - 5) % 8] if place >= 5 else 0xFF
            case 0x90:
                return (MAKER, self._capacity() - 1)[place % 2] if place >= 4 else 0xFF
            case 0x03:
                return self._data(place - 4)
            case 0x0B:
                return self._data(place - 5)
        return 0xFF

    def _data(self, place: int) -> int:
        if place < 0 or not self.size_bytes:
            return 0xFF
        return self.read_memory((self._address(self._bytes) + place) % self.size_bytes, 1)[0]

    def _capacity(self) -> int:
        return self.size_bytes.bit_length() - 1

    @staticmethod
    def _address(command: bytes | bytearray) -> int:
        return int.from_bytes(command[1:4], "big")

    def _is_busy(self) -> bool:
        return self.seconds() < self._busy_until_s

    # --- what it does ---

    def _obey(self, command: bytes) -> None:
        match command[0]:
            case 0x06:
                self._writable = True
            case 0x04:
                self._writable = False
            case 0x01 | 0x31 | 0x11:
                self._write_status(command)
            case 0x02 if self._writable and len(command) > 4:
                self._program(command)
            case 0x20 | 0x52 | 0xD8 if self._writable and len(command) >= 4:
                self._erase(self._address(command), ERASED_BYTES[command[0]])
                self._work(ERASE_S[command[0]])
            case 0xC7 | 0x60 if self._writable:
                self._erase(0, self.size_bytes)
                self._work(ERASE_ALL_S)

    def _write_status(self, command: bytes) -> None:
        if not self._writable or len(command) < 2:
            return
        if command[0] == WRITE_STATUS1 and len(command) > 2:
            self._status2 = command[2]
        elif command[0] == WRITE_STATUS2:
            self._status2 = command[1]
        elif command[0] == WRITE_STATUS3:
            self._status3 = command[1]
        self._work(STATUS_S)

    def _program(self, command: bytes) -> None:
        """Turns ones to zeros, within one page: what is beyond its end wraps to its beginning."""
        address = self._address(command) % self.size_bytes
        page, first = address & ~(PAGE_BYTES - 1), address & (PAGE_BYTES - 1)
        held = bytearray(self.read_memory(page, PAGE_BYTES))
        for place, byte in enumerate(command[4:]):
            held[(first + place) % PAGE_BYTES] &= byte
        self.write_memory(page, bytes(held))
        self._work(PAGE_S)
        self.changed()

    def _erase(self, address: int, size: int) -> None:
        start = address % self.size_bytes & ~(size - 1)
        self.write_memory(start, b"\xff" * size)
        self.changed()

    def _work(self, seconds: float) -> None:
        self._writable = False
        self._busy_until_s = self.seconds() + seconds
