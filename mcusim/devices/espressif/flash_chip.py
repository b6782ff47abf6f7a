"""The serial flash behind SPI0 and SPI1: its bytes, and the commands that SPI1 sends it."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.espressif.partitions import TABLE_OFFSET, partition_table

SIZE_BYTES = 4 << 20
"""In the package of the ESP32-C3FN4 and FH4 (datasheet v2.4, table 1-1)."""
PAGE_BYTES, SECTOR_BYTES, BLOCK_BYTES, PROGRAM_BYTES = 0x10000, 0x1000, 0x10000, 256
WINDOW = 0x42000000
"""Where the instruction bus sees the flash through the MMU."""
APPLICATION_OFFSET = 0x10000
"""Of the first application in esp-idf's default partition table (partitions_singleapp.csv)."""
ERASED = b"\xff"

READ_ID = bytes([0x20, 0x40, 0x16])
"""Manufacturer, type, capacity 2^22 (JEDEC RDID): XMC's 25QH32, one of those in Espressif's modules
(esp-idf, spi_flash_chip_xmc.c)."""
UNIQUE_ID = bytes(range(1, 9))
WRITE_ENABLED = 1 << 1
QUAD_ENABLED = 1 << 1
"""Of the second status register."""


class FlashChip:
    """One object a machine. Commands take no time; a page that the MMU maps is copied there."""

    def __init__(self) -> None:
        self._content = bytearray(ERASED * SIZE_BYTES)
        table = partition_table()
        self._content[TABLE_OFFSET : TABLE_OFFSET + len(table)] = table
        self._status = [0, QUAD_ENABLED, 0]
        self.application: dict[int, int] | None = None
        """Pages of the application by the entries of the MMU, as the bootloader maps them; None
        before the first start."""

    def take_over(self, before: FlashChip) -> None:
        """Keeps all that it holds over a reset of the chip beside it."""
        self._content, self._status = before._content, before._status
        self.application = before.application

    def read(self, address: int, size: int) -> bytes:
        """Bytes of the array; it begins again behind its end."""
        doubled = self._content[address % SIZE_BYTES :] + self._content[:size]
        return bytes(doubled[:size])

    def place(self, address: int, data: bytes) -> None:
        """Puts bytes there as a programmer does before the chip starts; none behind its end."""
        self._content[address : address + len(data)] = data[: max(0, SIZE_BYTES - address)]

    def map_page(self, host: Host, virtual: int, physical: int) -> None:
        """Has a page of 64 kB appear in the window of the cache."""
        data = self.read(physical * PAGE_BYTES, PAGE_BYTES)
        host.write_memory(WINDOW + virtual * PAGE_BYTES, data)

    def command(self, code: int, address: int, sent: bytes, wanted: int) -> bytes:
        """Does a command of JEDEC's common set; returns what the flash answers, `wanted` bytes."""
        answer = b""
        match code:
            case 0x03 | 0x0B | 0x3B | 0x6B | 0xBB | 0xEB:
                answer = self.read(address, wanted)
            case 0x9F:
                answer = READ_ID
            case 0x4B:
                answer = UNIQUE_ID
            case 0x05:
                answer = bytes(self._status[:1])
            case 0x35:
                answer = bytes(self._status[1:2])
            case 0x15:
                answer = bytes(self._status[2:3])
            case 0x06 | 0x50:
                self._status[0] |= WRITE_ENABLED
            case 0x04:
                self._status[0] &= ~WRITE_ENABLED
            case _:
                self._change(code, address, sent)
        return answer[:wanted].ljust(wanted, b"\0" if answer else ERASED)

    def _change(self, code: int, address: int, sent: bytes) -> None:
        """Commands that need the write enable latch, and clear it."""
        if not self._status[0] & WRITE_ENABLED:
            return
        match code:
            case 0x02 | 0x32:
                self._program(address, sent)
            case 0x20:
                self._erase(address, SECTOR_BYTES)
            case 0x52:
                self._erase(address, BLOCK_BYTES // 2)
            case 0xD8:
                self._erase(address, BLOCK_BYTES)
            case 0xC7 | 0x60:
                self._erase(0, SIZE_BYTES)
            case 0x01 if sent:
                self._status[0] = sent[0] & ~WRITE_ENABLED
                if len(sent) > 1:
                    self._status[1] = sent[1]
            case 0x31 if sent:
                self._status[1] = sent[0]
        self._status[0] &= ~WRITE_ENABLED

    def _program(self, address: int, data: bytes) -> None:
        """Bits can only be cleared, and an address beyond the page comes round to its start."""
        page = address % SIZE_BYTES & ~(PROGRAM_BYTES - 1)
        for offset, byte in enumerate(data):
            self._content[page + (address + offset) % PROGRAM_BYTES] &= byte

    def _erase(self, address: int, size: int) -> None:
        start = address % SIZE_BYTES & ~(size - 1)
        self._content[start : start + size] = ERASED * size
