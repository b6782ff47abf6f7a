"""RP2350 DMA: the RP2040's with sixteen channels and four interrupt lines; registers and control
bits moved (pico-sdk, src/rp2350, regs/dma.h).

A channel accesses the bus in the security state and at the level of its SECCFG, which the first
write of its registers locks. Who may write these isn't checked, and the memory protection unit is
remembered only.
"""

from __future__ import annotations

from typing import ClassVar

from mcusim.devices.device import Host
from mcusim.devices.raspberrypi.dma import (
    ALIASES,
    CHANNEL_BYTES,
    CONTROL_BITS,
    COUNT,
    CTRL,
    READ_BACK,
    WRITE_BACK,
    Channel,
    RpDma,
)
from mcusim.devices.raspberrypi.rp2350.access import DmaAccess

LINES_2_AND_3, TIMER0, AFTER_N_CHANNELS = 0x420, 0x440, 0x46C
MOVED, OWN = 0x20, 0x400
"""By how much registers moved, and where those are kept that the RP2040 has not."""
READ_REVERSE, WRITE_REVERSE = 1 << 5, 1 << 7
ERRORS = 7 << 29
COUNT_BITS = (1 << 28) - 1
SECCFG, PRIVILEGED, SECURE, LOCK = 0x480, 1 << 0, 1 << 1, 1 << 2
"""Of the first channel; others follow."""


def as_on_rp2040(register: int) -> int:
    """The RP2040's offset of a register behind those of the channels."""
    if TIMER0 <= register < AFTER_N_CHANNELS:
        return register - MOVED
    return register + OWN if register >= LINES_2_AND_3 else register


def control_as_on_rp2040(value: int) -> int:
    """Control bits from this chip's places."""
    back = bool(value & READ_REVERSE) * READ_BACK | bool(value & WRITE_REVERSE) * WRITE_BACK
    low = value & 0x1F | (value >> 6 & 1) << 5
    return value & ERRORS | back | low | (value >> 8 & 0x3FFFF) << 6


def control_from_rp2040(value: int) -> int:
    """Control bits, and the one that tells of work, in this chip's places."""
    reverse = bool(value & READ_BACK) * READ_REVERSE | bool(value & WRITE_BACK) * WRITE_REVERSE
    low = value & 0x1F | (value >> 5 & 1) << 6
    return value & ERRORS | reverse | low | (value >> 6 & 0x7FFFF) << 8


class Rp2350Dma(RpDma):
    """Counts of 28 bits; the bits above them start a channel again, or keep it going."""

    channels: ClassVar[int] = 16
    control_bits: ClassVar[int] = CONTROL_BITS | READ_BACK | WRITE_BACK
    status: ClassVar[tuple[int, ...]] = (0x40C, 0x41C, OWN + 0x42C, OWN + 0x43C)

    def __init__(self, name: str, host: Host) -> None:
        super().__init__(name, host)
        self._access = host.shared(DmaAccess)
        self._seccfg = [SECURE | PRIVILEGED] * self.channels
        self._level = SECURE | PRIVILEGED
        """That of the transfer under way."""

    def restart(self) -> None:
        super().restart()
        self._seccfg = [SECURE | PRIVILEGED] * self.channels

    def load(self, register: int) -> int:
        if SECCFG <= register < SECCFG + 4 * self.channels:
            return self._seccfg[(register - SECCFG) // 4]
        if register >= self.channels * CHANNEL_BYTES:
            return super().load(as_on_rp2040(register))
        value = super().load(register)
        match self._word(register):
            case 2:
                return value | self._channels[register // CHANNEL_BYTES].mode << 28
            case 3:
                return control_from_rp2040(value)
        return value

    def store(self, register: int, value: int) -> None:
        if SECCFG <= register < SECCFG + 4 * self.channels:
            number = (register - SECCFG) // 4
            if not self._seccfg[number] & LOCK:
                self._seccfg[number] = value & 7
            return
        if register >= self.channels * CHANNEL_BYTES:
            super().store(as_on_rp2040(register), value)
            return
        self._seccfg[register // CHANNEL_BYTES] |= LOCK
        word = self._word(register)
        if word == COUNT:
            self._channels[register // CHANNEL_BYTES].mode = value >> 28
            value &= COUNT_BITS
        super().store(register, control_as_on_rp2040(value) if word == CTRL else value)

    def held(self, register: int) -> int:
        if register < self.channels * CHANNEL_BYTES:
            return self.load(register)
        return super().held(as_on_rp2040(register))

    def _move(self, channel: Channel) -> None:
        self._level = self._seccfg[self._channels.index(channel)]
        super()._move(channel)

    def _reaches(self, address: int) -> bool:
        secure, privileged = bool(self._level & SECURE), bool(self._level & PRIVILEGED)
        return self._access.reaches(address, secure, privileged)

    def _fetch(self, address: int, size: int) -> int | None:
        return super()._fetch(address, size) if self._reaches(address) else None

    def _put(self, address: int, size: int, value: int) -> bool:
        return self._reaches(address) and super()._put(address, size, value)

    @staticmethod
    def _word(register: int) -> int:
        """Which of a channel's four words it is."""
        place = register % CHANNEL_BYTES
        return ALIASES[place >> 4][place >> 2 & 3]
