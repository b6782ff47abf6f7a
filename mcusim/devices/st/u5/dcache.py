"""STM32U5 data cache (RM0456, DCACHE1), which serves external memories alone."""

from __future__ import annotations

from mcusim.devices.st.words import WordDevice

CR, SR, FCR = 0x00, 0x04, 0x0C
CACHEINV, BSYENDF = 1 << 1, 1 << 1


class Stm32u5Dcache(WordDevice):
    """Invalidation is over at once; there is no external memory that it could cache."""

    def store(self, register: int, value: int) -> None:
        if register == FCR:
            self.stored[SR] = self.stored.get(SR, 0) & ~value
        elif register == CR:
            super().store(CR, value & ~CACHEINV)
            if value & CACHEINV:
                self.stored[SR] = self.stored.get(SR, 0) | BSYENDF
        elif register != SR:
            super().store(register, value)
