"""STM32F7 system configuration controller (RM0385, SYSCFG)."""

from __future__ import annotations

from mcusim.devices.st.syscfg import Stm32SyscfgBase

CMPCR = 0x20
CMP_PD, READY = 1 << 0, 1 << 8


class Stm32f7Syscfg(Stm32SyscfgBase):
    """The compensation cell is ready at once; MEMRMP moves no memory."""

    def load(self, register: int) -> int:
        value = super().load(register)
        return value | READY if register == CMPCR and value & CMP_PD else value
