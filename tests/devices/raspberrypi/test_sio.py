"""SIO of the RP2040 by its registers (datasheet 2.3.1; pico-sdk, regs/sio.h)."""

from __future__ import annotations

import math

import pytest
from fake_host import FakeHost
from hypothesis import given
from hypothesis import strategies as st

from mcusim.devices.raspberrypi.sio import Rp2040Sio

CPUID, GPIO_IN, GPIO_HI_IN = 0x00, 0x04, 0x08
OUT, OUT_SET, OUT_CLR, OUT_XOR, OE_SET, OE_CLR = 0x10, 0x14, 0x18, 0x1C, 0x24, 0x28
FIFO_ST, FIFO_WR, FIFO_RD, SPINLOCK_ST, LOCK5 = 0x50, 0x54, 0x58, 0x5C, 0x114
UDIVIDEND, UDIVISOR, SDIVIDEND, SDIVISOR = 0x60, 0x64, 0x68, 0x6C
QUOTIENT, REMAINDER, CSR = 0x70, 0x74, 0x78
INTERP0, INTERP1 = 0x80, 0xC0
ACCUM0, ACCUM1, BASE0, BASE1, BASE2 = 0x00, 0x04, 0x08, 0x0C, 0x10
POP0, POP1, POP_FULL, PEEK0, PEEK1, PEEK_FULL = 0x14, 0x18, 0x1C, 0x20, 0x24, 0x28
CTRL0, CTRL1, ADD0, BASE_1AND0 = 0x2C, 0x30, 0x34, 0x3C
SIGNED, CROSS_INPUT, CROSS_RESULT, ADD_RAW = 1 << 15, 1 << 16, 1 << 17, 1 << 18
BLEND, CLAMP = 1 << 21, 1 << 22

words = st.integers(0, 0xFFFFFFFF)


class Lab:
    """A SIO with a host, and accesses by either core."""

    def __init__(self) -> None:
        self.host = FakeHost()
        self.sio = Rp2040Sio("sio", self.host)
        self.sio.interrupts = (15, 16)

    def read(self, register: int, core: int = 0) -> int:
        self.host.core = core
        return self.sio.read(register, 4)

    def write(self, register: int, value: int, core: int = 0) -> None:
        self.host.core = core
        self.sio.write(register, 4, value)


@pytest.fixture
def lab() -> Lab:
    return Lab()


def signed(word: int) -> int:
    return word - (word >> 31 << 32)


def lane(shift: int = 0, lsb: int = 0, msb: int = 31, flags: int = 0) -> int:
    return shift | lsb << 5 | msb << 10 | flags


def test_each_core_reads_its_number(lab: Lab) -> None:
    assert [lab.read(CPUID, core) for core in (0, 1)] == [0, 1]


# --- divider ---


def divide(lab: Lab, dividend: int, divisor: int, first: int) -> tuple[int, int]:
    lab.write(first, dividend)
    lab.write(first + 4, divisor)
    lab.host.now += 8
    remainder = lab.read(REMAINDER)
    return lab.read(QUOTIENT), remainder


@given(words, words.filter(bool))
def test_unsigned_division_is_that_of_mathematics(p: int, q: int) -> None:
    assert divide(Lab(), p, q, UDIVIDEND) == divmod(p, q)


@given(words, words.filter(bool))
def test_signed_division_rounds_to_zero(p: int, q: int) -> None:
    quotient, remainder = divide(Lab(), p, q, SDIVIDEND)
    assert signed(remainder) == math.fmod(signed(p), signed(q))
    exact = (signed(p) - signed(remainder)) // signed(q)
    assert quotient == exact & 0xFFFFFFFF  # -2**31 / -1 does not fit


@pytest.mark.parametrize(
    ("dividend", "first", "quotient"),
    [(7, UDIVIDEND, 0xFFFFFFFF), (7, SDIVIDEND, 0xFFFFFFFF), (0xFFFFFFF9, SDIVIDEND, 1)],
)
def test_division_by_zero_gives_the_dividend_back(
    lab: Lab, dividend: int, first: int, quotient: int
) -> None:
    assert divide(lab, dividend, 0, first) == (quotient, dividend)


def test_a_result_takes_eight_cycles_and_reading_it_makes_the_divider_clean(lab: Lab) -> None:
    lab.write(UDIVIDEND, 100)
    lab.write(UDIVISOR, 7)
    lab.host.now = 7
    assert lab.read(CSR) == 0b10
    lab.host.now = 8
    assert lab.read(CSR) == 0b11
    assert (lab.read(REMAINDER), lab.read(CSR)) == (2, 0b11)
    assert (lab.read(QUOTIENT), lab.read(CSR)) == (14, 0b01)


def test_a_saved_result_is_put_back_at_once(lab: Lab) -> None:
    lab.write(UDIVIDEND, 100)
    lab.write(UDIVISOR, 7)
    lab.write(REMAINDER, 3)
    lab.write(QUOTIENT, 9)
    assert (lab.read(CSR), lab.read(REMAINDER), lab.read(QUOTIENT)) == (0b11, 3, 9)


