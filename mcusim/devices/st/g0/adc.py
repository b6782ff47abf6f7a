"""STM32G0 ADC (RM0444, ADC): channels by a mask or a short sequence, clock from APB or its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.adc import CFGR, CFGR2, ISR, Stm32Adc, Stm32Converter
from mcusim.devices.st.converter import BATTERY, REFERENCE, SENSOR

SMPR, CHSELR = 0x14, 0x28
CCRDY = 1 << 13
BACKWARDS, SEQUENCER = 1 << 2, 1 << 21
CHANNELS, END = 19, 0xF
APB_DIVIDERS = {1: 2, 2: 4, 3: 1}
"""By CFGR2.CKMODE; 0 is the kernel clock."""


class Stm32g0Converter(Stm32Converter):
    """12 bits; two sampling times, of which each channel has one."""

    sampling = (1.5, 3.5, 7.5, 12.5, 19.5, 39.5, 79.5, 160.5)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register in (CFGR, CHSELR):
            # The choice of channels applies at once.
            self.put(ISR, self.get(ISR) | CCRDY)

    def sequence(self) -> list[int]:
        chosen, config = self.get(CHSELR), self.get(CFGR)
        if config & SEQUENCER:
            fields = [chosen >> 4 * place & 0xF for place in range(8)]
            return fields[: fields.index(END)] if END in fields else fields
        channels = [channel for channel in range(CHANNELS) if chosen >> channel & 1]
        return channels[::-1] if config & BACKWARDS else channels

    def clocks(self, channel: int) -> float:
        times = self.get(SMPR)
        second = times >> 8 + channel & 1
        sampling = self.sampling[times >> 4 * second & 7]
        return self.oversampling * (sampling + self.conversion)

    @property
    def clock_hz(self) -> float:
        if mode := self.get(CFGR2) >> 30 & 3:
            return self.block.clocks.pclk1 / APB_DIVIDERS[mode]
        return self.kernel_hz


class Stm32g0Adc(Stm32Adc):
    """ADC1 of the STM32G0."""

    converter = Stm32g0Converter
    analog = analog.STM32G0
    internal: ClassVar[Mapping[tuple[int, int], int]] = {
        (0, 12): SENSOR,
        (0, 13): REFERENCE,
        (0, 14): BATTERY,
    }
