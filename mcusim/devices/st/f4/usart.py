"""STM32F4 USART with the older register layout (RM0090, USART): SR and DR."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.st import usart
from mcusim.devices.st.f7.usart import Stm32f7Usart

SR, DR, BRR, CR1, CR2, CR3 = range(0x00, 0x18, 4)
NEWER = {BRR: usart.BRR, CR2: usart.CR2, CR3: usart.CR3}
"""Where the newer layout has a register of the same bits."""
UE = 1 << 13
FLAGS = 0x3FF


class Stm32f4Usart(Stm32f7Usart):
    """The same port: flags and enables lie at the same bits, but for CR1.UE.

    ORE and IDLE are cleared by a read of SR and one of DR, TC by writing 0 to it or by SR and a
    write of DR.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._written: dict[int, int] = {}
        self._flags_read = False

    def restart(self) -> None:
        super().restart()
        self._written = {}
        self._flags_read = False

    def write(self, offset: int, size: int, value: int) -> None:
        register, shift = offset & ~3, 8 * (offset & 3)
        mask = (1 << 8 * size) - 1
        if size < 4 and register != DR:
            kept = self._written.get(register, 0) & ~(mask << shift)
            value = kept | (value & mask) << shift
        self._written[register] = value
        self.store(register, value & 0xFFFFFFFF)

    def load(self, register: int) -> int:
        if register == SR:
            self._flags_read = True
            return super().load(usart.ISR) & FLAGS
        if register == DR:
            data = super().load(usart.RDR)
            self._clear(usart.ORE | usart.IDLE)
            return data
        return self._written.get(register, 0)

    def store(self, register: int, value: int) -> None:
        if register == SR:
            super().store(usart.ICR, ~value & usart.TC)
        elif register == DR:
            self._clear(usart.TC)
            super().store(usart.TDR, value)
        elif register == CR1:
            enable = usart.UE if value & UE else 0
            super().store(usart.CR1, value & ~(UE | usart.UE | usart.UESM) | enable)
        elif register in NEWER:
            super().store(NEWER[register], value)

    def _clear(self, flags: int) -> None:
        if self._flags_read:
            self._flags_read = False
            super().store(usart.ICR, flags)