def test_each_core_has_a_divider(lab: Lab) -> None:
    lab.write(UDIVIDEND, 50, core=0)
    lab.write(UDIVIDEND, 60, core=1)
    assert [lab.read(UDIVIDEND, core) for core in (0, 1)] == [50, 60]


# --- mailboxes and spinlocks ---


def test_words_go_from_core_to_core_in_order(lab: Lab) -> None:
    for word in (11, 12):
        lab.write(FIFO_WR, word, core=0)
    assert (lab.read(FIFO_ST, 0), lab.read(FIFO_ST, 1)) == (0b10, 0b11)
    assert [lab.read(FIFO_RD, 1), lab.read(FIFO_RD, 1)] == [11, 12]
    assert lab.read(FIFO_ST, 1) == 0b10


def test_the_ninth_word_is_lost_and_its_writer_knows(lab: Lab) -> None:
    for word in range(8):
        lab.write(FIFO_WR, word)
    assert lab.read(FIFO_ST) == 0
    lab.write(FIFO_WR, 8)
    assert lab.read(FIFO_ST) == 0b100
    assert [lab.read(FIFO_RD, 1) for _ in range(8)] == list(range(8))
    lab.write(FIFO_ST, 0b100)
    assert lab.read(FIFO_ST) == 0b10


def test_reading_an_empty_mailbox_is_noticed(lab: Lab) -> None:
    lab.read(FIFO_RD, 1)
    assert (lab.read(FIFO_ST, 1), lab.read(FIFO_ST, 0)) == (0b1010, 0b10)
    lab.write(FIFO_ST, 0xFF, core=1)
    assert lab.read(FIFO_ST, 1) == 0b10


def test_each_core_has_its_interrupt_while_a_word_waits(lab: Lab) -> None:
    lab.write(FIFO_WR, 1, core=0)
    assert lab.host.interrupts[-2:] == [(15, False, 0), (16, True, 1)]
    lab.read(FIFO_RD, 1)
    assert lab.host.interrupts[-1] == (16, False, 1)


def test_a_spinlock_is_claimed_once(lab: Lab) -> None:
    assert (lab.read(LOCK5, 0), lab.read(LOCK5, 1)) == (1 << 5, 0)
    assert lab.read(SPINLOCK_ST) == 1 << 5
    lab.write(LOCK5, 0, core=0)
    assert (lab.read(LOCK5, 1), lab.read(LOCK5, 0)) == (1 << 5, 0)


# --- pins ---


def test_set_clear_and_xor_change_single_pins(lab: Lab) -> None:
    lab.write(OUT, 0b0011)
    lab.write(OUT_SET, 0b0100)
    lab.write(OUT_CLR, 0b0001)
    lab.write(OUT_XOR, 0b1010)
    assert (lab.read(OUT), lab.read(OUT_SET)) == (0b1100, 0)


def test_a_pin_moves_while_its_output_is_on(lab: Lab) -> None:
    lab.write(OUT_SET, 1 << 25)
    assert lab.host.pins == []
    lab.write(OE_SET, 1 << 25)
    assert (lab.read(GPIO_IN), lab.host.pins) == (1 << 25, [("P0", 25, True)])
    lab.write(OE_CLR, 1 << 25)
    assert (lab.read(GPIO_IN), lab.host.pins[1:]) == (0, [("P0", 25, False)])


def test_the_flash_is_not_selected(lab: Lab) -> None:
    assert lab.read(GPIO_HI_IN) == 0b10


# --- interpolators ---


def test_a_lane_shifts_masks_and_adds(lab: Lab) -> None:
    lab.write(INTERP0 + ACCUM0, 0x12345678)
    lab.write(INTERP0 + BASE0, 0x20000000)
    lab.write(INTERP0 + CTRL0, lane(shift=4, lsb=2, msb=9))
    assert lab.read(INTERP0 + ADD0) == 0x01234567 & 0x3FC
    assert lab.read(INTERP0 + PEEK0) == 0x20000000 + (0x01234567 & 0x3FC)


def test_a_signed_lane_is_extended_from_its_mask(lab: Lab) -> None:
    lab.write(INTERP0 + ACCUM0, 0x80)
    lab.write(INTERP0 + CTRL0, lane(msb=7, flags=SIGNED))
    assert lab.read(INTERP0 + PEEK0) == 0xFFFFFF80
    lab.write(INTERP0 + BASE_1AND0, 0x8001_8002)
    assert [lab.read(INTERP0 + BASE0), lab.read(INTERP0 + BASE1)] == [0xFFFF8002, 0x8001]


