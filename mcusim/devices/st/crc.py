"""STM32 CRC calculation unit (RM0432 15)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st.words import WordDevice

DR, IDR, CR, INIT, POL = 0x00, 0x04, 0x08, 0x10, 0x14  # RM0432 15.4
RESET, REV_OUT = 1 << 0, 1 << 7
WIDTHS = (32, 16, 8, 7)
"""Bits of the polynomial, by CR.POLYSIZE."""


def reverse(value: int, bits: int) -> int:
    """The value with its lowest `bits` in the opposite order."""
    return int(f"{value & (1 << bits) - 1:0{bits}b}"[::-1], 2)


class Stm32Crc(WordDevice):
    """Any polynomial of 7, 8, 16 or 32 bits; a write of DR takes as many bytes as it is wide."""

    reset: ClassVar[Mapping[int, int]] = {DR: 0xFFFFFFFF, INIT: 0xFFFFFFFF, POL: 0x04C11DB7}

    def write(self, offset: int, size: int, value: int) -> None:
        if offset & ~3 == DR:
            self._feed(value & (1 << 8 * size) - 1, 8 * size)
        else:
            super().write(offset, size, value)

    @property
    def _width(self) -> int:
        return WIDTHS[self.stored.get(CR, 0) >> 3 & 3]

    def load(self, register: int) -> int:
        if register != DR:
            return super().load(register)
        value = self.stored[DR] & (1 << self._width) - 1
        return reverse(value, self._width) if self.stored.get(CR, 0) & REV_OUT else value

    def store(self, register: int, value: int) -> None:
        if register == CR and value & RESET:
            self.stored[DR] = self.stored[INIT]
            value &= ~RESET
        super().store(register, value)
        if register == INIT:
            self.stored[DR] = value

    def _feed(self, data: int, bits: int) -> None:
        width = self._width
        mask, top = (1 << width) - 1, 1 << width - 1
        polynomial, crc = self.stored[POL] & mask, self.stored[DR] & mask
        data = self._reversed_input(data, bits)
        for bit in range(bits - 1, -1, -1):
            feedback = bool(crc & top) ^ bool(data >> bit & 1)
            crc = crc << 1 & mask ^ (polynomial if feedback else 0)
        self.stored[DR] = crc

    def _reversed_input(self, data: int, bits: int) -> int:
        """REV_IN: bit order within each byte, half-word or word."""
        grain = min((0, 8, 16, 32)[self.stored.get(CR, 0) >> 5 & 3], bits)
        if not grain:
            return data
        return sum(
            reverse(data >> at & (1 << grain) - 1, grain) << at for at in range(0, bits, grain)
        )
