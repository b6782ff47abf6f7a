"""STM32 system configuration controller (RM0432 9)."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

EXTICR1, EXTICR4 = 0x08, 0x14  # RM0432 9.2
SCSR = 0x18


class Stm32SyscfgBase(WordDevice):
    """What all series share: EXTICR chooses the ports of the EXTI lines."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._lines = host.shared(ExtiLines)

    def restart(self) -> None:
        super().restart()
        self._lines.ports[:] = [0] * len(self._lines.ports)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if EXTICR1 <= register <= EXTICR4:
            for pin in range(4):
                self._lines.ports[(register - EXTICR1) + pin] = value >> 4 * pin & 0xF


class Stm32Syscfg(Stm32SyscfgBase):
    """That of the STM32L4+: erasing SRAM2 is over at once."""

    def store(self, register: int, value: int) -> None:
        # SCSR: SRAM2ER starts, SRAM2BSY tells.
        super().store(register, value & ~3 if register == SCSR else value)
