"""ESP32-C3 eFuses of a chip of revision 0.4 (esp-idf, esp_efuse_table.csv, efuse_reg.h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.espressif.peripheral import EspPeripheral

MAC_0, MAC_1, SPI_SYS_3 = 0x44, 0x48, 0x50
CONF, STATUS, CMD = 0x1CC, 0x1D0, 0x1D4
WAFER_MINOR, BLOCK_VERSION = 4 << 18, 3 << 24


class EspEfuse(EspPeripheral):
    """Nothing is burnt: what is programmed is lost. The MAC address is of the local kind."""

    reset: ClassVar[Mapping[int, int]] = {
        MAC_0: 0x00000001,
        MAC_1: 0x0200,
        SPI_SYS_3: WAFER_MINOR | BLOCK_VERSION,
    }

    def store(self, register: int, value: int) -> None:
        if register == CMD:
            self.stored[CMD] = 0  # reading and programming are done at once
        elif not MAC_0 - 0x18 <= register < 0x1C8:
            super().store(register, value)
