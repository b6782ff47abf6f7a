"""STM32 USB OTG (RM0456, OTG_FS): set up by drivers, with nobody at the connector."""

from __future__ import annotations

from mcusim.devices.st.words import WordDevice

GRSTCTL = 0x10
AHBIDL = 1 << 31
MOMENTARY = 0x33
"""CSRST, PSRST, RXFFLSH and TXFFLSH, which are over at once."""


class Stm32Otg(WordDevice):
    """Resets and flushes of the core are over at once; there is never a host or a device."""

    def load(self, register: int) -> int:
        value = super().load(register)
        return value | AHBIDL if register == GRSTCTL else value

    def store(self, register: int, value: int) -> None:
        super().store(register, value & ~MOMENTARY if register == GRSTCTL else value)
