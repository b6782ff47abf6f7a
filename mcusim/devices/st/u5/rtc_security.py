"""What RTC_SECCFGR of an STM32U5 keeps from Non-secure code (RM0456 rev 6, 63.3.4).

Places of bits are those of the CMSIS header stm32u575xx.h.
"""

from __future__ import annotations

from typing import NamedTuple

from mcusim.devices.keeps import WHOLE_WORD
from mcusim.devices.st.rtc_v3 import (
    ALRMAR,
    ALRMBR,
    ALRMBSSR,
    CALR,
    CR,
    ICSR,
    MISR,
    SCR,
    SR,
    SSR,
)

TR, DR, PRER, WUTR, PRIVCFGR, SECCFGR, SHIFTR = 0x00, 0x04, 0x10, 0x14, 0x1C, 0x20, 0x2C
TSTR, TSDR, TSSSR, ALRMASSR, SMISR, ALRABINR, ALRBBINR = 0x30, 0x34, 0x38, 0x44, 0x58, 0x70, 0x74
SEC = 1 << 15
ALWAYS_READABLE = {SECCFGR, PRIVCFGR, MISR, TR, DR, SSR, PRER, CALR}
"""Also when SEC keeps the rest."""


class Function(NamedTuple):
    """What one bit of SECCFGR protects, by register: whole ones and bits."""

    bit: int
    bits: dict[int, int]
    readable: bool
    """Non-secure code may still read them."""


def _bits(*numbers: int) -> int:
    return sum(1 << number for number in numbers)


def _whole(*registers: int) -> dict[int, int]:
    return dict.fromkeys(registers, WHOLE_WORD)


def _flags(flags: int) -> dict[int, int]:
    """A function's flags have the same places in all registers of flags."""
    return dict.fromkeys((SR, SMISR, SCR), flags)


ALARM_A, ALARM_B, WAKE_UP, TIME_STAMP = _bits(0, 6), _bits(1), _bits(2), _bits(3, 4, 5)
"""Flags; alarm A has that of the underflow of the sub-seconds."""
FUNCTIONS = (
    Function(
        _bits(0), _whole(ALRMAR, ALRMASSR, ALRABINR) | _flags(ALARM_A) | {CR: _bits(7, 8, 12, 27)},
        readable=False,
    ),
    Function(
        _bits(1), _whole(ALRMBR, ALRMBSSR, ALRBBINR) | _flags(ALARM_B) | {CR: _bits(9, 13, 28)},
        readable=False,
    ),
    Function(
        _bits(2), _whole(WUTR) | _flags(WAKE_UP) | {CR: _bits(0, 1, 2, 10, 14)}, readable=False
    ),
    Function(
        _bits(3),
        _whole(TSTR, TSDR, TSSSR) | _flags(TIME_STAMP) | {CR: _bits(3, 11, 15, 24, 25)},
        readable=False,
    ),
    Function(_bits(13), _whole(SHIFTR, CALR) | {CR: _bits(4, 16, 17)}, readable=True),
    Function(
        _bits(14), _whole(TR, DR, PRER) | {ICSR: _bits(*range(7, 13)), CR: _bits(6)}, readable=True
    ),
)  # fmt: skip
FLAGS = {_bits(0): ALARM_A, _bits(1): ALARM_B, _bits(2): WAKE_UP, _bits(3): TIME_STAMP}
"""By bit of SECCFGR."""


def protected(seccfgr: int, register: int, write: bool) -> int:
    """The bits of a register that Non-secure code doesn't reach."""
    if register == SECCFGR and write:
        return WHOLE_WORD
    if seccfgr & SEC:
        return WHOLE_WORD if write or register not in ALWAYS_READABLE else 0
    if register == PRIVCFGR:
        return seccfgr if write else 0
    kept = 0
    for function in FUNCTIONS:
        if seccfgr & function.bit and (write or not function.readable):
            kept |= function.bits.get(register, 0)
    return kept


def secure_flags(seccfgr: int) -> int:
    """The flags whose interrupts are Secure."""
    if seccfgr & SEC:
        return WHOLE_WORD
    return sum(flags for bit, flags in FLAGS.items() if seccfgr & bit)
