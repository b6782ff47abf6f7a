"""SiFive GPIO (FE310-G002 manual v1p5, 17): 32 pins, each with its own interrupt."""

from __future__ import annotations

from typing import Self

from mcusim.devices.device import Host
from mcusim.devices.reset import Reset
from mcusim.devices.sifive.registers import SifivePeripheral

INPUT_VAL, INPUT_EN, OUTPUT_EN, OUTPUT_VAL, PUE = 0x00, 0x04, 0x08, 0x0C, 0x10
RISE_IE, RISE_IP, FALL_IE, FALL_IP = 0x18, 0x1C, 0x20, 0x24
HIGH_IE, HIGH_IP, LOW_IE, LOW_IP = 0x28, 0x2C, 0x30, 0x34
IOF_EN, OUT_XOR = 0x38, 0x40
PENDING = (RISE_IP, FALL_IP, HIGH_IP, LOW_IP)
PINS = 32
ALL = 0xFFFFFFFF


class SifiveGpio(SifivePeripheral):
    """Reports edges of pins that output; `set_input` is what the outside does to a pin.

    A pin that is given to a peripheral (iof_en) isn't moved by it. Drive strength is remembered.
    """

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._outside: dict[int, bool] = {}
        self._driven = 0
        self._inputs = 0

    def inherit(self, before: Self, reset: Reset) -> None:
        """What drives the pins from outside stays."""
        self._outside = before._outside

    def set_input(self, pin: int, level: bool | None) -> None:
        """Drives a pin from outside; None lets go of it, so that its pull-up decides."""
        if level is None:
            self._outside.pop(pin, None)
        else:
            self._outside[pin] = level
        self._settle()

    def load(self, register: int) -> int:
        if register == INPUT_VAL:
            return self._levels_read()
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == INPUT_VAL:
            return
        if register in PENDING:
            value = self.stored.get(register, 0) & ~value
        super().store(register, value)
        self._settle()

    # --- levels ---

    def _outputs(self) -> int:
        """Pins that the output registers drive."""
        return self.stored.get(OUTPUT_EN, 0) & ~self.stored.get(IOF_EN, 0)

    def _out(self) -> int:
        return self.stored.get(OUTPUT_VAL, 0) ^ self.stored.get(OUT_XOR, 0)

    def _levels_read(self) -> int:
        """input_val: the levels of the pins whose input is enabled."""
        outputs = self._outputs()
        levels = self._out() & outputs | self.stored.get(PUE, 0) & ~outputs
        for pin, level in self._outside.items():
            if not outputs >> pin & 1:
                levels = levels & ~(1 << pin) | level << pin
        return levels & self.stored.get(INPUT_EN, 0)

    def _settle(self) -> None:
        self._report_edges()
        before, after = self._inputs, self._levels_read()
        self._inputs = after
        self._latch(RISE_IP, after & ~before)
        self._latch(FALL_IP, before & ~after)
        self._latch(HIGH_IP, after)
        self._latch(LOW_IP, ~after & ALL)
        self._update()

    def _latch(self, register: int, pins: int) -> None:
        self.stored[register] = self.stored.get(register, 0) | pins

    def _report_edges(self) -> None:
        driven = self._out() & self._outputs()
        changed, self._driven = self._driven ^ driven, driven
        while changed:
            pin = (changed & -changed).bit_length() - 1
            changed &= changed - 1
            self.host.pin_changed(self.name.upper(), pin, bool(driven >> pin & 1))

    def _update(self) -> None:
        wanted = 0
        for enable in (RISE_IE, FALL_IE, HIGH_IE, LOW_IE):
            wanted |= self.stored.get(enable, 0) & self.stored.get(enable + 4, 0)
        for pin in range(min(PINS, len(self.interrupts))):
            self.interrupt(bool(wanted >> pin & 1), pin)
