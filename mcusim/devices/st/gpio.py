"""STM32 GPIO port (RM0432 8): outputs and their edges, inputs with pulls, locking."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.st.exti_lines import ExtiLines
from mcusim.devices.st.words import WordDevice

MODER, OTYPER, OSPEEDR, PUPDR = 0x00, 0x04, 0x08, 0x0C  # RM0432 8.4
IDR, ODR, BSRR, LCKR, AFRL, AFRH, BRR = 0x10, 0x14, 0x18, 0x1C, 0x20, 0x24, 0x28
INPUT, OUTPUT, ALTERNATE, ANALOG = range(4)
PULL_UP = 1
LCKK = 1 << 16
PORTS = "abcdefghijk"


class Stm32Gpio(WordDevice):
    """Reports the edges of ODR, whatever MODER says; IDR shows outputs, inputs and pulls.

    BSRR and BRR are never stored, so that a narrow write of them touches no other pin.
    """

    moder_reset: ClassVar[int] = 0xFFFFFFFF
    port_reset: ClassVar[Mapping[str, Mapping[int, int]]] = {
        # RM0432 8.4.1 and 8.4.4: the debug pins, and the two pins of port H.
        "a": {MODER: 0xABFFFFFF, OSPEEDR: 0x0C000000, PUPDR: 0x64000000},
        "b": {MODER: 0xFFFFFEBF, PUPDR: 0x00000100},
        "h": {MODER: 0x0000000F},
    }
    """What differs at reset, by letter of the port."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        letter = name.removeprefix("gpio")
        self._at_reset = {MODER: self.moder_reset, **self.port_reset.get(letter, {})}
        self.stored.update(self._at_reset)
        self._out = 0
        self._external: dict[int, bool] = {}
        self._port = letter.upper()
        self._number = PORTS.find(letter)
        self._lines = host.shared(ExtiLines)
        self._lock_steps: list[int] = []
        self._locked = 0
        self._input = 0

    def inherit(self, before: Self, reset: Reset) -> None:
        # What drives the pins from outside doesn't care.
        self._external = before._external
        self._input = self._levels()

    def restart(self) -> None:
        super().restart()
        self.stored.update(self._at_reset)
        self._lock_steps, self._locked = [], 0
        self._drive(0)
        self._sense()

    def set_input(self, pin: int, level: bool | None) -> None:
        """Drives a pin from outside; None lets go of it."""
        before = self._external.get(pin, False)
        if level is None:
            self._external.pop(pin, None)
        else:
            self._external[pin] = level
        if bool(level) != before:
            self._lines.pin_edge(self._number, pin, not before)
        self._sense()

    def load(self, register: int) -> int:
        if register == IDR:
            return self._levels()
        if register == ODR:
            return self._out
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == ODR:
            self._drive(value & 0xFFFF)
        elif register == BSRR:
            # Setting wins over resetting.
            self._drive(self._out & ~(value >> 16) | value & 0xFFFF)
        elif register == BRR:
            self._drive(self._out & ~value & 0xFFFF)
        elif register == LCKR:
            self._lock(value)
        elif register != IDR:
            super().store(register, self._keep_locked(register, value))
        self._sense()

    def _drive(self, out: int) -> None:
        changed = self._out ^ out
        self._out = out
        for pin in range(16):
            if changed >> pin & 1:
                self.host.pin_changed(f"P{self._port}", pin, bool(out >> pin & 1))

    def _levels(self) -> int:
        return sum(1 << pin for pin in range(16) if self._level(pin))

    def _level(self, pin: int) -> bool:
        mode = self.stored.get(MODER, 0) >> 2 * pin & 3
        if mode == ANALOG:
            return False
        high = bool(self._out >> pin & 1)
        open_drain = bool(self.stored.get(OTYPER, 0) >> pin & 1)
        if mode == OUTPUT and not (open_drain and high):
            return high
        pulled = self.stored.get(PUPDR, 0) >> 2 * pin & 3 == PULL_UP
        return self._external.get(pin, pulled)

    def _sense(self) -> None:
        """Tells the EXTI of edges."""
        levels = self._levels()
        changed = levels ^ self._input
        self._input = levels
        for pin in range(16):
            if changed >> pin & 1:
                self._lines.pin_changed(self._number, pin, bool(levels >> pin & 1))

    def _lock(self, value: int) -> None:
        # RM0432 8.4.8: LCKK 1, 0, 1 with the same pins, then a read.
        pins = value & 0xFFFF
        self._lock_steps = [*self._lock_steps[-2:], value & 0x1FFFF]
        if self._lock_steps == [LCKK | pins, pins, LCKK | pins] and not self._locked:
            self._locked = pins
            self.stored[LCKR] = LCKK | pins
        elif not self._locked:
            self.stored[LCKR] = pins

    def _keep_locked(self, register: int, value: int) -> int:
        if not self._locked:
            return value
        if register in (AFRL, AFRH):
            bits, first = 4, 8 * (register == AFRH)
        else:
            bits, first = (1 if register == OTYPER else 2), 0
        mask = 0
        for pin in range(first, min(16, first + 32 // bits)):
            if self._locked >> pin & 1:
                mask |= ((1 << bits) - 1) << bits * (pin - first)
        return value & ~mask | self.stored.get(register, 0) & mask
