"""STM32H7 USART and LPUART: those of the STM32L4+ with deeper FIFOs."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.st.lpuart import Stm32Lpuart
from mcusim.devices.st.usart import Stm32Usart

FIFO_DEPTH = 16  # RM0433, USART implementation


class Stm32h7Usart(Stm32Usart):
    """A USART of the STM32H7."""

    fifo_depth: ClassVar[int] = FIFO_DEPTH


class Stm32h7Lpuart(Stm32Lpuart):
    """The low-power UART of the STM32H7."""

    fifo_depth: ClassVar[int] = FIFO_DEPTH
