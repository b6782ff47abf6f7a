"""Registers of 32 bits, and the interrupt lines that some peripherals of an STM32 share."""

from __future__ import annotations

from mcusim.devices.device import Host
from mcusim.devices.st.interrupt_lines import InterruptLines
from mcusim.devices.words import Words


class WordDevice(Words):
    """Subclasses override `load` and `store`, and call `interrupt`."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._interrupt_lines = host.shared(InterruptLines)

    def restart(self) -> None:
        super().restart()
        for line in range(len(self.interrupts)):
            self.interrupt(False, line)

    def interrupt(self, level: bool, line: int = 0) -> None:
        """Drives one of the interrupt lines that the chip file gives this device."""
        if line < len(self.interrupts):
            number = self.interrupts[line]
            self._interrupt_lines.drive(self.host, number, (self.name, line), level)
