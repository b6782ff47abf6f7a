"""STM32H7 ADCs (RM0433 and RM0455, ADC): 8 to 16 bits, clocked at half their clock."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.adc import CFGR2, Stm32Adc, Stm32Converter
from mcusim.devices.st.converter import BATTERY, REFERENCE, SENSOR


class Stm32h7Converter(Stm32Converter):
    """16 bits, of silicon revision V or later."""

    resolutions = (16, 14, 12, 10, 16, 14, 12, 8)
    """By CFGR.RES: 5 and 6 are for less power (stm32h7xx_ll_adc.h)."""
    resolution_place = 2
    sampling = (1.5, 2.5, 8.5, 16.5, 32.5, 64.5, 387.5, 810.5)

    @property
    def conversion(self) -> float:
        return self.bits / 2 + 0.5

    @property
    def oversampling(self) -> int:
        return (self.get(CFGR2) >> 16 & 0x3FF) + 1 if self.get(CFGR2) & 1 else 1

    @property
    def clock_hz(self) -> float:
        # stm32h7xx_hal_adc.c, ADC_ConfigureBoostMode: a fixed divider by 2 since revision V.
        return super().clock_hz / 2


class Stm32h743Adc12(Stm32Adc):
    """ADC1 and ADC2 of the STM32H743, which have no internal inputs but the DAC's."""

    converter = Stm32h7Converter
    converter_names = ("adc1", "adc2")
    analog = analog.STM32H7
    internal: ClassVar[Mapping[tuple[int, int], int]] = {}


class Stm32h743Adc3(Stm32Adc):
    """ADC3 of the STM32H743."""

    converter = Stm32h7Converter
    converter_names = ("adc3",)
    analog = analog.STM32H7
    internal: ClassVar[Mapping[tuple[int, int], int]] = {
        (0, 17): BATTERY,
        (0, 18): SENSOR,
        (0, 19): REFERENCE,
    }
    battery_divider = 4


class Stm32h7a3Adc12(Stm32Adc):
    """ADC1 and ADC2 of the STM32H7A3."""

    converter = Stm32h7Converter
    converter_names = ("adc1", "adc2")
    analog = analog.STM32H7
    internal: ClassVar[Mapping[tuple[int, int], int]] = {
        (1, 14): BATTERY,
        (1, 18): SENSOR,
        (1, 19): REFERENCE,
    }
    battery_divider = 4
