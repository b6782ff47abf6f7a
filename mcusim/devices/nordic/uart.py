"""nRF52 UART and UARTE: transmitted bytes become text output."""

from __future__ import annotations

from mcusim.devices.device import Device

# PS, UART and UARTE, Registers.
STARTTX = 0x008
TXDRDY, ENDTX, TXSTARTED = 0x11C, 0x120, 0x150
TXD = 0x51C
TXD_PTR, TXD_MAXCNT, TXD_AMOUNT = 0x544, 0x548, 0x54C
ENABLE = 0x500
ENABLE_UART, ENABLE_UARTE = 4, 8


class NrfUart(Device):
    """Sends without delay: the time of a byte on the line is not modelled yet."""

    def write(self, offset: int, size: int, value: int) -> None:
        super().write(offset, size, value)
        enabled = self.stored.get(ENABLE, 0)
        if offset == TXD and enabled == ENABLE_UART:
            self.host.emit(self.name, bytes([value & 0xFF]))
            self.stored[TXDRDY] = 1
        elif offset == STARTTX and value & 1 and enabled == ENABLE_UARTE:
            self._send_buffer()

    def _send_buffer(self) -> None:
        count = self.stored.get(TXD_MAXCNT, 0) & 0xFFFF
        self.host.emit(self.name, self.host.read_memory(self.stored.get(TXD_PTR, 0), count))
        self.stored[TXD_AMOUNT] = count
        for event in (TXSTARTED, TXDRDY, ENDTX):
            self.stored[event] = 1
