"""STM32 ADC with ISR and CR (RM0432, ADC): single and continuous sequences in their time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.st import analog
from mcusim.devices.st.converter import (
    BATTERY,
    CCR,
    REFERENCE,
    SENSOR,
    AdcBlock,
    Converter,
)

ISR, IER, CR, CFGR, CFGR2, SMPR1, SQR1, DR = 0x00, 0x04, 0x08, 0x0C, 0x10, 0x14, 0x30, 0x40
ADEN, ADDIS, ADSTART, JADSTART, ADSTP = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
JADSTP, ADVREGEN, ADCAL = 1 << 5, 1 << 28, 1 << 31
MOMENTARY = ADDIS | ADSTP | JADSTART | JADSTP | ADCAL
ADRDY, EOSMP, EOC, EOS, OVR = (1 << place for place in range(5))
EOCAL, LDORDY = 1 << 11, 1 << 12
EXTEN, OVRMOD, CONT = 3 << 10, 1 << 12, 1 << 13
PRESCALERS = (1, 2, 4, 6, 8, 10, 12, 16, 32, 64, 128, 256)
BUS_DIVIDERS = {1: 1, 2: 2, 3: 4}
"""By CCR.CKMODE; 0 is the kernel clock."""


class Stm32Converter(Converter):
    """The STM32L4's: 12 bits, oversampling."""

    resolutions: ClassVar[tuple[int, ...]] = (12, 10, 8, 6)
    resolution_place: ClassVar[int] = 3
    sampling: ClassVar[tuple[float, ...]] = (2.5, 6.5, 12.5, 24.5, 47.5, 92.5, 247.5, 640.5)
    """ADC clocks by SMPRx.SMPn (stm32xxxx_ll_adc.h, LL_ADC_SAMPLINGTIME_x)."""
    dma_place: ClassVar[int] = 1
    """Bits of CFGR for DMA."""

    @property
    def wants_interrupt(self) -> bool:
        return bool(self.load(ISR) & self.get(IER))

    def load(self, register: int) -> int:
        value = self.get(register)
        match register:
            case 0x00:
                control = self.get(CR)
                value |= (LDORDY if control & ADVREGEN else 0) | (ADRDY if control & ADEN else 0)
            case 0x08:
                value |= ADSTART if self.converting else 0
            case 0x40:
                self.put(ISR, self.get(ISR) & ~EOC)
        return value

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x00:
                self.put(ISR, self.get(ISR) & ~value)
            case 0x08:
                self._control(value)
            case 0x40:
                return
            case _:
                self.put(register, value)

    def _control(self, value: int) -> None:
        """Calibration and enabling are done at once; bits that start something can't be cleared."""
        enabled, was_converting = (value | self.get(CR)) & ADEN, self.converting
        if value & ADDIS:
            enabled = 0
        if value & (ADSTP | ADDIS):
            self.stop()
        if value & ADCAL:
            self.put(ISR, self.get(ISR) | EOCAL)
        self.put(CR, value & ~(MOMENTARY | ADEN | ADSTART) | enabled)
        if value & JADSTART:
            self.block.host.warn(f"{self.block.name}: injected channels are not modelled")
        if value & ADSTART and enabled and not was_converting:
            if self.get(CFGR) & EXTEN:
                self.block.host.warn(f"{self.block.name}: external triggers are not modelled")
            else:
                self.start()

    @property
    def bits(self) -> int:
        place = self.get(CFGR) >> self.resolution_place
        return self.resolutions[place & len(self.resolutions) - 1]

    @property
    def repeats(self) -> bool:
        return bool(self.get(CFGR) & CONT)

    def sequence(self) -> list[int]:
        """SQR1 to SQR4: five fields of 6 bits each, of which the first is the length."""
        fields = [
            self.get(SQR1 + 4 * word) >> 6 * place & 0x1F for word in range(4) for place in range(5)
        ]
        return fields[1 : (self.get(SQR1) & 0xF) + 2]

    def clocks(self, channel: int) -> float:
        register, place = divmod(channel, 10)
        sampling = self.sampling[self.get(SMPR1 + 4 * register) >> 3 * place & 7]
        return self.oversampling * (sampling + self.conversion)

    @property
    def conversion(self) -> float:
        """ADC clocks of a conversion (RM0432, ADC, timing)."""
        return self.bits + 0.5

    @property
    def oversampling(self) -> int:
        """Conversions of a result (CFGR2.OVSR)."""
        return 2 << (self.get(CFGR2) >> 2 & 7) if self.get(CFGR2) & 1 else 1

    @property
    def clock_hz(self) -> float:
        common = self.block.stored.get(CCR, 0)
        if mode := common >> 16 & 3:
            return self.block.clocks.hclk / BUS_DIVIDERS[mode]
        return self.kernel_hz

    @property
    def kernel_hz(self) -> float:
        """The kernel clock behind CCR.PRESC."""
        place = min(self.block.stored.get(CCR, 0) >> 18 & 0xF, len(PRESCALERS) - 1)
        return self.block.clocks.kernel_hz(self.block.name) / PRESCALERS[place]

    def converted(self, code: int, last: bool) -> bool:
        flags, config = self.get(ISR), self.get(CFGR)
        if self.get(CFGR2) & 1:
            code = code * self.oversampling >> (self.get(CFGR2) >> 5 & 0xF)
        if not flags & EOC or config & OVRMOD:
            self.put(DR, code & 0xFFFF)
        overrun = OVR if flags & EOC else 0
        self.put(ISR, flags | EOSMP | EOC | (EOS if last else 0) | overrun)
        return bool(config & self.dma_place)


class Stm32Adc(AdcBlock):
    """ADC1 of the STM32L4+."""

    converter = Stm32Converter
    analog = analog.STM32L4
    internal: ClassVar[Mapping[tuple[int, int], int]] = {
        (0, 0): REFERENCE,
        (0, 17): SENSOR,
        (0, 18): BATTERY,
    }
