"""An interpolator of the SIO (RP2040 datasheet 2.3.1.6; pico-sdk, regs/sio.h, SIO_INTERP0)."""

from __future__ import annotations

from typing import NamedTuple

ACCUM0, BASE0, BASE1, BASE2, POP, PEEK = 0x00, 0x08, 0x0C, 0x10, 0x14, 0x20
CTRL0, CTRL1, ADD0, ADD1, BASE_1AND0 = 0x2C, 0x30, 0x34, 0x38, 0x3C
SIZE_BYTES = 0x40

MASK = 0xFFFFFFFF
ADDED = 0xFFFFFF
"""Bits of ACCUM0_ADD that there are."""
ALPHA = 0xFF
"""Bits of lane 1 that choose the point between BASE0 and BASE1 in blend mode."""
LANE_BITS = 0x1FFFFF
BLEND, CLAMP = 1 << 21, 1 << 22
OVERF0, OVERF1, OVERF = 1 << 23, 1 << 24, 1 << 25


class Lane(NamedTuple):
    """The fields of a lane's control register."""

    shift: int
    mask_lsb: int
    mask_msb: int
    signed: bool
    cross_input: bool
    cross_result: bool
    add_raw: bool
    force_msb: int

    @classmethod
    def of(cls, control: int) -> Lane:
        """Takes a register apart."""
        return cls(
            control & 31,
            control >> 5 & 31,
            control >> 10 & 31,
            bool(control >> 15 & 1),
            bool(control >> 16 & 1),
            bool(control >> 17 & 1),
            bool(control >> 18 & 1),
            control >> 19 & 3,
        )

    def masked(self, shifted: int) -> int:
        """What passes the mask, sign-extended where the lane is signed."""
        width = (2 << self.mask_msb) - 1
        value = shifted & width & ~((1 << self.mask_lsb) - 1)
        if self.signed and value >> self.mask_msb & 1:
            value |= MASK & ~width
        return value


class Interpolator:
    """Two lanes of shift, mask and add; the first one of a core can blend, the second clamp."""

    def __init__(self, *, blends: bool, rotates: bool) -> None:
        """`rotates`: the RP2350's lanes rotate to the right where the RP2040's shift."""
        self._modes = BLEND if blends else CLAMP
        self._rotates = rotates
        self._accumulators = [0, 0]
        self._bases = [0, 0, 0]
        self._control = [0, 0]
        self._lanes = [Lane.of(0), Lane.of(0)]

    def read(self, register: int) -> int:
        """The register at an offset of the interpolator."""
        if register < BASE0:
            return self._accumulators[register >> 2]
        if register < POP:
            return self._bases[register - BASE0 >> 2]
        if register < CTRL0:
            results = self._results()
            shown = self._shown(results, (register - POP >> 2) % 3)
            if register < PEEK:
                self._pop(results)
            return shown
        if register in (ADD0, ADD1):
            return self._value(register - ADD0 >> 2)
        if register == CTRL0:
            return self._control[0] | self._overflows()
        return self._control[1] if register == CTRL1 else 0

    def write(self, register: int, value: int) -> None:
        """Takes an accumulator, a base or a lane's control register."""
        if register < BASE0:
            self._accumulators[register >> 2] = value
        elif register < POP:
            self._bases[register - BASE0 >> 2] = value
        elif register in (CTRL0, CTRL1):
            number = register - CTRL0 >> 2
            self._control[number] = value & (LANE_BITS | (0 if number else self._modes))
            self._lanes[number] = Lane.of(value)
        elif register in (ADD0, ADD1):
            number = register - ADD0 >> 2
            added = self._accumulators[number] + (value & ADDED)
            self._accumulators[number] = added & MASK
        elif register == BASE_1AND0:
            self._bases[:2] = [
                _extended(half, lane)
                for half, lane in zip((value & 0xFFFF, value >> 16), self._lanes, strict=True)
            ]

    def _input(self, number: int) -> int:
        return self._accumulators[number ^ self._lanes[number].cross_input]

    def _shifted(self, number: int) -> int:
        value, shift = self._input(number), self._lanes[number].shift
        wrapped = value << 32 - shift & MASK if self._rotates else 0
        return value >> shift | wrapped

    def _value(self, number: int) -> int:
        return self._lanes[number].masked(self._shifted(number))

    def _overflows(self) -> int:
        """Whether the masks took off bits above theirs, by lane."""
        first, second = (
            self._shifted(number) >> lane.mask_msb + 1 != 0
            for number, lane in enumerate(self._lanes)
        )
        return OVERF0 * first | OVERF1 * second | OVERF * (first or second)

    def _results(self) -> tuple[int, int, int]:
        """Of lane 0, lane 1 and the full result."""
        values = self._value(0), self._value(1)
        if self._control[0] & BLEND:
            alpha = values[1] & ALPHA
            return alpha, self._blended(alpha), self._bases[2] + values[0] & MASK
        first, second = (
            (self._input(number) if lane.add_raw else values[number]) + self._bases[number] & MASK
            for number, lane in enumerate(self._lanes)
        )
        if self._control[0] & CLAMP:
            first = self._clamped(values[0])
        return first, second, self._bases[2] + values[0] + values[1] & MASK

    def _blended(self, alpha: int) -> int:
        low, high = self._bases[:2]
        if self._lanes[1].signed:
            low, high = _signed(low), _signed(high)
        return low + (alpha * (high - low) >> 8) & MASK

    def _clamped(self, value: int) -> int:
        low, high = self._bases[:2]
        if self._lanes[0].signed:
            low, high, value = _signed(low), _signed(high), _signed(value)
        return min(max(value, low), high) & MASK

    def _shown(self, results: tuple[int, int, int], which: int) -> int:
        """A result on the bus, where FORCE_MSB is added to a lane's."""
        forced = self._lanes[which].force_msb << 28 if which < 2 else 0
        return results[which] | forced

    def _pop(self, results: tuple[int, int, int]) -> None:
        self._accumulators = [
            results[number ^ lane.cross_result] for number, lane in enumerate(self._lanes)
        ]


def _signed(word: int) -> int:
    return word - (word >> 31 << 32)


def _extended(half: int, lane: Lane) -> int:
    return half | 0xFFFF0000 if lane.signed and half >> 15 else half
