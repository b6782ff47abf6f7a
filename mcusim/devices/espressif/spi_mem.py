"""ESP32-C3 SPI0 and SPI1, the controllers of the serial flash (esp-idf, spi_mem_reg.h).

SPI0 reads for the cache, by the mode and clock that it is set to. SPI1 sends the commands that the
firmware asks for, without taking time.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.flash_chip import FlashChip
from mcusim.devices.espressif.flash_interface import SPI_CLOCK_HZ, FlashInterface, ReadMode
from mcusim.devices.espressif.peripheral import EspPeripheral

CMD, ADDR, CTRL, CLOCK, USER, USER1, USER2 = 0x00, 0x04, 0x08, 0x14, 0x18, 0x1C, 0x20
MOSI_DLEN, MISO_DLEN, RD_STATUS, W0, WORDS = 0x24, 0x28, 0x2C, 0x58, 16
FASTRD, DUAL, QUAD, DIO, QIO = 1 << 13, 1 << 14, 1 << 20, 1 << 23, 1 << 24
CLOCK_EQUALS_SYSTEM = 1 << 31
USR_COMMAND, USR_ADDR, USR_MISO, USR_MOSI = 1 << 31, 1 << 30, 1 << 28, 1 << 27
USR = 1 << 18
READ, WREN, WRDI, RDID, RDSR, WRSR, PROGRAM, SECTOR, BLOCK, CHIP = range(31, 21, -1)
"""Bits of CMD that send one command each; all are clear again when it is done."""
CODES = {
    READ: 0x03, WREN: 0x06, WRDI: 0x04, RDID: 0x9F, RDSR: 0x05, WRSR: 0x01,
    PROGRAM: 0x02, SECTOR: 0x20, BLOCK: 0xD8, CHIP: 0xC7,
}  # fmt: skip
ID_BYTES = 3


class EspSpiMem(EspPeripheral):
    """The bootloader has set both to two lines (DIO) and 80 MHz."""

    reset: ClassVar[Mapping[int, int]] = {
        CTRL: FASTRD | DIO | 1 << 2,
        CLOCK: CLOCK_EQUALS_SYSTEM,
        USER: USR_COMMAND,
        USER1: 23 << 26,
        USER2: 7 << 28,
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._chip = host.shared(FlashChip)
        self._interface = FlashInterface.of(host)
        self._serves_cache = name.endswith("0")

    def store(self, register: int, value: int) -> None:
        if register == CMD:
            self._start(value)
            return
        super().store(register, value)
        if self._serves_cache and register in (CTRL, CLOCK):
            self._interface.set_read(self._mode(), self._clock_hz())

    # --- what the cache reads with ---

    def _mode(self) -> ReadMode:
        control = self.stored[CTRL]
        modes = {QIO: ReadMode.QUAD_IO, DIO: ReadMode.DUAL_IO, QUAD: ReadMode.QUAD_OUTPUT}
        modes |= {DUAL: ReadMode.DUAL_OUTPUT, FASTRD: ReadMode.FAST}
        return next((mode for bit, mode in modes.items() if control & bit), ReadMode.SLOW)

    def _clock_hz(self) -> float:
        clock = self.stored[CLOCK]
        divider = 1 if clock & CLOCK_EQUALS_SYSTEM else (clock >> 16 & 0xFF) + 1
        return SPI_CLOCK_HZ / divider

    # --- commands ---

    def _start(self, value: int) -> None:
        if value & USR:
            self._user_command()
        for bit, code in CODES.items():
            if value >> bit & 1:
                self._fixed_command(bit, code)

    def _user_command(self) -> None:
        user = self.stored[USER]
        code = self.stored[USER2] & 0xFFFF if user & USR_COMMAND else 0
        address = 0
        if user & USR_ADDR:
            # Left-aligned in as many bits as are sent, of which the last may be a mode byte.
            bits = (self.stored[USER1] >> 26 & 0x3F) + 1
            address = self.stored.get(ADDR, 0) >> max(0, bits - 24) & 0xFFFFFF
        sent = self._buffer(self._bytes(MOSI_DLEN)) if user & USR_MOSI else b""
        wanted = self._bytes(MISO_DLEN) if user & USR_MISO else 0
        self._answer(self._chip.command(code, address, sent, wanted))

    def _fixed_command(self, bit: int, code: int) -> None:
        field = self.stored.get(ADDR, 0)
        address, count = field & 0xFFFFFF, field >> 24
        sent, wanted = b"", 0
        if bit == READ:
            wanted = self._bytes(MISO_DLEN)
        elif bit == PROGRAM:
            sent = self._buffer(count)
        elif bit == WRSR:
            sent = self.stored.get(RD_STATUS, 0).to_bytes(4, "little")[:2]
        elif bit == RDID:
            wanted = ID_BYTES
        elif bit == RDSR:
            self.stored[RD_STATUS] = self._chip.command(code, 0, b"", 1)[0]
            return
        self._answer(self._chip.command(code, address, sent, wanted))

    def _bytes(self, register: int) -> int:
        return ((self.stored.get(register, 0) & 0x3FF) + 8) // 8

    def _buffer(self, count: int) -> bytes:
        words = (self.stored.get(W0 + 4 * n, 0).to_bytes(4, "little") for n in range(WORDS))
        return b"".join(words)[:count]

    def _answer(self, data: bytes) -> None:
        for n in range(0, min(len(data), 4 * WORDS), 4):
            self.stored[W0 + n] = int.from_bytes(data[n : n + 4], "little")
