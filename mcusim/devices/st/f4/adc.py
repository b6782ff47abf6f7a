"""STM32F4 and STM32F7 ADCs (RM0090 and RM0385, ADC): three converters of 12 bits."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.converter import F4_CCR, AdcBlock, Converter

SR, CR1, CR2, SMPR1, SMPR2, SQR1, SQR3, DR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x2C, 0x34, 0x4C
EOC, STRT, OVR = 1 << 1, 1 << 4, 1 << 5
EOCIE, OVRIE, SCAN = 1 << 5, 1 << 26, 1 << 8
ADON, CONT, DMA, EOCS, LEFT = 1 << 0, 1 << 1, 1 << 8, 1 << 10, 1 << 11
JSWSTART, EXTEN, SWSTART = 1 << 22, 3 << 28, 1 << 30
SAMPLING = (3, 15, 28, 56, 84, 112, 144, 480)
"""ADC clocks by SMPRx.SMPn (stm32f4xx_ll_adc.h)."""
VBATE, TSVREFE = 1 << 22, 1 << 23
REFERENCE_CHANNEL, BATTERY_CHANNEL = 17, 18


class Stm32f4Converter(Converter):
    """A regular sequence, started by software."""

    def load(self, register: int) -> int:
        if register == DR:
            self.put(SR, self.get(SR) & ~EOC)
        return self.get(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self.put(SR, self.get(SR) & value)
            case 0x08:
                self._control(value)
            case 0x4C:
                return
            case _:
                self.put(register, value)

    def _control(self, value: int) -> None:
        self.put(CR2, value & ~(SWSTART | JSWSTART))
        if not value & ADON:
            self.stop()
        elif value & SWSTART:
            self.put(SR, self.get(SR) | STRT)
            self.start()
        if value & JSWSTART:
            self.block.host.warn(f"{self.block.name}: injected channels are not modelled")
        if value & EXTEN:
            self.block.host.warn(f"{self.block.name}: external triggers are not modelled")

    @property
    def wants_interrupt(self) -> bool:
        enabled, status = self.get(CR1), self.get(SR)
        return bool((enabled & EOCIE and status & EOC) or (enabled & OVRIE and status & OVR))

    @property
    def bits(self) -> int:
        return 12 - 2 * (self.get(CR1) >> 24 & 3)

    @property
    def repeats(self) -> bool:
        return bool(self.get(CR2) & CONT)

    def sequence(self) -> list[int]:
        """SQR3, SQR2, SQR1: six fields of 5 bits each; without SCAN, the first alone."""
        length = (self.get(SQR1) >> 20 & 0xF) + 1 if self.get(CR1) & SCAN else 1
        return [
            self.get(SQR3 - 4 * (place // 6)) >> 5 * (place % 6) & 0x1F for place in range(length)
        ]

    def clocks(self, channel: int) -> float:
        register, place = (SMPR1, channel - 10) if channel >= 10 else (SMPR2, channel)
        return SAMPLING[self.get(register) >> 3 * place & 7] + self.bits

    @property
    def clock_hz(self) -> float:
        """PCLK2 / 2, 4, 6 or 8 (CCR.ADCPRE)."""
        prescaler = 2 * ((self.block.stored.get(F4_CCR, 0) >> 16 & 3) + 1)
        return self.block.clocks.pclk2 / prescaler

    def converted(self, code: int, last: bool) -> bool:
        status, control = self.get(SR), self.get(CR2)
        if status & EOC and control & (DMA | EOCS):
            status |= OVR
        else:
            self.put(DR, code << 16 - self.bits if control & LEFT else code)
        self.put(SR, status | (EOC if last or control & (EOCS | DMA) else 0))
        return bool(control & DMA)


class Stm32f4Adc(AdcBlock):
    """ADC1 to ADC3 of the STM32F407; its sensor is channel 16 of ADC1."""

    converter = Stm32f4Converter
    converter_names = ("adc1", "adc2", "adc3")
    analog = analog.STM32F4
    sensor_channel: ClassVar[int] = 16
    battery_divider = 2

    def internal_v(self, place: int, channel: int) -> float:
        if place:
            return 0.0
        common = self.stored.get(F4_CCR, 0)
        if channel == BATTERY_CHANNEL and common & VBATE:
            return self.host.supply_v / self.battery_divider
        if not common & TSVREFE:
            return 0.0
        inputs = {
            REFERENCE_CHANNEL: self.analog.reference_v,
            self.sensor_channel: self.analog.sensor_v(),
        }
        return inputs.get(channel, 0.0)


class Stm32f7Adc(Stm32f4Adc):
    """Those of the STM32F746, whose sensor shares its channel with VBAT, which goes first."""

    sensor_channel = BATTERY_CHANNEL
    battery_divider = 4
