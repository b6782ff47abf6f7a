"""RP2040 pin control (datasheet 2.19): functions, overrides, pads and interrupts of pins."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar, NamedTuple, Self

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.flash_chip import FlashChip
from mcusim.devices.raspberrypi.pins import SSN, Pins
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.reset import Reset

PORT = "P0"
"""GPIO 0 to 29 as regions and listeners name them."""
PINS = 30
SIO_FUNCTION, PIO0_FUNCTION, NO_FUNCTION = 5, 6, 0x1F
PASS, INVERT, LOW, HIGH = range(4)
"""What the OVER fields of a pin's CTRL do to a signal."""
LEVEL_LOW, LEVEL_HIGH, EDGE_LOW, EDGE_HIGH = 1 << 0, 1 << 1, 1 << 2, 1 << 3
PAD_RESET = 0x56
PULL_DOWN, PULL_UP, INPUT_ENABLE, OUTPUT_DISABLE = 1 << 2, 1 << 3, 1 << 6, 1 << 7


def overridden(level: bool, over: int) -> bool:
    """A signal behind an override."""
    return (level, not level, False, True)[over & 3]


class Wiring(NamedTuple):
    """A pin as PIO's native core takes it."""

    owner: int = -1
    output: int = 0
    enable: int = 0
    input: int = 0
    drives: bool = False
    reads: bool = True
    idle: bool = False


class PadState:
    """The pads of GPIO 0 to 29, and what drives them from outside."""

    def __init__(self) -> None:
        self.control = [PAD_RESET] * PINS
        self.outside: dict[int, bool] = {}
        self.refresh: Callable[[int], None] = lambda pin: None


class RpPadsBank0(Peripheral):
    """Pulls, input and output enables act; drive strength, slew and hysteresis are remembered."""

    reset_bit = 8
    reset: ClassVar[Mapping[int, int]] = {
        **{4 + 4 * pin: PAD_RESET for pin in range(PINS)}, 0x7C: 0xDA, 0x80: 0x5A,
    }  # fmt: skip

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pads = host.shared(PadState)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        pin = (register >> 2) - 1
        if 0 <= pin < PINS:
            self._pads.control[pin] = value
            self._pads.refresh(pin)


class RpPadsQspi(Peripheral):
    """Remembered."""

    reset_bit = 9
    reset: ClassVar[Mapping[int, int]] = {0x04: 0x56, 0x08: 0x52, 0x0C: 0x52, 0x10: 0x52,
                                          0x14: 0x52, 0x18: 0x5A}  # fmt: skip


