"""The RP2040 DMA's sniffer (datasheet 2.5.5.2): checksums of the data that passes a channel."""

from __future__ import annotations

from mcusim.devices.raspberrypi.registers import WHOLE

CRC32, CRC32_REVERSED, CRC16, CRC16_REVERSED, PARITY, SUM = 0x0, 0x1, 0x2, 0x3, 0xE, 0xF
"""SNIFF_CTRL.CALC (pico-sdk, regs/dma.h)."""
BSWAP, OUT_REV, OUT_INV = 1 << 9, 1 << 10, 1 << 11
CRC32_POLYNOMIAL, CCITT = 0x04C11DB7, 0x1021


class Sniffer:
    """The data register, and how each transfer changes it."""

    def __init__(self) -> None:
        self.value = 0

    def take(self, control: int, data: int, size: int) -> None:
        """A transfer of `size` bytes passes."""
        if control & BSWAP:
            data = int.from_bytes(data.to_bytes(size, "little"), "big")
        match control >> 5 & 0xF:
            case 0x0 | 0x1 as kind:
                self._crc(data, size, 32, CRC32_POLYNOMIAL, bool(kind & 1))
            case 0x2 | 0x3 as kind:
                self._crc(data, size, 16, CCITT, bool(kind & 1))
            case 0xE:
                self.value ^= data.bit_count() & 1
            case 0xF:
                self.value = self.value + data & WHOLE

    def result(self, control: int) -> int:
        """The register as it is read: reversed or inverted on the way, if asked."""
        value = reverse(self.value, 32) if control & OUT_REV else self.value
        return value ^ WHOLE if control & OUT_INV else value

    def _crc(self, data: int, size: int, width: int, polynomial: int, reversed_data: bool) -> None:
        """Byte by byte, most significant bit first, or the last one first for reversed data."""
        top, mask = 1 << (width - 1), (1 << width) - 1
        for byte in data.to_bytes(size, "little"):
            self.value ^= (reverse(byte, 8) if reversed_data else byte) << (width - 8)
            for _ in range(8):
                high = self.value & top
                self.value = self.value << 1 & mask ^ (polynomial if high else 0)


def reverse(value: int, width: int) -> int:
    """The lowest `width` bits in the other order."""
    return int(f"{value & (1 << width) - 1:0{width}b}"[::-1], 2)
