"""STM32F7 USART (RM0385, USART)."""

from __future__ import annotations

from mcusim.devices.st.usart import Stm32Usart

CR1, PRESC = 0x00, 0x2C
FIFO_BITS = 7 << 29


class Stm32f7Usart(Stm32Usart):
    """As the STM32L4+'s, without FIFO and prescaler."""

    def store(self, register: int, value: int) -> None:
        if register == CR1:
            value &= ~FIFO_BITS
        if register != PRESC:
            super().store(register, value)