def test_a_pop_feeds_results_back_crosswise(lab: Lab) -> None:
    # As hello_interp of pico-examples: each POP moves both accumulators on.
    lab.write(INTERP0 + ACCUM0, 123)
    lab.write(INTERP0 + ACCUM1, 456)
    lab.write(INTERP0 + BASE0, 1)
    lab.write(INTERP0 + CTRL0, lane(flags=CROSS_RESULT))
    lab.write(INTERP0 + CTRL1, lane(flags=CROSS_RESULT))
    popped = [(lab.read(INTERP0 + PEEK0), lab.read(INTERP0 + POP1)) for _ in range(4)]
    assert popped == [(124, 456), (457, 124), (125, 457), (458, 125)]


def test_cross_input_and_raw_sums(lab: Lab) -> None:
    lab.write(INTERP0 + ACCUM0, 0xF0)
    lab.write(INTERP0 + ACCUM1, 0x0F)
    lab.write(INTERP0 + BASE0, 1)
    lab.write(INTERP0 + BASE2, 1000)
    lab.write(INTERP0 + CTRL0, lane(msb=1, flags=CROSS_INPUT | ADD_RAW))
    lab.write(INTERP0 + CTRL1, lane())
    assert lab.read(INTERP0 + PEEK0) == 0x0F + 1
    assert lab.read(INTERP0 + PEEK_FULL) == 1000 + 0b11 + 0x0F  # the full result stays masked


def test_bits_above_the_mask_are_an_overflow(lab: Lab) -> None:
    lab.write(INTERP0 + CTRL0, lane(msb=7))
    lab.write(INTERP0 + CTRL1, lane(msb=7))
    lab.write(INTERP0 + ACCUM0, 0xFF)
    assert lab.read(INTERP0 + CTRL0) >> 23 == 0b000
    lab.write(INTERP0 + ACCUM1, 0x100)
    assert lab.read(INTERP0 + CTRL0) >> 23 == 0b110


def test_force_msb_is_seen_on_the_bus_alone(lab: Lab) -> None:
    lab.write(INTERP0 + CTRL0, lane(flags=2 << 19))
    assert lab.read(INTERP0 + POP0) == 2 << 28
    assert lab.read(INTERP0 + ACCUM0) == 0


@pytest.mark.parametrize(("alpha", "expected"), [(0, 500), (64, 625), (128, 750), (255, 998)])
def test_blend_goes_from_base_to_base(lab: Lab, alpha: int, expected: int) -> None:
    # The values of hello_interp of pico-examples, simple_blend1: 500 to 1000.
    lab.write(INTERP0 + CTRL0, lane(flags=BLEND))
    lab.write(INTERP0 + CTRL1, lane())
    lab.write(INTERP0 + BASE0, 500)
    lab.write(INTERP0 + BASE1, 1000)
    lab.write(INTERP0 + ACCUM1, alpha)
    assert (lab.read(INTERP0 + PEEK1), lab.read(INTERP0 + PEEK0)) == (expected, alpha)


@pytest.mark.parametrize(("flags", "middle"), [(0, 0x80000000), (SIGNED, 0)])
def test_blend_is_signed_as_lane_1_says(lab: Lab, flags: int, middle: int) -> None:
    lab.write(INTERP0 + CTRL0, lane(flags=BLEND))
    lab.write(INTERP0 + CTRL1, lane(flags=flags))
    lab.write(INTERP0 + BASE0, -1000 & 0xFFFFFFFF)
    lab.write(INTERP0 + BASE1, 1000)
    lab.write(INTERP0 + ACCUM1, 128)
    assert lab.read(INTERP0 + PEEK1) == middle


@pytest.mark.parametrize(
    ("accumulator", "expected"), [(-1024, 0), (-8, 0), (100, 25), (1000, 250), (2000, 255)]
)
def test_clamp_holds_lane_0_between_the_bases(lab: Lab, accumulator: int, expected: int) -> None:
    # As clamp() of hello_interp of pico-examples: >> 2, signed, 0 to 255.
    lab.write(INTERP1 + CTRL0, lane(shift=2, msb=29, flags=CLAMP | SIGNED))
    lab.write(INTERP1 + BASE0, 0)
    lab.write(INTERP1 + BASE1, 255)
    lab.write(INTERP1 + ACCUM0, accumulator & 0xFFFFFFFF)
    assert lab.read(INTERP1 + PEEK0) == expected


def test_only_one_interpolator_of_a_core_blends_and_the_other_clamps(lab: Lab) -> None:
    lab.write(INTERP0 + CTRL0, BLEND | CLAMP)
    lab.write(INTERP1 + CTRL0, BLEND | CLAMP)
    assert (lab.read(INTERP0 + CTRL0), lab.read(INTERP1 + CTRL0)) == (BLEND, CLAMP)


def test_each_core_has_interpolators(lab: Lab) -> None:
    lab.write(INTERP0 + ACCUM0, 5, core=1)
    assert (lab.read(INTERP0 + ACCUM0, 0), lab.read(INTERP0 + ACCUM0, 1)) == (0, 5)
