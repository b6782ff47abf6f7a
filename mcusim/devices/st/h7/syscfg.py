"""STM32H7 system configuration controller (RM0433 and RM0455, SYSCFG)."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.st.h7.core_voltage import CoreVoltage
from mcusim.devices.st.syscfg import Stm32SyscfgBase

CCCSR, PWRCR = 0x20, 0x2C
EN, READY = 1 << 0, 1 << 8
ODEN = 1 << 0


class Stm32h7Syscfg(Stm32SyscfgBase):
    """The compensation cell is ready at once; ODEN boosts the core voltage (STM32H743)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._voltage = host.shared(CoreVoltage)

    def restart(self) -> None:
        super().restart()
        self._voltage.boosted = False

    def load(self, register: int) -> int:
        value = super().load(register)
        return value | READY if register == CCCSR and value & EN else value

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register == PWRCR:
            self._voltage.boosted = bool(value & ODEN)
