"""ESP32-C3 SAR ADCs and temperature sensor (TRM v1.3, 34; esp-idf, apb_saradc_reg.h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.espressif.peripheral import EspPeripheral

ONETIME_SAMPLE, DATA_1, DATA_2, INT_ENA, INT_RAW, INT_ST, INT_CLR = (
    0x20, 0x2C, 0x30, 0x40, 0x44, 0x48, 0x4C,
)  # fmt: skip
TSENS_CTRL = 0x58
UNIT_1, UNIT_2, START = 1 << 31, 1 << 30, 1 << 29
"""The units' bits are also those of the interrupts that tell of a finished conversion."""
DEGREES_25 = round((25 + 20.52) / 0.4386)
"""What the sensor shows at 25 degrees, in its middle range (esp-idf, temperature_sensor_ll.h:
TEMPERATURE_SENSOR_LL_ADC_FACTOR and _OFFSET_FACTOR)."""


class EspSarAdc(EspPeripheral):
    """Single conversions, done at once, of inputs at 0 V; those by DMA aren't modelled."""

    reset: ClassVar[Mapping[int, int]] = {ONETIME_SAMPLE: 13 << 25}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._raw = 0

    def load(self, register: int) -> int:
        match register:
            case 0x44:
                return self._raw
            case 0x48:
                return self._raw & self.stored.get(INT_ENA, 0)
            case 0x58:
                return super().load(register) & ~0xFF | DEGREES_25
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x2C | 0x30 | 0x44 | 0x48:
                return
            case 0x20:
                starts = value & ~self.stored[ONETIME_SAMPLE] & START
                super().store(register, value)
                if starts:
                    self._convert(value)
            case 0x4C:
                self._raw &= ~value
            case _:
                super().store(register, value)
        self.interrupt(bool(self._raw & self.stored.get(INT_ENA, 0)))

    def _convert(self, config: int) -> None:
        """The result is 0; the number of the channel stands above its 12 bits."""
        channel = config >> 25 & 7
        for unit, register in ((UNIT_1, DATA_1), (UNIT_2, DATA_2)):
            if config & unit:
                self.stored[register] = channel << 13
                self._raw |= unit
