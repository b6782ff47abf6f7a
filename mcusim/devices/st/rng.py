"""STM32 random number generator (RM0432 32), from a fixed seed."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.st.words import WordDevice

CR, SR, DR = 0x00, 0x04, 0x08  # RM0432 32.7
RNGEN, IE = 1 << 2, 1 << 3
DRDY = 1 << 0
SEED = 0x2545F4914F6CDD1D
MASK = (1 << 64) - 1


class Stm32Rng(WordDevice):
    """A number is always ready, and every run gets the same ones (xorshift64*)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._state = SEED

    def load(self, register: int) -> int:
        enabled = bool(self.stored.get(CR, 0) & RNGEN)
        if register == SR:
            return DRDY if enabled else 0
        if register == DR:
            return self._next() if enabled else 0
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register == CR:
            self.interrupt(bool(value & RNGEN and value & IE))

    def _next(self) -> int:
        x = self._state
        x ^= x >> 12
        x ^= x << 25 & MASK
        x ^= x >> 27
        self._state = x
        return (x * SEED & MASK) >> 32
