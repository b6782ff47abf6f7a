"""STM32U5 ADC1 (RM0456, ADC12): 8 to 14 bits, from its kernel clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.adc import CFGR2, Stm32Adc, Stm32Converter
from mcusim.devices.st.converter import BATTERY, REFERENCE, SENSOR


class Stm32u5Converter(Stm32Converter):
    """14 bits."""

    resolutions = (14, 12, 10, 8)
    resolution_place = 2
    sampling = (5, 6, 12, 20, 36, 68, 391, 814)

    @property
    def conversion(self) -> float:
        return self.bits + 3

    @property
    def oversampling(self) -> int:
        return (self.get(CFGR2) >> 16 & 0x3FF) + 1 if self.get(CFGR2) & 1 else 1

    @property
    def clock_hz(self) -> float:
        return self.kernel_hz


class Stm32u5Adc(Stm32Adc):
    """ADC1 of the STM32U575."""

    converter = Stm32u5Converter
    analog = analog.STM32U5
    internal: ClassVar[Mapping[tuple[int, int], int]] = {
        (0, 0): REFERENCE,
        (0, 18): BATTERY,
        (0, 19): SENSOR,
    }
    battery_divider = 4
