"""nRF52 GPIO port: outputs and their edges, inputs from outside, sensing."""

from __future__ import annotations

from typing import Self

from mcusim.devices.device import Device, Host
from mcusim.devices.nordic.fabric import NrfFabric
from mcusim.devices.reset import Reset

# Offsets of port 0 within its block (PS, GPIO, Registers).
OUT, OUTSET, OUTCLR, IN, DIR, DIRSET, DIRCLR = 0x504, 0x508, 0x50C, 0x510, 0x514, 0x518, 0x51C
LATCH, DETECTMODE, PIN_CNF = 0x520, 0x524, 0x700
PORT_1_SHIFT = 0x500
"""Port 1 has its registers 0x500 lower within a block that begins at 0x50000800."""
PINS = 32
CNF_AT_RESET = 0x2
CNF_OUTPUT, CNF_NO_INPUT = 1 << 0, 1 << 1
PULL_UP = 3
SENSE_HIGH, SENSE_LOW = 2, 3


class NrfGpio(Device):
    """Reports edges of OUT; `set_input` is what the outside does to a pin."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._fabric = host.shared(NrfFabric)
        self._out = 0
        self._cnf = [CNF_AT_RESET] * PINS
        self._outside: dict[int, bool] = {}
        self._owned: dict[int, bool] = {}
        self._sensed: list[int] = []
        self._latch = 0
        self._levels = 0
        self._detect = False
        self._shift = PORT_1_SHIFT if name == "p1" else 0
        self.port = 1 if name == "p1" else 0
        self.write_ones = [r - self._shift for r in (OUTSET, OUTCLR, DIRSET, DIRCLR, LATCH)]
        self._fabric.ports[self.port] = self

    def inherit(self, before: Self, reset: Reset) -> None:
        """What drives the pins from outside stays; waking from System OFF, so does all of it."""
        self._outside = before._outside
        if reset.cause == "wake-up":
            self._out, self._cnf, self._sensed = before._out, before._cnf, before._sensed
            self._latch, self.stored = before._latch, before.stored
            self._levels, self._detect = before._levels, before._detect

    # --- the outside, and GPIOTE ---

    def set_input(self, pin: int, level: bool | None) -> None:
        """Drives a pin from outside; None lets go of it, so that its pull resistor decides."""
        if level is None:
            self._outside.pop(pin, None)
        else:
            self._outside[pin] = level
        self._settle()

    def level(self, pin: int) -> bool:
        """The level on the pin itself."""
        cnf = self._cnf[pin]
        if pin in self._owned:
            return self._owned[pin]
        if cnf & CNF_OUTPUT:
            return bool(self._out >> pin & 1)
        return self._outside.get(pin, cnf >> 2 & 3 == PULL_UP)

    def drive(self, pin: int, level: bool | None) -> None:
        """Has GPIOTE set the pin's level in place of OUT; None gives the pin back."""
        before = self._owned.get(pin, bool(self._out >> pin & 1))
        if level is None:
            self._owned.pop(pin, None)
        else:
            self._owned[pin] = level
        after = self._owned.get(pin, bool(self._out >> pin & 1))
        if before != after:
            self.host.pin_changed(self.name.upper(), pin, after)
        self._settle()

    @property
    def detects(self) -> bool:
        """The port's DETECT signal."""
        return self._detect

    def watch(self, pin: int) -> None:
        """Takes the present level as the one that the next edge starts from."""
        self._levels = self._levels & ~(1 << pin) | self.level(pin) << pin

    def release_others(self, driven: set[int]) -> None:
        """Gives back the pins that GPIOTE doesn't drive any more."""
        for pin in self._owned.keys() - driven:
            self.drive(pin, None)

    # --- the bus ---

    def read(self, offset: int, size: int) -> int:
        register = (offset & ~3) + self._shift
        return self._word(register) >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def _word(self, register: int) -> int:
        if register in (OUT, OUTSET, OUTCLR):
            return self._out
        if register == IN:
            return sum(
                1 << pin
                for pin in range(PINS)
                if not self._cnf[pin] & CNF_NO_INPUT and self.level(pin)
            )
        if register in (DIR, DIRSET, DIRCLR):
            return sum(1 << pin for pin in range(PINS) if self._cnf[pin] & CNF_OUTPUT)
        if register == LATCH:
            return self._latch
        if PIN_CNF <= register < PIN_CNF + 4 * PINS:
            return self._cnf[register - PIN_CNF >> 2]
        return self.stored.get(register - self._shift, 0)

    def write(self, offset: int, size: int, value: int) -> None:
        register = offset + self._shift
        match register:
            case 0x504:
                self._drive_port(value)
            case 0x508:
                self._drive_port(self._out | value)
            case 0x50C:
                self._drive_port(self._out & ~value)
            case 0x514:
                self._set_directions(value, ~value)
            case 0x518:
                self._set_directions(value, 0)
            case 0x51C:
                self._set_directions(0, value)
            case 0x520:
                self._latch &= ~value
            case _ if PIN_CNF <= register < PIN_CNF + 4 * PINS:
                self._cnf[register - PIN_CNF >> 2] = value
                self._sensed = [i for i in range(PINS) if self._cnf[i] >> 16 & 3]
            case _:
                super().write(offset, size, value)
        self._settle()

    def _drive_port(self, out: int) -> None:
        changed = self._out ^ out
        self._out = out
        while changed:
            pin = (changed & -changed).bit_length() - 1
            changed &= changed - 1
            if pin < PINS and pin not in self._owned:
                self.host.pin_changed(self.name.upper(), pin, bool(out >> pin & 1))

    def _set_directions(self, outputs: int, inputs: int) -> None:
        for pin in range(PINS):
            if outputs >> pin & 1:
                self._cnf[pin] |= CNF_OUTPUT
            elif inputs >> pin & 1:
                self._cnf[pin] &= ~CNF_OUTPUT

    def _settle(self) -> None:
        """Looks at pins that are sensed, or that GPIOTE watches."""
        watchers = self._fabric.watched_pins.get(self.port, {})
        for pin in (*watchers, *self._sensed):
            level, before = self.level(pin), bool(self._levels >> pin & 1)
            self._levels = self._levels & ~(1 << pin) | level << pin
            if level != before and pin in watchers:
                watchers[pin](level)
        self._sense()

    def _sense(self) -> None:
        present = 0
        for pin in self._sensed:
            wanted = self._cnf[pin] >> 16 & 3
            if (wanted == SENSE_HIGH and self.level(pin)) or (
                wanted == SENSE_LOW and not self.level(pin)
            ):
                present |= 1 << pin
        # A latched bit can't be cleared while its condition lasts (PS, GPIO, Pin sense).
        self._latch |= present
        detect = bool(self._latch if self.stored.get(DETECTMODE - self._shift, 0) & 1 else present)
        if detect and not self._detect:
            self._fabric.port_detected()
            self._fabric.wake_up(self.name.upper())
        self._detect = detect
