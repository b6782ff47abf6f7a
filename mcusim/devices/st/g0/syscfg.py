"""STM32G0 system configuration controller (RM0444 8)."""

from __future__ import annotations

from mcusim.devices.st.words import WordDevice


class Stm32g0Syscfg(WordDevice):
    """Settings without effect: MEM_MODE moves no memory; ports of lines are the EXTI's to choose.

    The registers that tell who raised an interrupt (ITLINEx) read as 0.
    """
