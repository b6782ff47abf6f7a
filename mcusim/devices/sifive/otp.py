"""FE310-G002 OTP (manual v1p5, 12): its content as shipped, and its control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Device
from mcusim.devices.sifive.registers import SifivePeripheral

OTP_LOCK, OTP_VRREN, OTP_RSCTRL = 0x00, 0x20, 0x34


class SifiveOtp(SifivePeripheral):
    """The lock is always free; what is shifted into the device is remembered and no more."""

    reset: ClassVar[Mapping[int, int]] = {OTP_VRREN: 1, OTP_RSCTRL: 1}

    def store(self, register: int, value: int) -> None:
        super().store(register, value & 1 if register == OTP_LOCK else value)


class SifiveOtpMemory(Device):
    """What the OTP reads as; code in it can't be executed."""

    words: ClassVar[Mapping[int, int]] = {
        0: 0x7F50106F,
        2043: 16,  # HFROSC_TRIM, of each chip its own: the middle of the range
        2044: 1,
        2045: 0x0000000F,
        2046: 0x200002B7,
        2047: 0x00028067,
    }
    """Words that are not 0, by number: jumps to the flash, life cycle (datasheet, table 5.1)."""

    def read(self, offset: int, size: int) -> int:
        return self.words.get(offset >> 2, 0) >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        """Ignored: it is read-only."""
