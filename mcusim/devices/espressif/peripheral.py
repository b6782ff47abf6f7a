"""Registers of 32 bits and interrupt sources, as all peripherals of the ESP32-C3 have them."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar, NamedTuple

from mcusim.devices.device import Host
from mcusim.devices.espressif.clocks import Clocks
from mcusim.devices.words import Words


class Sources:
    """Levels of the interrupt sources: one object a machine, read by the interrupt matrix."""

    def __init__(self) -> None:
        self.levels = 0
        """A bit for each source (TRM v1.3, table 8.3-1)."""
        self._listeners: list[Callable[[], None]] = []

    def listen(self, changed: Callable[[], None]) -> None:
        """Has a function called after each change."""
        self._listeners.append(changed)

    def drive(self, source: int, level: bool) -> None:
        """Sets the level of a source."""
        levels = self.levels | 1 << source if level else self.levels & ~(1 << source)
        if levels != self.levels:
            self.levels = levels
            for listener in self._listeners:
                listener()


class EspPeripheral(Words):
    """Subclasses override `load` and `store`; `reset` is as at the start of the application."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.clocks = host.shared(Clocks)
        self._sources = host.shared(Sources)

    def interrupt(self, level: bool, line: int = 0) -> None:
        """Drives one of the interrupt sources that the chip file gives this device."""
        if line < len(self.interrupts):
            self._sources.drive(self.interrupts[line], level)


class InterruptRegisters(NamedTuple):
    """Offsets of the registers that all peripherals with interrupts of their own have."""

    raw: int
    st: int
    ena: int
    clr: int


class InterruptDevice(EspPeripheral):
    """The registers of a peripheral's interrupts, which stay pending until they are cleared."""

    interrupt_registers: ClassVar[InterruptRegisters]

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.pending = 0
        """As INT_RAW has them."""

    @property
    def enabled(self) -> int:
        """Those that are pending, of the ones that INT_ENA lets through: INT_ST."""
        return self.pending & self.stored.get(self.interrupt_registers.ena, 0)

    def load(self, register: int) -> int:
        if register == self.interrupt_registers.raw:
            return self.pending
        if register == self.interrupt_registers.st:
            return self.enabled
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        registers = self.interrupt_registers
        if register in (registers.raw, registers.st):
            return
        if register != registers.clr:
            super().store(register, value)
        else:
            self.pending &= ~value
        if register in (registers.clr, registers.ena):
            self.drive()

    def drive(self) -> None:
        """Has the interrupt source follow."""
        self.interrupt(bool(self.enabled))