class RpIoBank0(Peripheral):
    """SIO and PIO move a pin; the signals of other functions are not on it.

    PIO's native core has its own view of pads, for what its machines see in each cycle. Here,
    levels and edges that it makes are taken over when somebody looks, or at once where an
    interrupt or somebody outside waits for them.
    """

    INTR, PROC0_INTE, PROC0_INTF, PROC0_INTS = 0xF0, 0x100, 0x110, 0x120
    PROC_BYTES, REGISTERS, CORES = 0x30, 4, 2
    reset_bit = 5
    reset: ClassVar[Mapping[int, int]] = {8 * pin + 4: NO_FUNCTION for pin in range(PINS)}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._pins, self._pads = host.shared(Pins), host.shared(PadState)
        self._pins.changed, self._pins.inputs = self._sio_changed, self._inputs
        self._pads.refresh = self._refresh
        self._levels = 0
        """What is on the pins."""
        self._seen = 0
        """What gets past the input enables and overrides: what SIO reads."""
        self._edges = [0] * self.REGISTERS
        self._sio = (0, 0)
        """What SIO drove and enabled last."""
        self._driving: list[tuple[int, int]] = []
        """What each PIO block drove and enabled last."""
        self._wirings: dict[int, Wiring] = {}

    def inherit(self, before: Self, reset: Reset) -> None:
        """What drives the pins from outside stays."""
        self._pads.outside = before._pads.outside
        for pin in self._pads.outside:
            self._refresh(pin)

    def set_input(self, pin: int, level: bool | None) -> None:
        """Drives a pin from outside; None lets go of it."""
        if level is None:
            self._pads.outside.pop(pin, None)
        else:
            self._pads.outside[pin] = level
        self._refresh(pin)

    # --- registers ---

    def load(self, register: int) -> int:
        if register < self.INTR and register % 8 == 0:
            self._settle()
            return self._status(register // 8)
        if self.INTR <= register < self.PROC0_INTE:
            self._settle(edges=True)
            return self._raw(register - self.INTR >> 2)
        if register >= self.PROC0_INTE and (register - self.PROC0_INTE) % self.PROC_BYTES >= 0x20:
            return self._interrupts(register)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register >= self.INTR:
            self._settle(edges=True)
        if self.INTR <= register < self.PROC0_INTE:
            self._edges[register - self.INTR >> 2] &= ~value
        else:
            super().store(register, value)
        if register < self.INTR and register % 8 == 4:
            self._refresh(register // 8)
        self._watch()
        self._update()

    def restart(self) -> None:
        super().restart()
        self._edges = [0] * self.REGISTERS
        for pin in range(PINS):
            self._refresh(pin)

    def _status(self, pin: int) -> int:
        control = self.stored[8 * pin + 4]
        out, enabled = self._driven(pin)
        own_out, own_enabled = self._from_function(pin)
        pad, seen = self._levels >> pin & 1, self._seen >> pin & 1
        bits = {8: own_out, 9: out, 12: own_enabled, 13: enabled, 17: pad, 19: seen}
        irq = overridden(bool(seen), control >> 28)
        return sum(bool(on) << bit for bit, on in bits.items()) | bool(pad) << 24 | irq << 26

    # --- levels ---

    def _from_function(self, pin: int) -> tuple[bool, bool]:
        """Level and output enable as the pin's function has them."""
        function = self.stored[8 * pin + 4] & 0x1F
        if function == SIO_FUNCTION:
            return bool(self._pins.out[0] >> pin & 1), bool(self._pins.enabled[0] >> pin & 1)
        block = self._block_of(pin)
        if block < 0 or self._pins.pio is None:
            return False, False
        native = self._pins.pio.native
        return bool(native.levels_of(block) >> pin & 1), bool(native.enables_of(block) >> pin & 1)

    def _block_of(self, pin: int) -> int:
        """The PIO block that has the pin; -1 for none."""
        block = (self.stored[8 * pin + 4] & 0x1F) - PIO0_FUNCTION
        pio = self._pins.pio
        return block if pio is not None and 0 <= block < pio.blocks else -1

    def _driven(self, pin: int) -> tuple[bool, bool]:
        """Level and output enable as they reach the pad."""
        control = self.stored[8 * pin + 4]
        out, enabled = self._from_function(pin)
        on = overridden(enabled, control >> 12) and not self._pads.control[pin] & OUTPUT_DISABLE
        return overridden(out, control >> 8), on

    def _level(self, pin: int) -> bool:
        out, enabled = self._driven(pin)
        return out if enabled else self._idle(pin)

    def _idle(self, pin: int) -> bool:
        """Its level while nothing on the chip drives it."""
        pull = self._pads.control[pin]
        pulled_up = bool(pull & PULL_UP) and not pull & PULL_DOWN
        return self._pads.outside.get(pin, pulled_up)

    def _sio_changed(self, bank: int) -> None:
        if bank == 0:
            (out, enabled), self._sio = self._sio, (self._pins.out[0], self._pins.enabled[0])
            self._refresh_all(out ^ self._sio[0] | enabled ^ self._sio[1])
            self._update()

    def _refresh_all(self, pins: int) -> None:
        while pins:
            pin = (pins & -pins).bit_length() - 1
            pins &= pins - 1
            if pin < PINS:
                self._refresh(pin, tell=False)

    def _refresh(self, pin: int, *, tell: bool = True) -> None:
        """Brings a pin's level up to date, with the edges that come of it."""
        level = self._level(pin)
        enabled = bool(self._pads.control[pin] & INPUT_ENABLE)
        seen = overridden(level and enabled, self.stored[8 * pin + 4] >> 16)
        if level != bool(self._levels >> pin & 1):
            self._levels ^= 1 << pin
            self.host.pin_changed(PORT, pin, level)
        if seen != bool(self._seen >> pin & 1):
            self._seen ^= 1 << pin
            self._add_edge(pin, EDGE_HIGH if seen else EDGE_LOW)
        self._wire(pin)
        if tell:
            self._update()

    def _add_edge(self, pin: int, edge: int) -> None:
        self._edges[pin // 8] |= edge << 4 * (pin % 8)

    def _inputs(self, bank: int) -> int:
        self._settle()
        # Nothing is known of the QSPI pins but that the flash isn't selected: BOOTSEL is open.
        return SSN if bank else self._seen

    # --- PIO ---

    def _wire(self, pin: int) -> None:
        """Has PIO see the pin as it is now."""
        pio = self._pins.pio
        if pio is None:
            return
        block, control = self._block_of(pin), self.stored[8 * pin + 4]
        pad = self._pads.control[pin]
        if block < 0:
            wiring = Wiring(idle=bool(self._seen >> pin & 1))
        else:
            wiring = Wiring(
                owner=block,
                output=control >> 8 & 3,
                enable=control >> 12 & 3,
                input=control >> 16 & 3,
                drives=not pad & OUTPUT_DISABLE,
                reads=bool(pad & INPUT_ENABLE),
                idle=self._idle(pin),
            )
        if wiring != self._wirings.get(pin):
            self._wirings[pin] = wiring
            pio.settle()
            pio.native.wire(pin, **wiring._asdict())
            pio.changed()

    def _watch(self) -> None:
        """Has PIO tell at once of pins that somebody waits for."""
        if (pio := self._pins.pio) is None:
            return
        pio.moved = self._pio_moved
        pins = self.host.watched_pins(PORT)
        for core in range(self.CORES):
            first = self.PROC0_INTE + core * self.PROC_BYTES
            for number in range(self.REGISTERS):
                enabled = self.stored.get(first + 4 * number, 0)
                pins |= sum((enabled >> 4 * n & 0xF != 0) << 8 * number + n for n in range(8))
        pio.settle()
        pio.native.watch(pins)
        pio.changed()

    def _settle(self, *, edges: bool = False) -> None:
        """Takes over what PIO did up to now; edges where they are asked for."""
        if (pio := self._pins.pio) is None:
            return
        pio.settle()
        if edges:
            self._pio_moved()
        else:
            self._take_levels()

    def _pio_moved(self) -> None:
        self._take_levels()
        assert self._pins.pio is not None
        rose, fell = self._pins.pio.native.take_edges()
        for pin in range(PINS if rose or fell else 0):
            if self._block_of(pin) >= 0:
                self._add_edge(pin, EDGE_HIGH if rose >> pin & 1 else 0)
                self._add_edge(pin, EDGE_LOW if fell >> pin & 1 else 0)
        self._update()

    def _take_levels(self) -> None:
        assert self._pins.pio is not None
        native, blocks = self._pins.pio.native, range(self._pins.pio.blocks)
        before = self._driving or [(0, 0) for _ in blocks]
        self._driving = [(native.levels_of(n), native.enables_of(n)) for n in blocks]
        changed = 0
        for (out, enabled), (was_out, was_enabled) in zip(self._driving, before, strict=True):
            changed |= out ^ was_out | enabled ^ was_enabled
        self._refresh_all(changed)

    # --- interrupts ---

    def _raw(self, number: int) -> int:
        levels = 0
        for pin in range(8 * number, min(8 * number + 8, PINS)):
            high = self._seen >> pin & 1
            levels |= (LEVEL_HIGH if high else LEVEL_LOW) << 4 * (pin % 8)
        return levels | self._edges[number]

    def _interrupts(self, status: int) -> int:
        number = status >> 2 & 3
        enabled = self.stored.get(status - 0x20, 0)
        return self._raw(number) & enabled | self.stored.get(status - 0x10, 0)

    def _update(self) -> None:
        for core in range(self.CORES):
            first = self.PROC0_INTE + core * self.PROC_BYTES
            wanted = any(
                (self.stored.get(first + 4 * n, 0) or self.stored.get(first + 0x10 + 4 * n, 0))
                and self._interrupts(first + 0x20 + 4 * n)
                for n in range(self.REGISTERS)
            )
            for number in self.interrupts[:1]:
                self.host.set_interrupt(number, wanted, core)


class RpIoQspi(Peripheral):
    """An override of the flash's chip select selects it; all else is remembered."""

    SS_CTRL = 0x0C
    reset_bit = 6
    reset: ClassVar[Mapping[int, int]] = {8 * pin + 4: NO_FUNCTION for pin in range(6)}

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._flash = host.shared(FlashChip)

    def store(self, register: int, value: int) -> None:
        super().store(register, value)
        if register == self.SS_CTRL:
            over = value >> 8 & 3
            self._flash.force_select(None if over in (PASS, INVERT) else over == LOW)
