"""STM32U5 GPIO ports, interrupt lines and system configuration (RM0456, GPIO, EXTI, SYSCFG)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD
from mcusim.devices.st.exti_v2 import (
    EXTICR1,
    EXTICR4,
    FPR1,
    PORT_BITS,
    RPR1,
    SWIER1,
    Stm32ExtiV2,
)
from mcusim.devices.st.gpio import (
    AFRH,
    AFRL,
    BSRR,
    LCKK,
    LCKR,
    MODER,
    OSPEEDR,
    PUPDR,
    Stm32Gpio,
)
from mcusim.devices.st.u5.secured import is_secured
from mcusim.devices.st.words import WordDevice

CCCSR = 0x1C
SECCFGR, ALL_PINS = 0x30, 0xFFFF
SECCFGR1, LOCKR, LOCK = 0x14, 0x70, 1 << 0
"""Of EXTI: PRIVCFGR1 is behind SECCFGR1, and the lock is of both."""
ATTRIBUTES = (SECCFGR1, SECCFGR1 + 4)


class Stm32u5Gpio(Stm32Gpio):
    """As the STM32L4+'s; port H is a port like the others.

    With TrustZone, the bits of each pin that SECCFGR names read as zero for Non-secure code, which
    can't write them; after reset these are all pins (13.3.18). The gate between a Secure
    peripheral and a Non-secure pin isn't modelled.
    """

    port_reset: ClassVar[Mapping[str, Mapping[int, int]]] = {
        "a": {MODER: 0xABFFFFFF, OSPEEDR: 0x08000000, PUPDR: 0x64000000},
        "b": {MODER: 0xFFFFFEBF, PUPDR: 0x00000100},
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        if is_secured(host):
            self._at_reset[SECCFGR] = ALL_PINS
            self.stored[SECCFGR] = ALL_PINS
            host.screen_device(name, lambda: None, self._allowed)

    def _allowed(self, offset: int, write: bool) -> int:
        if offset == SECCFGR:
            return 0 if write else WHOLE_WORD
        open_pins = ALL_PINS & ~self.stored[SECCFGR]
        if offset in (AFRL, AFRH):
            return _spread(open_pins >> 8 * (offset == AFRH) & 0xFF, 4)
        if offset in (MODER, OSPEEDR, PUPDR):
            return _spread(open_pins, 2)
        # BSRR has two bits of a pin in two halves; LCKR's key is above the pins.
        return open_pins | (open_pins << 16 if offset == BSRR else LCKK if offset == LCKR else 0)


def _spread(pins: int, width: int) -> int:
    """Fields of `width` bits for pins of one bit."""
    field = (1 << width) - 1
    return sum(field << width * pin for pin in range(32 // width) if pins >> pin & 1)


class Stm32u5Exti(Stm32ExtiV2):
    """An interrupt for each of the 16 lines of pins, then one for PVD and voltage monitors.

    With TrustZone, the bits of each line that SECCFGR1 names read as zero for Non-secure code,
    which can't write them; nobody does after LOCKR. PRIVCFGR1 is kept alone.
    """

    groups: ClassVar[tuple[int, ...]] = (*(1 << line for line in range(16)), 1 << 16)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.write_ones = (SWIER1, RPR1, FPR1)
        if is_secured(host):
            host.screen_device(name, lambda: None, self._allowed)

    def _allowed(self, offset: int, write: bool) -> int:
        open_lines = WHOLE_WORD & ~self.stored.get(SECCFGR1, 0)
        if EXTICR1 <= offset <= EXTICR4:
            return _spread(open_lines >> (offset - EXTICR1) & 0xF, PORT_BITS)
        if offset in (SECCFGR1, LOCKR):
            return 0 if write else WHOLE_WORD
        return open_lines

    def store(self, register: int, value: int) -> None:
        if register == LOCKR:
            value = value & LOCK | self.stored.get(LOCKR, 0)
        if register not in ATTRIBUTES or not self.stored.get(LOCKR, 0) & LOCK:
            super().store(register, value)


class Stm32u5Syscfg(WordDevice):
    """The compensation cells are ready at once."""

    def load(self, register: int) -> int:
        value = super().load(register)
        if register != CCCSR:
            return value
        # EN1 and EN2 are bits 0 and 2, RDY1 and RDY2 bits 8 and 9.
        return value | (value & 1) << 8 | (value >> 2 & 1) << 9
