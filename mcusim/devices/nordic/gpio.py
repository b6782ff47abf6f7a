"""nRF52 GPIO port: output register and its edges."""

from __future__ import annotations

from mcusim.devices.device import Device, Host

# Offsets of port 0 within its block (PS, GPIO, Registers).
OUT, OUTSET, OUTCLR, IN, DIR, DIRSET, DIRCLR = 0x504, 0x508, 0x50C, 0x510, 0x514, 0x518, 0x51C
PORT_1_SHIFT = 0x500
"""Port 1 has its registers 0x500 lower within a block that begins at 0x50000800."""


class NrfGpio(Device):
    """Reports edges of OUT; inputs read as the outputs do."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._out = 0
        self._dir = 0
        self._shift = PORT_1_SHIFT if name == "p1" else 0

    def read(self, offset: int, size: int) -> int:
        register = offset + self._shift
        if register in (OUT, OUTSET, OUTCLR, IN):
            return self._out
        if register in (DIR, DIRSET, DIRCLR):
            return self._dir
        return super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        match offset + self._shift:
            case 0x504:
                self._drive(value)
            case 0x508:
                self._drive(self._out | value)
            case 0x50C:
                self._drive(self._out & ~value)
            case 0x514:
                self._dir = value
            case 0x518:
                self._dir |= value
            case 0x51C:
                self._dir &= ~value
            case _:
                super().write(offset, size, value)

    def _drive(self, out: int) -> None:
        changed = self._out ^ out
        self._out = out
        for pin in range(32):
            if changed >> pin & 1:
                self.host.pin_changed(self.name.upper(), pin, bool(out >> pin & 1))
