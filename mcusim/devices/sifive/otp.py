"""FE310-G002 OTP control (manual v1p5, 12): its lock; nothing is programmed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.sifive.registers import SifivePeripheral

OTP_LOCK, OTP_VRREN, OTP_RSCTRL = 0x00, 0x20, 0x34


class SifiveOtp(SifivePeripheral):
    """The lock is always free; what is shifted into the device is remembered and no more."""

    reset: ClassVar[Mapping[int, int]] = {OTP_VRREN: 1, OTP_RSCTRL: 1}

    def store(self, register: int, value: int) -> None:
        super().store(register, value & 1 if register == OTP_LOCK else value)
