"""SAM D21 PORT (DS40001882, 23): two groups of pins, on the APB and on the single-cycle I/O bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.microchip.pins import GROUPS, PINS, Pins
from mcusim.devices.microchip.registers import SamPeripheral
from mcusim.devices.reset import Reset

DIR, OUT, IN, WRCONFIG, PMUX, PINCFG = 0x00, 0x10, 0x20, 0x28, 0x30, 0x40
GROUP_BYTES = 0x80
PMUXEN, INEN, PULLEN = 1 << 0, 1 << 1, 1 << 2
HWSEL, WRPINCFG, WRPMUX = 1 << 31, 1 << 30, 1 << 28
ALL = 0xFFFFFFFF


class _Group:
    """The registers of 32 pins."""

    def __init__(self) -> None:
        self.direction = self.out = 0
        self.config = [0] * PINS
        self.mux = [0] * PINS


class _Registers:
    """What both addresses of PORT lead to."""

    def __init__(self) -> None:
        self.groups = [_Group() for _ in GROUPS]


class SamPort(SamPeripheral):
    """Reports edges of OUT on pins that are outputs; IN shows outputs, inputs and pulls.

    A peripheral that owns a pin (PMUXEN) doesn't move it. Input sampling (CTRL) and drive strength
    are remembered.
    """

    widths: ClassVar[Mapping[int, int]] = {
        group * GROUP_BYTES + register: 4
        for group in range(len(GROUPS))
        for register in range(0x00, 0x2C, 4)
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pins = host.shared(Pins)
        self._groups = host.shared(_Registers).groups
        self._pins.function, self._pins.level = self._function, self._level

    def inherit(self, before: Self, reset: Reset) -> None:
        """What drives the pins from outside stays."""
        self._pins.outside = before._pins.outside

    def set_input(self, pin: int, level: bool | None) -> None:
        """Drives a pin from outside, 0 to 31 for PA and 32 to 63 for PB; None lets go of it."""
        group, pin = divmod(pin, PINS)
        before = self._level(group, pin)
        if level is None:
            self._pins.outside.pop((group, pin), None)
        else:
            self._pins.outside[group, pin] = level
        after = self._level(group, pin)
        if after != before:
            self._pins.edge(group, pin, after)

    # --- registers ---

    def load(self, register: int) -> int:
        number, place = divmod(register, GROUP_BYTES)
        if number >= len(GROUPS):
            return 0
        group = self._groups[number]
        if place < OUT:
            return group.direction
        if place < IN:
            return group.out
        if place == IN:
            return sum(self._reads(number, pin) << pin for pin in range(PINS))
        if PINCFG <= place < PINCFG + PINS:
            return group.config[place - PINCFG]
        if PMUX <= place < PMUX + PINS // 2:
            even = 2 * (place - PMUX)
            return group.mux[even] | group.mux[even + 1] << 4
        return 0 if place == WRCONFIG else super().load(register)

    def store(self, register: int, value: int) -> None:
        number, place = divmod(register, GROUP_BYTES)
        if number >= len(GROUPS) or place == IN:
            return
        group = self._groups[number]
        if place < OUT:
            self._drive(number, _changed(group.direction, place - DIR, value), group.out)
        elif place < IN:
            self._drive(number, group.direction, _changed(group.out, place - OUT, value))
        elif place == WRCONFIG:
            self._configure(group, value)
        elif PINCFG <= place < PINCFG + PINS:
            group.config[place - PINCFG] = value & 0xFF
        elif PMUX <= place < PMUX + PINS // 2:
            even = 2 * (place - PMUX)
            group.mux[even], group.mux[even + 1] = value & 0xF, value >> 4 & 0xF
        else:
            super().store(register, value)

    @staticmethod
    def _configure(group: _Group, value: int) -> None:
        """WRCONFIG sets up to 16 pins at once."""
        first = 16 if value & HWSEL else 0
        for pin in range(16):
            if not value >> pin & 1:
                continue
            if value & WRPINCFG:
                group.config[first + pin] = value >> 16 & 0x47
            if value & WRPMUX:
                group.mux[first + pin] = value >> 24 & 0xF

    # --- levels ---

    def _drive(self, number: int, direction: int, out: int) -> None:
        group = self._groups[number]
        before, after = group.out & group.direction, out & direction
        group.direction, group.out = direction, out
        changed = before ^ after
        while changed:
            pin = (changed & -changed).bit_length() - 1
            changed &= changed - 1
            self.host.pin_changed(f"P{GROUPS[number]}", pin, bool(after >> pin & 1))

    def _level(self, number: int, pin: int) -> bool:
        group = self._groups[number]
        if group.direction >> pin & 1:
            return bool(group.out >> pin & 1)
        pulled_up = bool(group.config[pin] & PULLEN) and bool(group.out >> pin & 1)
        return self._pins.outside.get((number, pin), pulled_up)

    def _reads(self, number: int, pin: int) -> bool:
        """IN shows a pin whose input buffer is on."""
        return bool(self._groups[number].config[pin] & INEN) and self._level(number, pin)

    def _function(self, number: int, pin: int) -> int | None:
        group = self._groups[number]
        return group.mux[pin] if group.config[pin] & PMUXEN else None


def _changed(before: int, action: int, value: int) -> int:
    """A register after a write at its own place, or at CLR, SET or TGL behind it."""
    match action:
        case 4:
            return before & ~value & ALL
        case 8:
            return before | value
        case 12:
            return before ^ value
    return value
