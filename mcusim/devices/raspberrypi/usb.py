"""RP2040 USB controller (datasheet 4.1) with nothing plugged in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Device, Host
from mcusim.devices.raspberrypi.registers import Peripheral

SIE_CTRL = 0x4C
PULLUP_EN = 1 << 16


class RpUsbRam(Device):
    """4 kB of memory that core and controller share; the core reaches any part of a word."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._bytes = bytearray(0x1000)

    def read(self, offset: int, size: int) -> int:
        return int.from_bytes(self._bytes[offset : offset + size], "little")

    def write(self, offset: int, size: int, value: int) -> None:
        mask = (1 << 8 * size) - 1
        self._bytes[offset : offset + size] = (value & mask).to_bytes(size, "little")


class RpUsb(Peripheral):
    """No host ever answers: no bus reset comes, and no interrupt."""

    reset_bit = 24
    reset: ClassVar[Mapping[int, int]] = {0x6C: 0x100010, 0x84: 0x1F1F}
    STATUS = (0x50, 0x58, 0x8C, 0x98)
    """Registers that only a bus would change."""

    def tell_of_reset(self) -> None:
        """Nothing: the SDK's start-up powers the PHY down without a look at RESETS."""

    def store(self, register: int, value: int) -> None:
        if register in self.STATUS:
            return
        super().store(register, value)
        if register == SIE_CTRL and value & PULLUP_EN:
            self.host.warn(
                "the firmware waits for a USB host, and none is there: what it prints over USB is "
                "not seen (pico_enable_stdio_uart, and stdio_usb off, has it on a UART)"
            )
