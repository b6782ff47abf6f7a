"""What a SAM D21 tells of itself: DSU, calibration and serial number; write protection (PAC)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.microchip.registers import SamPeripheral

DID, WPCLR, WPSET = 0x18, 0x0, 0x4
SAMD21G18A_REVISION_D = 0x10010305
"""hal_atmel, samd21g18a.h: DSU_DID_RESETVALUE."""
SERIAL_NUMBER = {0x400C: 0x4D435553, 0x4040: 0x494D2053, 0x4044: 0x414D4432, 0x4048: 0x31000001}
"""Four words, the same in every run; places as in ArduinoCore-samd, cores/arduino/USB/CDC.cpp."""


class SamDsu(SamPeripheral):
    """Device service unit: identifies the chip; CRC, memory test and chip erase aren't modelled."""

    widths: ClassVar[Mapping[int, int]] = {DID: 4}
    reset: ClassVar[Mapping[int, int]] = {DID: SAMD21G18A_REVISION_D}

    def store(self, register: int, value: int) -> None:
        if register != DID:
            super().store(register, value)


class SamCalibration(SamPeripheral):
    """The factory's rows, from 0x00806000: calibration is left blank (all ones)."""

    def load(self, register: int) -> int:
        word = SERIAL_NUMBER.get(register & ~3, 0xFFFFFFFF)
        return word >> 8 * (register & 3) & 0xFF

    def store(self, register: int, value: int) -> None:
        return


class SamPac(SamPeripheral):
    """Peripheral access controller: bits are set and cleared, and protect nothing."""

    widths: ClassVar[Mapping[int, int]] = {WPCLR: 4, WPSET: 4}

    def load(self, register: int) -> int:
        return super().load(WPSET if register == WPCLR else register)

    def store(self, register: int, value: int) -> None:
        held = self.stored.get(WPSET, 0)
        self.stored[WPSET] = held & ~value if register == WPCLR else held | value
