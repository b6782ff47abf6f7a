"""ESP32-C3 SYSCON with the random number generator, and the state of the radio.

The radio of this family is driven by closed libraries through registers that no document describes.
So the firmware, or whoever writes it, says which state it is in: a write to the register of random
numbers, which silicon ignores, with a key and the number of a state.
"""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.espressif.peripheral import EspPeripheral

RND_DATA = 0xB0
"""SYSCON_RND_DATA_REG, read-only (esp-idf, syscon_reg.h; wdev_reg.h, WDEV_RND_REG)."""
KEY = 0x52414400
"""'RAD' in the upper 24 bits."""
STATES = (
    "",
    "wifi rx ht20",
    "wifi rx ht40",
    "wifi tx 802.11b +21 dBm",
    "wifi tx 802.11g +19 dBm",
    "wifi tx 802.11n ht20 +18.5 dBm",
    "wifi tx 802.11n ht40 +18.5 dBm",
    "ble rx",
    "ble tx 0 dBm",
    "ble tx +20 dBm",
)
"""By the number in the low byte; the first is the radio off (modem sleep)."""


class EspSyscon(EspPeripheral):
    """Random numbers are the same in each run (Marsaglia, 2003: xorshift32)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._random = 0x2545F491

    def load(self, register: int) -> int:
        if register != RND_DATA:
            return super().load(register)
        value = self._random
        value ^= value << 13 & 0xFFFFFFFF
        value ^= value >> 17
        value ^= value << 5 & 0xFFFFFFFF
        self._random = value
        return value

    def store(self, register: int, value: int) -> None:
        if register != RND_DATA:
            super().store(register, value)
        elif value & 0xFFFFFF00 == KEY and value & 0xFF < len(STATES):
            self.host.draw(self.name, STATES[value & 0xFF])
