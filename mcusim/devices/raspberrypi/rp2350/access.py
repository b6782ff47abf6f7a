"""RP2350 ACCESSCTRL (datasheet 10.6): which core reaches what, and in which state."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import reduce
from typing import ClassVar, NamedTuple

from mcusim.devices.device import Host
from mcusim.devices.keeps import WHOLE_WORD, Keeps
from mcusim.devices.raspberrypi.registers import BLOCK_BYTES, Peripheral, replicated

LOCK, CFGRESET, NSMASKS = 0x00, 0x08, (0x0C, 0x10)
PASSWORD = 0xACCE
NSU, NSP, SU, SP, CORE = 1 << 0, 1 << 1, 1 << 2, 1 << 3, 1 << 4
"""The bit of core 1 is behind that of core 0."""
DMA = 1 << 6
OPEN, SECURE, NO_DMA, NO_USER = 0xFF, 0xFC, 0xB8, 0xF8
"""Values after reset (regs/accessctrl.h)."""
PERIPHERALS: Mapping[int, tuple[str, ...]] = {
    0x14: ("rom",), 0x18: ("flash", "xip-maintenance"), 0x44: ("dma",), 0x48: ("usb", "usb-ram"),
    0x4C: ("pio0",), 0x50: ("pio1",), 0x54: ("pio2",), 0x60: ("sysinfo",),
    0x64: ("resets",), 0x68: ("io-bank0",), 0x6C: ("io-qspi",),
    0x70: ("pads-bank0",), 0x74: ("pads-qspi",), 0x78: ("busctrl",), 0x7C: ("adc",),
    0x84: ("i2c0",), 0x88: ("i2c1",), 0x8C: ("pwm",), 0x90: ("spi0",), 0x94: ("spi1",),
    0x98: ("timer0",), 0x9C: ("timer1",), 0xA0: ("uart0",), 0xA4: ("uart1",), 0xAC: ("tbman",),
    0xB0: ("powman",), 0xB4: ("trng",), 0xBC: ("syscfg",), 0xC0: ("clocks",), 0xC4: ("xosc",),
    0xC8: ("rosc",), 0xCC: ("pll-sys",), 0xD0: ("pll-usb",), 0xD4: ("ticks",),
    0xD8: ("watchdog",), 0xDC: ("psm",), 0xE0: ("xip-ctrl",), 0xE4: ("qmi",),
}  # fmt: skip
"""By register, devices and memories."""


class Stripe(NamedTuple):
    """A part of the SRAM, and the registers of its banks, which take turns word by word."""

    offset: int
    size_bytes: int
    registers: range


STRIPES = (
    Stripe(0x00000, 0x40000, range(0x1C, 0x2C, 4)),
    Stripe(0x40000, 0x40000, range(0x2C, 0x3C, 4)),
    Stripe(0x80000, 0x1000, range(0x3C, 0x40, 4)),
    Stripe(0x81000, 0x1000, range(0x40, 0x44, 4)),
)
ENDPOINTS = range(0x14, 0xEC, 4)
ROM_END, XIP, SRAM = 0x8000, range(0x10000000, 0x20000000), 0x20000000
REGISTERS = {name: register for register, names in PERIPHERALS.items() for name in names}
CORES = 2


class DmaAccess:
    """What DMA asks of ACCESSCTRL."""

    def __init__(self) -> None:
        self.reaches: Callable[[int, bool, bool], bool] = (
            lambda _address, _secure, _privileged: True
        )
        """Whether a channel that is Secure, and privileged, reaches an address."""


class Rp2350Accessctrl(Peripheral):
    """What may not reach a block gets a bus error.

    A part of the SRAM is as closed as the most closed of its banks. A write without the password,
    and one of unprivileged code, is ignored, where the chip makes it a bus error. The debugger,
    FORCE_CORE_NS and what GPIO_NSMASK and these registers say of pins, resets and DREQ
    are kept alone.
    """

    reset: ClassVar[Mapping[int, int]] = {
        LOCK: 1 << 2,
        **dict.fromkeys(ENDPOINTS, SECURE),
        **dict.fromkeys((0x14, 0x18, *range(0x1C, 0x44, 4), 0x60), OPEN),
        **dict.fromkeys((0x58, 0x5C, 0xB0, 0xB4, *range(0xBC, 0xE8, 4)), NO_DMA),
        **dict.fromkeys((0xB8, 0xE8), NO_USER),
    }

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.write_ones = range(BLOCK_BYTES, 4 * BLOCK_BYTES, 4)  # the aliases
        host.screen_device(name, lambda: None, self._open)
        host.filter_device("bootram", Keeps.NON_SECURE | Keeps.WITH_FAULT)  # 10.6.2.3
        host.shared(DmaAccess).reaches = self._dma_reaches
        self._apply_all()

    def _dma_reaches(self, address: int, secure: bool, privileged: bool) -> bool:
        bits = self.stored[register] if (register := self._register_of(address)) else OPEN
        level, user = (SP, SU) if secure else (NSP, NSU)
        return bool(bits & DMA and bits & level and (privileged or bits & user))

    def _register_of(self, address: int) -> int:
        """The register of what is at an address; 0 where there is none."""
        if address < ROM_END or address in XIP:
            return REGISTERS["flash" if address in XIP else "rom"]
        for stripe in STRIPES:
            if 0 <= address - SRAM - stripe.offset < stripe.size_bytes:
                return stripe.registers[(address >> 2) % len(stripe.registers)]
        found = self.fabric.at(address)
        return REGISTERS.get(found[0].name, 0) if found else 0

    def _open(self, offset: int, write: bool) -> int:
        """All can be read; Non-secure code writes NSU where NSP is set."""
        if not write:
            return WHOLE_WORD
        register = offset % BLOCK_BYTES
        return PASSWORD << 16 | NSU if self.stored.get(register, 0) & NSP else 0

    def write(self, offset: int, size: int, value: int) -> None:
        word, register = replicated(value, size), offset & (BLOCK_BYTES - 4)
        keyed = register in NSMASKS or word >> 16 == PASSWORD
        if keyed and self.host.privileged and not self.stored[LOCK] >> self.host.core & 1:
            super().write(offset, 4, word if register in NSMASKS else word & 0xFFFF)

    def store(self, register: int, value: int) -> None:
        if register == LOCK:
            super().store(register, self.stored[LOCK] | value & 0xF)
        elif register == CFGRESET and value & 1:
            kept = {at: v for at, v in self.stored.items() if at < CFGRESET}
            self.stored = dict(self.reset) | kept
            self._apply_all()
        elif register in ENDPOINTS:
            super().store(register, value & 0xFF)
            self._apply(register)
        elif register != CFGRESET:
            super().store(register, value)

    def restart(self) -> None:
        super().restart()
        self._apply_all()

    def _apply_all(self) -> None:
        for register in PERIPHERALS:
            self._apply(register)
        for stripe in STRIPES:
            self._apply(stripe.registers.start)

    def _apply(self, register: int) -> None:
        for core in range(CORES):
            for name in PERIPHERALS.get(register, ()):
                self.host.filter_device(name, self._keeps(register, core), core)
            for stripe in STRIPES:
                if register in stripe.registers:
                    rules = (self._keeps(bank, core) for bank in stripe.registers)
                    rule = reduce(Keeps.__or__, rules)
                    self.host.filter_memory("sram", stripe.offset, stripe.size_bytes, rule, core)

    def _keeps(self, register: int, core: int) -> Keeps:
        """Whom the endpoint keeps out."""
        bits = self.stored[register]
        if not bits & CORE << core:
            bits = 0
        keeps = Keeps.NOTHING
        if not bits & SP:
            keeps |= Keeps.SECURE_DATA | Keeps.SECURE_FETCH
        elif not bits & SU:
            keeps |= Keeps.SECURE_USER
        if not bits & NSP:
            keeps |= Keeps.NON_SECURE
        elif not bits & NSU:
            keeps |= Keeps.NON_SECURE_USER
        return keeps | Keeps.WITH_FAULT if keeps else keeps
