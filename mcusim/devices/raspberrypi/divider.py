"""The SIO's integer divider of one RP2040 core (datasheet 2.3.1.5; pico-sdk, regs/sio.h)."""

from __future__ import annotations

from collections.abc import Callable

DIVISION_CYCLES = 8
"""From the write of an operand to the result (datasheet 2.3.1.5)."""
UDIVIDEND, UDIVISOR, SDIVIDEND, SDIVISOR = 0x60, 0x64, 0x68, 0x6C
QUOTIENT, REMAINDER, CSR = 0x70, 0x74, 0x78
READY, DIRTY = 1 << 0, 1 << 1

MASK = 0xFFFFFFFF
SIGN = 1 << 31


class Divider:
    """Each write of an operand starts a division; its result is there after eight cycles.

    What is read before is "undefined" on silicon; here it is the result before.
    """

    def __init__(self, now: Callable[[], int]) -> None:
        self._now = now
        self._operands = [0, 0]
        self._result = self._before = (0, 0)
        self._ready_at = 0
        self._dirty = False

    def read(self, register: int) -> int:
        """The register at an offset of SIO."""
        if register == CSR:
            return READY * self._is_ready() | DIRTY * self._dirty
        if register in (QUOTIENT, REMAINDER):
            self._dirty = self._dirty and register != QUOTIENT
            quotient, remainder = self._result if self._is_ready() else self._before
            return quotient if register == QUOTIENT else remainder
        return self._operands[register >> 2 & 1]

    def write(self, register: int, value: int) -> None:
        """Takes an operand, or a result that is put back."""
        if register == CSR:
            return
        self._dirty = True
        if register >= QUOTIENT:
            quotient, remainder = self._result
            self._result = (value, remainder) if register == QUOTIENT else (quotient, value)
            self._ready_at = self._now()
            return
        if self._is_ready():
            self._before = self._result
        self._operands[register >> 2 & 1] = value
        self._result = divide(*self._operands, signed=register >= SDIVIDEND)
        self._ready_at = self._now() + DIVISION_CYCLES

    def _is_ready(self) -> bool:
        return self._now() >= self._ready_at


def divide(dividend: int, divisor: int, *, signed: bool) -> tuple[int, int]:
    """Quotient and remainder as 32-bit words; the remainder has the dividend's sign.

    By zero, the remainder is the dividend, and the quotient is -1, or 1 for a negative dividend
    (datasheet 2.3.1.5).
    """
    p, q = (_signed(dividend), _signed(divisor)) if signed else (dividend, divisor)
    if q == 0:
        return (1 if p < 0 else MASK), dividend
    quotient = abs(p) // abs(q)
    if (p < 0) != (q < 0):
        quotient = -quotient
    return quotient & MASK, (p - quotient * q) & MASK


def _signed(word: int) -> int:
    return word - (word >> 31 << 32)
