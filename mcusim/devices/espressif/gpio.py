"""ESP32-C3 GPIO (TRM v1.3, 5): outputs and their edges, interrupts of pins."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.espressif.peripheral import EspPeripheral
from mcusim.devices.reset import Reset

OUT, OUT_W1TS, OUT_W1TC = 0x04, 0x08, 0x0C
ENABLE, ENABLE_W1TS, ENABLE_W1TC, STRAP, IN = 0x20, 0x24, 0x28, 0x38, 0x3C
STATUS, STATUS_W1TS, STATUS_W1TC, PCPU_INT, PIN0 = 0x44, 0x48, 0x4C, 0x5C, 0x74
PINS = 22
ALL = (1 << PINS) - 1
BOOT_FROM_FLASH = 0x8
"""GPIO_STRAP: GPIO9 is high (datasheet v2.4, 3.1)."""
BOOT_PIN = 1 << 9
RISING, FALLING, BOTH, LOW, HIGH = 1, 2, 3, 4, 5
INT_ENABLE = 1 << 13
"""Bit 0 of GPIO_PINn_INT_ENA: the CPU's interrupt."""


class EspGpio(EspPeripheral):
    """`set_input` is what the outside does to a pin; the peripheral signals aren't routed."""

    reset: ClassVar[Mapping[int, int]] = {STRAP: BOOT_FROM_FLASH}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._outside = BOOT_PIN
        self._levels = BOOT_PIN
        self._status = 0

    def inherit(self, before: Self, reset: Reset) -> None:
        """What drives the pins from outside stays."""
        self._outside = before._outside
        self._settle()

    def set_input(self, pin: int, level: bool) -> None:
        """Drives a pin from outside."""
        self._outside = self._outside & ~(1 << pin) | level << pin
        self._settle()

    def load(self, register: int) -> int:
        match register:
            case 0x3C:
                return self._levels
            case 0x44:
                return self._status
            case 0x5C:
                return self._status & self._enabled()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        out, enabled = self.stored.get(OUT, 0), self.stored.get(ENABLE, 0)
        match register:
            case 0x04:
                self._drive(value, enabled)
            case 0x08:
                self._drive(out | value, enabled)
            case 0x0C:
                self._drive(out & ~value, enabled)
            case 0x20:
                self._drive(out, value)
            case 0x24:
                self._drive(out, enabled | value)
            case 0x28:
                self._drive(out, enabled & ~value)
            case 0x44:
                self._status = value & ALL
            case 0x48:
                self._status |= value & ALL
            case 0x4C:
                self._status &= ~value
            case 0x38 | 0x3C | 0x5C:
                return
            case _:
                super().store(register, value)
        self._settle()

    def _drive(self, out: int, enabled: int) -> None:
        before = self.stored.get(OUT, 0) & self.stored.get(ENABLE, 0)
        self.stored[OUT], self.stored[ENABLE] = out & ALL, enabled & ALL
        changed = before ^ out & enabled & ALL
        for pin in range(PINS):
            if changed >> pin & 1:
                self.host.pin_changed(self.name.upper(), pin, bool(out >> pin & 1))

    def _enabled(self) -> int:
        return sum(1 << n for n in range(PINS) if self.stored.get(PIN0 + 4 * n, 0) & INT_ENABLE)

    def _settle(self) -> None:
        """Takes the levels as they are now, and the interrupts that they make."""
        enabled = self.stored.get(ENABLE, 0)
        before = self._levels
        self._levels = self.stored.get(OUT, 0) & enabled | self._outside & ~enabled
        for pin in range(PINS):
            kind = self.stored.get(PIN0 + 4 * pin, 0) >> 7 & 7
            now, was = self._levels >> pin & 1, before >> pin & 1
            rose, fell = now > was, now < was
            if (
                (kind in (RISING, BOTH) and rose)
                or (kind in (FALLING, BOTH) and fell)
                or (kind == LOW and not now)
                or (kind == HIGH and now)
            ):
                self._status |= 1 << pin
        self.interrupt(bool(self._status & self._enabled()))
