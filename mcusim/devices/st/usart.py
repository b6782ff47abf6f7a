"""STM32 USART and LPUART (the newer layout, with ISR and TDR): bytes sent become text output."""

from __future__ import annotations

from mcusim.devices.device import Device

CR1, ISR, TDR = 0x00, 0x1C, 0x28  # RM0432 50.8 and 51.7
UE, TE = 1 << 0, 1 << 3
TXE, TC, TEACK, REACK = 1 << 7, 1 << 6, 1 << 21, 1 << 22


class Stm32Usart(Device):
    """Sends without delay: the time of a byte on the line is not modelled yet."""

    def read(self, offset: int, size: int) -> int:
        return TXE | TC | TEACK | REACK if offset == ISR else super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        control = self.stored.get(CR1, 0)
        if offset == TDR and control & UE and control & TE:
            self.host.emit(self.name, bytes([value & 0xFF]))
