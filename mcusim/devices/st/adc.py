"""STM32 analog-to-digital converter (RM0456, ADC12): it starts, and converts nothing."""

from __future__ import annotations

from mcusim.devices.st.words import WordDevice

ISR, CR = 0x00, 0x08
ADEN, ADDIS, ADSTP, ADVREGEN, ADCAL = 1 << 0, 1 << 1, 1 << 4, 1 << 28, 1 << 31
ADRDY, LDORDY = 1 << 0, 1 << 12
MOMENTARY = ADDIS | ADSTP | ADCAL


class Stm32Adc(WordDevice):
    """Regulator, calibration and enabling are done at once; a conversion never ends."""

    def load(self, register: int) -> int:
        value = super().load(register)
        if register != ISR:
            return value
        control = self.stored.get(CR, 0)
        return value | (LDORDY if control & ADVREGEN else 0) | (ADRDY if control & ADEN else 0)

    def store(self, register: int, value: int) -> None:
        if register == ISR:
            # Flags are cleared by writing 1.
            value = self.stored.get(ISR, 0) & ~value
        elif register == CR:
            value &= ~(MOMENTARY | ADEN if value & ADDIS else MOMENTARY)
        super().store(register, value)
