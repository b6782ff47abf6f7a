"""SAM D21 generic clock controller (DS40001882, 15): generators and who uses them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.microchip.clock_tree import GENERATORS, ClockTree, Generator
from mcusim.devices.microchip.registers import SamPeripheral

CTRL, STATUS, CLKCTRL, GENCTRL, GENDIV = 0x0, 0x1, 0x2, 0x4, 0x8
SWRST = 1 << 0
CLKEN = 1 << 14
GENEN, DIVSEL = 1 << 16, 1 << 20
INDIRECT = {CLKCTRL: 0x3F, GENCTRL: 0xF, GENDIV: 0xF}
"""Registers that stand for many, and the mask of the number that says for which."""


class SamGclk(SamPeripheral):
    """A write is synchronised at once (STATUS.SYNCBUSY reads as 0).

    The write lock of a generic clock, and outputs to pins, aren't modelled.
    """

    widths: ClassVar[Mapping[int, int]] = {CTRL: 1, STATUS: 1, CLKCTRL: 2, GENCTRL: 4, GENDIV: 4}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._tree = host.shared(ClockTree)
        self._tree.reset_generators()
        self._written: dict[tuple[int, int], int] = {}
        self._chosen = dict.fromkeys(INDIRECT, 0)

    def load(self, register: int) -> int:
        if register in INDIRECT:
            number = self._chosen[register]
            return self._written.get((register, number), number)
        return 0

    def write(self, offset: int, size: int, value: int) -> None:
        if offset in INDIRECT and size == 1:
            # Only the number: it chooses what the next read shows (DS40001882, GCLK).
            self._chosen[offset] = value & INDIRECT[offset]
            return
        super().write(offset, size, value)

    def store(self, register: int, value: int) -> None:
        if register == CTRL and value & SWRST:
            self._written.clear()
            self._tree.reset_generators()
        elif register in INDIRECT:
            number = value & INDIRECT[register]
            self._chosen[register] = number
            self._written[register, number] = value
            if register == CLKCTRL:
                self._connect(number, value)
            else:
                self._tree.take_over(self.host)
                self._generate(number)
        else:
            return
        self._tree.changed(self.host)

    def _connect(self, channel: int, value: int) -> None:
        if value & CLKEN:
            self._tree.channels[channel] = value >> 8 & 0xF
        else:
            self._tree.channels.pop(channel, None)

    def _generate(self, number: int) -> None:
        if number >= GENERATORS:
            return
        before = self._tree.generators[number]
        control = self._written.get((GENCTRL, number))
        division = self._written.get((GENDIV, number), 0) >> 8 & 0xFFFF
        by_power = control is not None and bool(control & DIVSEL)
        divider = 2 << min(division, 31) if by_power else max(division, 1)
        if control is None:
            self._tree.generators[number] = Generator(before.source, divider, before.on)
        else:
            source = control >> 8 & 0x1F
            self._tree.generators[number] = Generator(source, divider, bool(control & GENEN))
