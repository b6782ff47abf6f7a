"""Small blocks around the RP2040's cores: resets, power-up states, identity, regulator."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Self

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.registers import Peripheral
from mcusim.devices.reset import Reset

CHIP_ID_B2 = 0x20002927
"""Revision 2, part 2, manufacturer 0x493 with its odd bit (datasheet 2.20, CHIP_ID; silicon B2)."""
ASIC = 1 << 1


class RpResets(Peripheral):
    """Holds subsystems in reset; they are ready as soon as they are let go."""

    RESET, WDSEL, RESET_DONE = 0x0, 0x4, 0x8
    subsystems: ClassVar[int] = (1 << 25) - 1
    """One bit each in RESETS.RESET (pico-sdk, regs/resets.h)."""

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self.stored[self.RESET] = self.fabric.reset_held = self.subsystems

    def load(self, register: int) -> int:
        if register == self.RESET_DONE:
            return ~self.fabric.reset_held & self.subsystems
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == self.RESET_DONE:
            return
        super().store(register, value & self.subsystems)
        if register != self.RESET:
            return
        falling = value & self.subsystems & ~self.fabric.reset_held
        self.fabric.reset_held = value & self.subsystems
        for peripheral in self.fabric.places.values():
            bit = peripheral.reset_bit
            if bit is not None and falling >> bit & 1:
                peripheral.restart()


class RpPsm(Peripheral):
    """All parts are powered and done; of what FRCE_OFF takes away, core 1 alone stops."""

    FRCE_ON, FRCE_OFF, WDSEL, DONE = 0x0, 0x4, 0x8, 0xC
    parts: ClassVar[int] = 17
    second_core: ClassVar[int] = 16
    """Its bit (pico-sdk, regs/psm.h)."""

    def load(self, register: int) -> int:
        if register == self.DONE:
            return (1 << self.parts) - 1 & ~self.stored.get(self.FRCE_OFF, 0)
        return super().load(register)

    def store(self, register: int, value: int) -> None:
        if register == self.DONE:
            return
        super().store(register, value & (1 << self.parts) - 1)
        if register == self.FRCE_OFF and value >> self.second_core & 1:
            self.host.hold_core(1)
        elif register == self.FRCE_OFF:
            self.host.release_core(1)


class RpSysinfo(Peripheral):
    """Which chip this is."""

    reset_bit = 19
    reset: ClassVar[Mapping[int, int]] = {0x00: CHIP_ID_B2, 0x04: ASIC}

    def store(self, register: int, value: int) -> None:
        """Read-only."""


class RpSyscfg(Peripheral):
    """Remembered; no interrupt reaches NMI."""

    reset_bit = 18
    reset: ClassVar[Mapping[int, int]] = {0x08: 0x10000000, 0x14: 0x66}


class RpBusctrl(Peripheral):
    """Priorities take effect at once; the counters of the bus fabric stay 0."""

    reset_bit = 1
    ACKNOWLEDGE = 0x04
    reset: ClassVar[Mapping[int, int]] = {ACKNOWLEDGE: 1, 0x0C: 0x1F, 0x14: 0x1F, 0x1C: 0x1F,
                                          0x24: 0x1F}  # fmt: skip

    def store(self, register: int, value: int) -> None:
        if register != self.ACKNOWLEDGE:
            super().store(register, value)


class RpTbman(Peripheral):
    """Tells that this is the chip, not an FPGA, and is the boot ROM's door to whoever runs it.

    On silicon nothing is behind the first register. Our boot ROM writes why it gives up there.
    """

    PLATFORM, GIVE_UP = 0x0, 0xFF0
    reset_bit = 20
    reset: ClassVar[Mapping[int, int]] = {PLATFORM: 1}

    def store(self, register: int, value: int) -> None:
        if register != self.GIVE_UP:
            return
        match value:
            case 1:
                self.host.end("the firmware asked for USB boot (reset_to_usb_boot)")
            case 2:
                self.host.end(
                    "the boot ROM found no valid second stage in flash: the CRC-32 of the first "
                    "252 bytes is not what the next four say; link the firmware with a boot_stage2",
                    failure="no boot stage",
                )
            case _:
                self.host.end(f"the boot ROM gave up: {value}", failure="boot ROM")


class RpVreg(Peripheral):
    """The regulator's voltage is remembered; its output is in regulation at once."""

    VREG, BOD, CHIP_RESET = 0x0, 0x4, 0x8
    ROK = 1 << 12
    HAD_POR, HAD_RUN = 1 << 8, 1 << 16
    reset: ClassVar[Mapping[int, int]] = {VREG: 0xB1, BOD: 0x91, CHIP_RESET: HAD_POR}

    def inherit(self, before: Self, reset: Reset) -> None:
        """No reset of the cores reaches it."""
        self.stored = before.stored

    def load(self, register: int) -> int:
        value = super().load(register)
        return value | self.ROK if register == self.VREG else value

    def store(self, register: int, value: int) -> None:
        if register != self.CHIP_RESET:
            super().store(register, value)
