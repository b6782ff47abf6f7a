"""CMSDK AHB GPIO (DDI0479D, 3.4): 16 pins."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.arm.sse300.registers import ApbDevice
from mcusim.devices.device import Host

DATA, DATAOUT, OUTENSET, OUTENCLR = 0x00, 0x04, 0x10, 0x14
MASKED_LOW, MASKED_HIGH, MASKED_END = 0x400, 0x800, 0xC00
PAIRS = {OUTENCLR: OUTENSET, 0x1C: 0x18, 0x24: 0x20, 0x2C: 0x28, 0x34: 0x30}
"""From a register that clears bits to the one that sets them; both read the same."""
PINS = 0xFFFF


class CmsdkGpio(ApbDevice):
    """Outputs are pins that regions can watch; inputs read what the port itself puts out.

    Interrupts by pins aren't modelled, as nothing drives a pin from outside.
    """

    identity: ClassVar[tuple[int, ...]] = (4, 0, 0, 0, 0x20, 0xB8, 0x1B, 0, 0x0D, 0xF0, 0x05, 0xB1)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._levels = 0
        self.port = f"P{name[-1]}"

    def load(self, register: int) -> int:
        if register == DATA:
            return self._levels
        if MASKED_LOW <= register < MASKED_END:
            return self._levels & self._mask(register)
        return super().load(PAIRS.get(register, register))

    def store(self, register: int, value: int) -> None:
        out = self.stored.get(DATAOUT, 0)
        value &= PINS
        if register in (DATA, DATAOUT):
            self.stored[DATAOUT] = value
        elif MASKED_LOW <= register < MASKED_END:
            mask = self._mask(register)
            self.stored[DATAOUT] = out & ~mask | value & mask
        elif register in PAIRS:
            self.stored[PAIRS[register]] = self.stored.get(PAIRS[register], 0) & ~value
        elif register in PAIRS.values():
            self.stored[register] = self.stored.get(register, 0) | value
        else:
            super().store(register, value)
        self._drive()

    @staticmethod
    def _mask(register: int) -> int:
        """The pins that an access in the masked windows means: address bits 9 to 2."""
        bits = register >> 2 & 0xFF
        return bits if register < MASKED_HIGH else bits << 8

    def _drive(self) -> None:
        levels = self.stored.get(DATAOUT, 0) & self.stored.get(OUTENSET, 0)
        changed, self._levels = levels ^ self._levels, levels
        for pin in range(16):
            if changed >> pin & 1:
                self.host.pin_changed(self.port, pin, bool(levels >> pin & 1))
