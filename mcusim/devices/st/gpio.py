"""STM32 GPIO port: output data register and its edges."""

from __future__ import annotations

from mcusim.devices.device import Device, Host

IDR, ODR, BSRR, BRR = 0x10, 0x14, 0x18, 0x28  # RM0432 8.4


class Stm32Gpio(Device):
    """Reports edges of ODR; inputs read as the outputs do."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._out = 0
        self._port = name.removeprefix("gpio").upper()

    def read(self, offset: int, size: int) -> int:
        return self._out if offset in (IDR, ODR) else super().read(offset, size)

    def write(self, offset: int, size: int, value: int) -> None:
        if offset == ODR:
            self._drive(value & 0xFFFF)
        elif offset == BSRR:
            # Setting wins over resetting.
            self._drive(self._out & ~(value >> 16) | value & 0xFFFF)
        elif offset == BRR:
            self._drive(self._out & ~value & 0xFFFF)
        else:
            super().write(offset, size, value)

    def _drive(self, out: int) -> None:
        changed = self._out ^ out
        self._out = out
        for pin in range(16):
            if changed >> pin & 1:
                self.host.pin_changed(f"P{self._port}", pin, bool(out >> pin & 1))
