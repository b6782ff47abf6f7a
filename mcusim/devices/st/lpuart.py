"""STM32 low-power UART (RM0432 51)."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.st.usart import Stm32Usart


class Stm32Lpuart(Stm32Usart):
    """A USART whose baud rate is 256 times its clock over BRR (RM0432 51.4.7)."""

    is_low_power: ClassVar[bool] = True
