"""ESP32-C3 bus to the analog blocks, as far as start-up waits for it."""

from __future__ import annotations

from mcusim.devices.espressif.peripheral import EspPeripheral

ANA_CONF0 = 0x40
PLL_CALIBRATED = 1 << 24
"""I2C_MST_BBPLL_CAL_DONE (esp-idf, regi2c_defs.h of the ESP32-C3)."""
BUSY = 1 << 25
"""Of a transfer (esp-idf, regi2c_impl.c)."""


class EspAnalogI2c(EspPeripheral):
    """Transfers are done at once; what is written to an analog block is lost."""

    def load(self, register: int) -> int:
        value = super().load(register)
        return value | PLL_CALIBRATED if register == ANA_CONF0 else value & ~BUSY
