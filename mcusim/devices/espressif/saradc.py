"""ESP32-C3 SAR ADCs and temperature sensor (TRM v1.3, 34; esp-idf, apb_saradc_reg.h)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.espressif.peripheral import InterruptDevice, InterruptRegisters

ONETIME_SAMPLE, DATA_1, DATA_2 = 0x20, 0x2C, 0x30
TSENS_CTRL = 0x58
UNIT_1, UNIT_2, START = 1 << 31, 1 << 30, 1 << 29
"""The units' bits are also those of the interrupts that tell of a finished conversion."""
DEGREES_25 = round((25 + 20.52) / 0.4386)
"""What the sensor shows at 25 degrees, in its middle range (esp-idf, temperature_sensor_ll.h:
TEMPERATURE_SENSOR_LL_ADC_FACTOR and _OFFSET_FACTOR)."""


class EspSarAdc(InterruptDevice):
    """Single conversions, done at once, of inputs at 0 V; those by DMA aren't modelled."""

    reset: ClassVar[Mapping[int, int]] = {ONETIME_SAMPLE: 13 << 25}
    interrupt_registers = InterruptRegisters(ena=0x40, raw=0x44, st=0x48, clr=0x4C)

    def load(self, register: int) -> int:
        value = super().load(register)
        return value & ~0xFF | DEGREES_25 if register == TSENS_CTRL else value

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x2C | 0x30:
                return
            case 0x20:
                starts = value & ~self.stored[ONETIME_SAMPLE] & START
                super().store(register, value)
                if starts:
                    self._convert(value)
            case _:
                super().store(register, value)

    def _convert(self, config: int) -> None:
        """The result is 0; the number of the channel stands above its 12 bits."""
        channel = config >> 25 & 7
        for unit, register in ((UNIT_1, DATA_1), (UNIT_2, DATA_2)):
            if config & unit:
                self.stored[register] = channel << 13
                self.pending |= unit
        self.drive()
