"""Registers of the RP2040's peripherals: their aliases, and being held in reset."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import ClassVar

from mcusim.devices.device import Device, Host

WHOLE = 0xFFFFFFFF
BLOCK_BYTES = 0x1000
"""Bytes of registers; behind them come the aliases that flip, set and clear bits (2.1.2)."""
XOR, SET, CLEAR = 1, 2, 3


class Fabric:
    """Who is in reset, and which peripheral answers where, for DMA."""

    def __init__(self) -> None:
        self.reset_held = 0
        """RESETS.RESET: a bit for each subsystem that is held in reset."""
        self.places: dict[int, Peripheral] = {}
        """Peripherals by base address."""

    def at(self, address: int) -> tuple[Peripheral, int] | None:
        """The peripheral at an address, and the offset there; None where there is none."""
        for base, peripheral in self.places.items():
            if base <= address < base + peripheral.span_bytes:
                return peripheral, address - base
        return None


class Peripheral(Device):
    """Words with reset values, each at four addresses (datasheet 2.1.2 and 2.1.4).

    A write of a byte or half-word puts it on all lanes of the bus, and the register takes the word.
    Subclasses override `load` and `store`, which see the plain register and a whole word.
    """

    reset: ClassVar[Mapping[int, int]] = {}
    """Registers that aren't 0 after reset, by offset."""
    reset_bit: int | None = None
    """Its bit in RESETS.RESET; None: nothing holds it in reset."""
    span_bytes: ClassVar[int] = 4 * BLOCK_BYTES

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.fabric = host.shared(Fabric)
        self.stored = dict(self.reset)
        self._told_of_reset = False

    def placed(self, base: int) -> None:
        super().placed(base)
        self.fabric.places[base] = self

    # --- for subclasses ---

    def load(self, register: int) -> int:
        """The register's value."""
        return self.stored.get(register, 0)

    def store(self, register: int, value: int) -> None:
        """A write of the whole register."""
        self.stored[register] = value

    def held(self, register: int) -> int:
        """What the aliases change bits of; without the side effects that a read may have."""
        return self.stored.get(register, 0)

    def restart(self) -> None:
        """All as after power-on: RESETS holds the block in reset."""
        self.stored = dict(self.reset)

    def interrupt(self, on: bool, line: int = 0) -> None:
        """Drives one of its interrupt lines."""
        if line < len(self.interrupts):
            self.host.set_interrupt(self.interrupts[line], on)

    # --- accesses ---

    @property
    def in_reset(self) -> bool:
        """Whether RESETS holds the block."""
        bit = self.reset_bit
        return bit is not None and bool(self.fabric.reset_held >> bit & 1)

    def read(self, offset: int, size: int) -> int:
        if self.in_reset:
            return 0
        word = self.load(offset & (BLOCK_BYTES - 4))
        return word >> 8 * (offset & 3) & (1 << 8 * size) - 1

    def write(self, offset: int, size: int, value: int) -> None:
        if self.in_reset:
            self.tell_of_reset()
            return
        register, word = offset & (BLOCK_BYTES - 4), replicated(value, size)
        match offset // BLOCK_BYTES:
            case 1:
                word ^= self.held(register)
            case 2:
                word |= self.held(register)
            case 3:
                word = self.held(register) & ~word
        self.store(register, word & WHOLE)

    def tell_of_reset(self) -> None:
        """Warns of a write that has no effect."""
        if not self._told_of_reset:
            self._told_of_reset = True
            self.host.warn(
                f"{self.name} is written while RESETS.RESET holds it in reset: it ignores writes "
                "and reads as 0"
            )


class Interrupts:
    """The four interrupt registers that most blocks have: raw, enable, force, status."""

    def __init__(self, drive: Callable[[bool], None]) -> None:
        self._drive = drive
        self.raw = self.enabled = self.forced = 0

    @property
    def status(self) -> int:
        """What is raised and enabled, or forced."""
        return self.raw & self.enabled | self.forced

    def update(self) -> None:
        """Drives the line."""
        self._drive(bool(self.status))


def replicated(value: int, size: int) -> int:
    """A narrow write as it arrives: on all lanes of the bus (datasheet 2.1.4)."""
    match size:
        case 1:
            return (value & 0xFF) * 0x01010101
        case 2:
            return (value & 0xFFFF) * 0x00010001
    return value & WHOLE
