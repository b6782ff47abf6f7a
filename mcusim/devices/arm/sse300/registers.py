"""Registers of 32 bits on the APB, as the peripherals of Arm's subsystems have them."""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.words import Words

IDENTITY = 0xFD0


class ApbDevice(Words):
    """Subclasses override `load` and `store`; the identity registers keep what they are."""

    identity: ClassVar[tuple[int, ...]] = ()
    """PID4 to PID7, PID0 to PID3, CID0 to CID3 (DDI0479D, CMSDK, component identification)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        for index, value in enumerate(self.identity):
            self.stored[IDENTITY + 4 * index] = value

    def store(self, register: int, value: int) -> None:
        if not self.identity or register < IDENTITY:
            super().store(register, value)

    def interrupt(self, level: bool, line: int = 0) -> None:
        """Drives one of the interrupt lines that the chip file gives this device."""
        if line < len(self.interrupts):
            self.host.set_interrupt(self.interrupts[line], level)


class Remembered(ApbDevice):
    """Registers that keep what is written: security and power settings that change nothing here."""
