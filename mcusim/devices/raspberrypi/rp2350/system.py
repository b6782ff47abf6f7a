"""Small blocks around the RP2350's cores (pico-sdk, src/rp2350, headers by their names)."""

from __future__ import annotations

import random
from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.adc import RpAdc
from mcusim.devices.raspberrypi.pwm import RpPwm, reset_values
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.raspberrypi.serial_buses import RpI2c0, RpI2c1, RpSpi0, RpSpi1
from mcusim.devices.raspberrypi.system import (
    RpBusctrl,
    RpPsm,
    RpResets,
    RpSyscfg,
    RpSysinfo,
    RpTbman,
)
from mcusim.devices.raspberrypi.uart import RpUart0, RpUart1
from mcusim.devices.raspberrypi.usb import RpUsb
from mcusim.devices.reset import Reset

CHIP_ID_A2 = 0x20004927
"""Revision 2, part 4, manufacturer 0x493 with its odd bit (regs/sysinfo.h, CHIP_ID)."""
ASIC = 1 << 1


class Rp2350Resets(RpResets):
    """29 subsystems (regs/resets.h)."""

    subsystems = (1 << 29) - 1


class Rp2350Psm(RpPsm):
    """25 parts (regs/psm.h)."""

    parts = 25
    second_core = 24


class Rp2350Sysinfo(RpSysinfo):
    """Which chip this is."""

    reset_bit = 21
    reset: ClassVar[Mapping[int, int]] = {0x00: CHIP_ID_A2, 0x08: ASIC}


class Rp2350Syscfg(RpSyscfg):
    """Remembered."""

    reset_bit = 20
    reset: ClassVar[Mapping[int, int]] = {}


class Rp2350Busctrl(RpBusctrl):
    """As the RP2040's."""


class Rp2350Tbman(RpTbman):
    """As the RP2040's, with other reasons to give up."""

    reset_bit = 22

    def store(self, register: int, value: int) -> None:
        if register != self.GIVE_UP:
            return
        match value:
            case 1:
                self.host.end("the firmware asked for USB boot (reboot)")
            case 2:
                self.host.end(
                    "the boot ROM found no IMAGE_DEF for the RP2350's Arm cores in the first 4 kB "
                    "of flash; link the firmware with one (pico_crt0 has it)",
                    failure="no image",
                )
            case _:
                self.host.end(f"the boot ROM gave up: {value}", failure="boot ROM")


class Rp2350Remembered(Peripheral):
    """A block that no reset holds and whose registers are remembered."""


class Rp2350Bootram(Peripheral):
    """1 kB of the boot ROM's, two words to be written once, and eight locks (regs/bootram.h)."""

    WRITE_ONCE, STATUS, LOCKS, LOCKS_END = 0x800, 0x808, 0x80C, 0x82C
    FREE = 0xFF
    reset: ClassVar[Mapping[int, int]] = {STATUS: FREE}

    def load(self, register: int) -> int:
        if not self.LOCKS <= register < self.LOCKS_END:
            return super().load(register)
        lock = 1 << (register - self.LOCKS >> 2)
        free = self.stored[self.STATUS] & lock
        self.stored[self.STATUS] &= ~lock
        return free

    def store(self, register: int, value: int) -> None:
        if self.LOCKS <= register < self.LOCKS_END:
            self.stored[self.STATUS] |= 1 << (register - self.LOCKS >> 2)
        elif self.WRITE_ONCE <= register < self.STATUS:
            super().store(register, value | self.stored.get(register, 0))
        else:
            super().store(register, value)


class Rp2350Powman(Peripheral):
    """Takes writes with its password; the regulator is in regulation at once.

    Power states below P1.0, its timer and its wake-up sources are remembered only: firmware that
    asks for one of these states is told of.
    """

    PASSWORD, KEPT = 0x5AFE, 0xB0
    BAD_PASSWORD, VREG_STATUS, VREG, STATE = 0x00, 0x08, 0x0C, 0x38
    REGULATING = 1 << 4
    reset: ClassVar[Mapping[int, int]] = {
        0x04: 0x8050, VREG: 0xB0, 0x10: 0xB4, 0x14: 0xB0, 0x18: 0x1, 0x1C: 0xB1, STATE: 0xF,
    }  # fmt: skip

    def inherit(self, before: Self, reset: Reset) -> None:
        """It is always on."""
        self.stored = before.stored

    def load(self, register: int) -> int:
        return self.REGULATING if register == self.VREG_STATUS else super().load(register)

    def store(self, register: int, value: int) -> None:
        if register >= self.KEPT and register < 0xE0:  # SCRATCH and BOOT are whole words
            super().store(register, value)
        elif value >> 16 != self.PASSWORD:
            self.stored[self.BAD_PASSWORD] = 1
        elif register == self.STATE and value & 0xF0:
            self.host.warn(
                f"{self.name}: the firmware asks for a power state below P1.0 (STATE.REQ), which "
                "is not modelled: the chip stays on"
            )
        else:
            super().store(register, value & 0xFFFF)


class Rp2350Uart0(RpUart0):
    """The first one."""

    reset_bit = 26
    requests = (28, 29)


class Rp2350Uart1(RpUart1):
    """The second one."""

    reset_bit = 27
    requests = (30, 31)


class Rp2350Trng(Peripheral):
    """Random numbers (regs/trng.h), the same ones in each run; they are there at once.

    Its checks never fail, and its interrupt is not driven.
    """

    reset_bit = 25
    STATUS, VALID, DATA0, DATA_END, ENABLE = 0x104, 0x110, 0x114, 0x12C, 0x12C

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._random = random.Random(name)

    def load(self, register: int) -> int:
        running = bool(self.stored.get(self.ENABLE, 0) & 1)
        if self.DATA0 <= register < self.DATA_END:
            return self._random.getrandbits(32) if running else 0
        return int(running) if register in (self.STATUS, self.VALID) else super().load(register)


class Rp2350Spi0(RpSpi0):
    """The first one."""

    reset_bit = 18
    requests = (24, 25)


class Rp2350Spi1(RpSpi1):
    """The second one."""

    reset_bit = 19
    requests = (26, 27)


class Rp2350Adc(RpAdc):
    """As the RP2040's: four inputs and the sensor of the QFN-60 package."""

    request = 48


class Rp2350Pwm(RpPwm):
    """Twelve slices and two interrupt lines (regs/pwm.h)."""

    reset_bit = 16
    slices = 12
    lines = 2
    reset: ClassVar[Mapping[int, int]] = reset_values(12)


class Rp2350Usb(RpUsb):
    """As the RP2040's: no host ever answers."""

    reset_bit = 28


class Rp2350I2c0(RpI2c0):
    """The first one."""

    reset_bit = 4


class Rp2350I2c1(RpI2c1):
    """The second one."""

    reset_bit = 5
