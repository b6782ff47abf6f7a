"""SiFive I2C, the OpenCores master (sifive-blocks, I2C.scala), on a bus where no device answers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.sifive.registers import SifivePeripheral

PRESCALER_LOW, PRESCALER_HIGH, CONTROL, DATA, COMMAND = range(0x00, 0x14, 4)
ENABLE, INTERRUPT_ENABLE = 1 << 7, 1 << 6
START, STOP, READ, WRITE, NO_ACK, CLEAR = 1 << 7, 1 << 6, 1 << 5, 1 << 4, 1 << 3, 1 << 0
NOT_ACKNOWLEDGED, BUSY, IN_PROGRESS, FLAG = 1 << 7, 1 << 6, 1 << 1, 1 << 0
START_TICKS, STOP_TICKS, BIT_TICKS = 6, 5, 5
"""Periods of the prescaler: a state of the bit machine takes one, waiting for its command too."""
BYTE_BITS = 9
"""Of the byte and of its acknowledge."""
RELEASED = 0xFF
"""What is read from a bus that nobody drives."""


class SifiveI2c(SifivePeripheral):
    """What a command does is there at its end; a command meanwhile only clears the flag."""

    reset: ClassVar[Mapping[int, int]] = {PRESCALER_LOW: 0xFF, PRESCALER_HIGH: 0xFF}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._source = host.add_timer(self._done)
        self._command = 0
        self._transmit = self._received = 0
        self._status = 0

    def load(self, register: int) -> int:
        match register:
            case 0x0C:
                return self._received
            case 0x10:
                return self._status | bool(self._command & (READ | WRITE)) * IN_PROGRESS
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        match register:
            case 0x0C:
                self._transmit = value & 0xFF
            case 0x10:
                if value & CLEAR:
                    self._status &= ~FLAG
                self._begin(value)
            case 0x08:
                super().store(CONTROL, value & (ENABLE | INTERRUPT_ENABLE))
            case _:
                super().store(register, value & 0xFF)
        self._update()

    def _begin(self, command: int) -> None:
        idle = not self._command and self.stored.get(CONTROL, 0) & ENABLE
        if idle and command & (READ | WRITE | STOP):
            self._command = command & (START | STOP | READ | WRITE | NO_ACK)
            self.host.schedule(self._source, self.host.now + self._cycles())

    @property
    def _moves_byte(self) -> bool:
        """A byte follows each START, even where neither READ nor WRITE is set."""
        return bool(self._command & (START | READ | WRITE))

    def _cycles(self) -> int:
        prescaler = self.stored[PRESCALER_HIGH] << 8 | self.stored[PRESCALER_LOW]
        ticks = START_TICKS if self._command & START else 0
        ticks += BYTE_BITS * BIT_TICKS if self._moves_byte else 0
        ticks += STOP_TICKS if self._command & STOP else 0
        return ticks * (prescaler + 1)

    def _done(self) -> None:
        command = self._command
        if self._moves_byte:
            if command & READ:
                self._received = RELEASED
                acknowledge = bool(command & NO_ACK)
            else:
                # The register has shifted seven times, and taken in what it sent.
                self._received = (self._transmit << 7 | self._transmit >> 1) & 0xFF
                acknowledge = True
            self._status &= ~NOT_ACKNOWLEDGED
            self._status |= acknowledge * NOT_ACKNOWLEDGED
        if command & START:
            self._status |= BUSY
        if command & STOP:
            self._status &= ~BUSY
        self._status |= FLAG
        self._command = 0
        self._update()

    def _update(self) -> None:
        enabled = self.stored.get(CONTROL, 0) & INTERRUPT_ENABLE
        self.interrupt(bool(self._status & FLAG and enabled))
