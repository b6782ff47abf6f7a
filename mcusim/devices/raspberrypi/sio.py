"""SIO of the RP2040: what its cores reach in one cycle (datasheet 2.3.1; pico-sdk, regs/sio.h).

Divider and interpolators are each core's own; mailboxes, spinlocks and pins are of both.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, NamedTuple

from mcusim.devices.device import Device, Host
from mcusim.devices.raspberrypi.divider import CSR, UDIVIDEND, Divider
from mcusim.devices.raspberrypi.interpolator import SIZE_BYTES, Interpolator
from mcusim.devices.raspberrypi.mailbox import Mailboxes
from mcusim.devices.raspberrypi.pins import Pins

GPIO_IN, FIFO_ST, FIFO_WR = 0x04, 0x50, 0x54
INTERP0, SPINLOCK0, SPINLOCKS_END = 0x80, 0x100, 0x180
CORES = 2
PORT = "P0"
"""GPIO 0 to 29 as regions and listeners name them."""


class PinRegister(NamedTuple):
    """GPIO_OUT or GPIO_OE, or what SET, CLR and XOR write of them."""

    bank: int
    enables: bool
    action: int


def pin_registers(out: int, enable: int, between_banks: int, step: int) -> dict[int, PinRegister]:
    """The pin registers by offset: `step` bytes lie between a register and its SET, CLR, XOR."""
    return {
        first + bank * between_banks + action * step: PinRegister(bank, first == enable, action)
        for first in (out, enable)
        for bank in range(2)
        for action in range(4)
    }


class Rp2040Sio(Device):
    """Knows which core asks: each access belongs to `host.core`."""

    pin_registers: ClassVar[Mapping[int, PinRegister]] = pin_registers(0x10, 0x20, 0x20, 4)
    bank_bits: ClassVar[tuple[int, int]] = (0x3FFFFFFF, 0x3F)
    has_divider: ClassVar[bool] = True
    rotates: ClassVar[bool] = False
    """Of the interpolators."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pins = host.shared(Pins)
        self._mailboxes = Mailboxes()
        self._locks = 0
        self._dividers = [Divider(lambda: self.host.now) for _ in range(CORES)]
        self._interpolators = [
            [Interpolator(blends=number == 0, rotates=self.rotates) for number in range(2)]
            for _ in range(CORES)
        ]

    def read(self, offset: int, size: int) -> int:
        register, shift = offset & ~3, 8 * (offset & 3)
        return self.load(register, self.host.core) >> shift & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        self.store(offset & ~3, value, self.host.core)

    def load(self, register: int, core: int) -> int:
        """What a register gives to a core."""
        if SPINLOCK0 <= register < SPINLOCKS_END:
            return self._claim(1 << (register - SPINLOCK0 >> 2))
        if INTERP0 <= register < SPINLOCK0:
            number, place = divmod(register - INTERP0, SIZE_BYTES)
            return self._interpolators[core][number].read(place)
        if self.has_divider and UDIVIDEND <= register <= CSR:
            return self._dividers[core].read(register)
        if register in self.pin_registers:
            return self._pin_state(self.pin_registers[register])
        match register:
            case 0x00:  # CPUID
                return core
            case 0x04 | 0x08:  # GPIO_IN, GPIO_HI_IN
                bank = register - GPIO_IN >> 2
                return self._pins.inputs(bank) & self.bank_bits[bank]
            case 0x50:  # FIFO_ST
                return self._mailboxes.status(core)
            case 0x58:  # FIFO_RD
                word = self._mailboxes.pull(core)
                self._interrupts()
                return word
            case 0x5C:  # SPINLOCK_ST
                return self._locks
        return 0

    def store(self, register: int, value: int, core: int) -> None:
        """Takes what a core writes."""
        if SPINLOCK0 <= register < SPINLOCKS_END:
            self._locks &= ~(1 << (register - SPINLOCK0 >> 2))
        elif INTERP0 <= register < SPINLOCK0:
            number, place = divmod(register - INTERP0, SIZE_BYTES)
            self._interpolators[core][number].write(place, value)
        elif self.has_divider and UDIVIDEND <= register <= CSR:
            self._dividers[core].write(register, value)
        elif register in self.pin_registers:
            self._drive(self.pin_registers[register], value)
        elif register == FIFO_WR:
            self._mailboxes.push(core, value)
            self._interrupts()
        elif register == FIFO_ST:
            self._mailboxes.clear_errors(core, value)
            self._interrupts()

    def _claim(self, lock: int) -> int:
        free = not self._locks & lock
        self._locks |= lock
        return lock if free else 0

    def _interrupts(self) -> None:
        """Each core has a line of its own."""
        for core, number in enumerate(self.interrupts[:CORES]):
            self.host.set_interrupt(number, self._mailboxes.interrupts(core), core)

    # --- pins ---

    def _pin_state(self, which: PinRegister) -> int:
        state = self._pins.enabled if which.enables else self._pins.out
        return 0 if which.action else state[which.bank]

    def _drive(self, which: PinRegister, value: int) -> None:
        bank, before = which.bank, self._pins.driven(which.bank)
        state = self._pins.enabled if which.enables else self._pins.out
        match which.action:
            case 1:
                value |= state[bank]
            case 2:
                value = state[bank] & ~value
            case 3:
                value ^= state[bank]
        state[bank] = value & self.bank_bits[bank]
        if self._pins.changed is not None:
            self._pins.changed(bank)
        elif bank == 0:
            self._report(before ^ self._pins.driven(bank))

    def _report(self, changed: int) -> None:
        while changed:
            pin = (changed & -changed).bit_length() - 1
            changed &= changed - 1
            self.host.pin_changed(PORT, pin, bool(self._pins.driven(0) >> pin & 1))
