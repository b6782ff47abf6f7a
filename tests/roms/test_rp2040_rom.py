"""The RP2040's boot ROM of ours: every function of its tables against Python and NumPy."""

from __future__ import annotations

import math
import random
import subprocess
import sys
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from rom_rig import DATA, FUNCTIONS, Rom, double, from_double, from_single, single

ROOT = Path(__file__).resolve().parents[2]
FLOAT, DOUBLE = "SF", "SD"
ADD, SUBTRACT, MULTIPLY, DIVIDE, ROOT_OF, COMPARE = 0x00, 0x04, 0x08, 0x0C, 0x18, 0x54
COSINE, SINE, TANGENT, SINE_AND_COSINE, EXPONENTIAL, LOGARITHM = 0x3C, 0x40, 0x44, 0x48, 0x4C, 0x50
ARC_TANGENT = 0x58
ARITHMETIC = {
    ADD: np.add,
    SUBTRACT: np.subtract,
    MULTIPLY: np.multiply,
    DIVIDE: np.divide,
}
SPECIAL = (0.0, -0.0, 1.0, -1.0, math.inf, -math.inf, 1 + 2**-23, 2.0**-126, 3.4e38, 2.0**-127)


@pytest.fixture(scope="module")
def rom() -> Rom:
    return Rom()


class Precision:
    """One of the two tables, with numbers as its functions take and give them."""

    def __init__(self, rom: Rom, code: str) -> None:
        self.rom, self.wide = rom, code == DOUBLE
        self.table = rom.look_up(DATA, code)
        self.kind = np.float64 if self.wide else np.float32
        self.smallest = float(np.finfo(self.kind).tiny)

    def words(self, value: float) -> tuple[int, ...]:
        return double(value) if self.wide else (single(value),)

    def call(self, offset: int, *words: int) -> tuple[int, int, int, int]:
        return self.rom.call(self.rom.word(self.table + offset) & ~1, *words)

    def number(self, offset: int, *values: float) -> float:
        """The result of a function of numbers."""
        given = self.call(offset, *(word for value in values for word in self.words(value)))
        return float(from_double(*given[:2]) if self.wide else from_single(given[0]))

    def flushed(self, value: float) -> float:
        """Denormals are zeros (datasheet 2.8.3.2.1)."""
        return math.copysign(0.0, value) if 0 < abs(value) < self.smallest else value

    def some(self, generator: random.Random) -> Iterator[float]:
        """Numbers of all kinds."""
        while True:
            if generator.random() < 0.2:
                value = generator.choice(SPECIAL)
            else:
                exponent = generator.uniform(-20, 20) if generator.random() < 0.7 else 0.0
                limit = 1020 if self.wide else 125
                exponent = exponent or generator.uniform(-limit, limit)
                value = generator.uniform(-1, 1) * 2.0**exponent
            yield float(self.kind(value))


@pytest.fixture(params=[FLOAT, DOUBLE])
def numbers(rom: Rom, request: pytest.FixtureRequest) -> Precision:
    return Precision(rom, request.param)


def test_layout_is_what_firmware_expects(rom: Rom) -> None:
    assert rom.image[0x10:0x14] == b"Mu\x01\x03"
    for code in ("P3", "R3", "L3", "T3", "MS", "S4", "MC", "C4", "UB", "DT", "DE", "WV",
                 "IF", "EX", "RE", "RP", "FC", "CX"):  # fmt: skip
        address = rom.look_up(FUNCTIONS, code)
        assert address & 1 or code == "DE", code
        assert 0 < address < len(rom.image)
    assert rom.look_up(FUNCTIONS, "??") == 0
    for code in (FLOAT, DOUBLE):
        table = rom.look_up(DATA, code)
        # The byte two before a table has its words (pico-sdk, float_init_rom_rp2040.c).
        assert rom.image[table - 2] * 4 == 0x80
        entries = [rom.word(table + offset) for offset in range(0, 0x80, 4)]
        assert all(entry & 1 and entry < len(rom.image) for entry in entries)


@pytest.mark.parametrize("value", [0, 1, 0x80000000, 0xFFFFFFFF, 0x00012340, 0xDEADBEEF])
def test_bits_are_counted_and_reversed(rom: Rom, value: int) -> None:
    def call(code: str) -> int:
        return rom.call(rom.look_up(FUNCTIONS, code) & ~1, value)[0]

    assert call("P3") == value.bit_count()
    assert call("R3") == int(f"{value:032b}"[::-1], 2)
    assert call("L3") == 32 - value.bit_length()
    assert call("T3") == ((value & -value).bit_length() - 1 if value else 32)


@pytest.mark.parametrize(("to", "of", "count"), [(0, 0, 33), (1, 1, 30), (1, 2, 21), (3, 3, 2)])
def test_memory_is_copied_and_set_and_no_more(rom: Rom, to: int, of: int, count: int) -> None:
    target, source = 0x20001000, 0x20002000
    for code in ("MC", "C4") if to == of == 0 else ("MC",):
        rom.uc.mem_write(target, bytes(64))
        rom.uc.mem_write(source, bytes(range(1, 65)))
        copy = rom.look_up(FUNCTIONS, code) & ~1
        assert rom.call(copy, target + to, source + of, count)[0] == target + to
        copied = bytes(to) + bytes(range(1 + of, 1 + of + count))
        assert bytes(rom.uc.mem_read(target, 64)) == copied.ljust(64, b"\0")
    for code in ("MS", "S4") if to == 0 else ("MS",):
        rom.uc.mem_write(target, bytes(64))
        fill = rom.look_up(FUNCTIONS, code) & ~1
        assert rom.call(fill, target + to, 0x1A5, count)[0] == target + to
        filled = bytes(to) + b"\xa5" * count
        assert bytes(rom.uc.mem_read(target, 64)) == filled.ljust(64, b"\0")


def test_arithmetic_is_correctly_rounded(numbers: Precision) -> None:
    source = numbers.some(random.Random(1))
    for _ in range(1500):
        a, b = next(source), next(source)
        x, y = numbers.kind(numbers.flushed(a)), numbers.kind(numbers.flushed(b))
        for offset, operation in ARITHMETIC.items():
            with np.errstate(all="ignore"):
                exact = numbers.flushed(float(operation(x, y)))
            if not math.isnan(exact):  # NaNs are rendered as infinities
                found = numbers.number(offset, a, b)
                assert numbers.words(found) == numbers.words(exact), (offset, a, b)
        if x > 0:
            with np.errstate(all="ignore"):
                assert numbers.number(ROOT_OF, a) == float(np.sqrt(x))
        order = numbers.call(COMPARE, *numbers.words(a), *numbers.words(b))[0]
        assert order == (0 if x == y else 0xFFFFFFFF if x < y else 1), (a, b)


def test_quotients_of_mantissas_at_the_edges_are_correctly_rounded(numbers: Precision) -> None:
    # Digits of a quotient are estimated: with the divisor's bits all ones, most is lost.
    bits = 52 if numbers.wide else 23
    generator = random.Random(3)

    def mantissa() -> float:
        ones = (1 << bits) - (1 << generator.randrange(bits))
        near = generator.choice([0, ones, (1 << bits) - 1, generator.getrandbits(bits)])
        return 1 + (abs(near - generator.randrange(4)) % (1 << bits)) / 2**bits

    for _ in range(1500):
        a, b = mantissa(), mantissa()
        assert numbers.number(DIVIDE, a, b) == float(numbers.kind(a) / numbers.kind(b)), (a, b)


def test_roots_and_products_of_mantissas_at_the_edges_are_correctly_rounded(
    numbers: Precision,
) -> None:
    bits = 52 if numbers.wide else 23
    generator = random.Random(13)
    for _ in range(1500):
        kept = generator.randrange(1, bits)
        fraction = generator.choice(
            [
                generator.getrandbits(bits),
                generator.getrandbits(kept) << bits - kept,  # at the ends of a table's entries
                (1 << bits) - 1 - generator.getrandbits(kept),
            ]
        )
        value = numbers.kind((1 + fraction / 2**bits) * generator.choice([1, 2]))
        other = numbers.kind(1 + generator.getrandbits(bits) / 2**bits)
        assert numbers.number(ROOT_OF, float(value)) == float(np.sqrt(value)), float(value)
        found = numbers.number(MULTIPLY, float(value), float(other))
        assert found == float(value * other), (float(value), float(other))


def test_sums_of_far_numbers_are_correctly_rounded(numbers: Precision) -> None:
    # What is lost of the smaller one decides on ties, also where the sum has one bit more.
    bits = 52 if numbers.wide else 23
    generator = random.Random(15)
    for _ in range(2000):
        ones = (1 << bits) - 1 - generator.getrandbits(4)
        large = numbers.kind(1 + generator.choice([ones, 0, 1, ones >> 1]) / 2**bits)
        distance = generator.choice([0, 1, 2, bits - 1, bits, bits + 1, bits + 2, bits + 3])
        fraction = generator.choice([0, 1, 1 << bits - 1, generator.getrandbits(bits)])
        small = numbers.kind((1 + fraction / 2**bits) * 2.0 ** -generator.choice([distance, 33]))
        for offset, exact in ((ADD, large + small), (SUBTRACT, large - small)):
            found = numbers.number(offset, float(large), float(small))
            assert found == float(exact), (offset, float(large), float(small))


def test_what_has_no_result_is_infinite(numbers: Precision) -> None:
    assert numbers.number(DIVIDE, 1.0, 0.0) == math.inf
    assert numbers.number(DIVIDE, -1.0, 0.0) == -math.inf
    assert numbers.number(SUBTRACT, math.inf, math.inf) in (math.inf, -math.inf)
    assert numbers.number(ROOT_OF, -4.0) == -math.inf
    assert numbers.number(LOGARITHM, 0.0) == -math.inf
    assert numbers.number(LOGARITHM, -1.0) == -math.inf
    assert numbers.number(EXPONENTIAL, 1e4) == math.inf
    assert numbers.number(EXPONENTIAL, -1e4) == 0.0


@pytest.mark.parametrize(
    ("offset", "function"),
    [
        (COSINE, math.cos),
        (SINE, math.sin),
        (TANGENT, math.tan),
        (EXPONENTIAL, math.exp),
        (LOGARITHM, math.log),
    ],
)
def test_functions_are_within_a_unit_in_the_last_place(
    numbers: Precision, offset: int, function: Callable[[float], float]
) -> None:
    # The datasheet promises as much, but for sines near multiples of pi and the like.
    generator = random.Random(offset)
    limit = {EXPONENTIAL: 700.0 if numbers.wide else 85.0}.get(
        offset, 1000.0 if numbers.wide else 127.0
    )
    for n in range(500):
        value = generator.uniform(-limit, limit)
        value = value if n % 3 else generator.uniform(-2, 2)
        value = value if n % 10 else value * 1e-6
        if offset == LOGARITHM:
            value = abs(value) or 1.0
        value = float(numbers.kind(value))
        exact, found = function(value), numbers.number(offset, value)
        unit = float(np.spacing(numbers.kind(abs(exact))))
        assert abs(found - exact) <= 1.01 * unit, (value, exact, found)


def test_sine_and_cosine_come_together(numbers: Precision) -> None:
    # From the sine, too: the SDK's sincosf takes the cosine from beside it.
    for offset in (SINE_AND_COSINE, SINE):
        words = numbers.call(offset, *numbers.words(1.25))
        both = (words[:2], words[2:]) if numbers.wide else (words[:1], words[1:2])
        assert both == tuple(numbers.words(numbers.number(f, 1.25)) for f in (SINE, COSINE))


def test_arc_tangents_in_all_directions(numbers: Precision) -> None:
    generator = random.Random(5)
    axes = [(0.0, 1.0), (0.0, -1.0), (1.0, 0.0), (-1.0, 0.0), (1.0, 1.0), (-1.0, -1.0), (-0.0, 1.0),
            (math.inf, 1.0), (1.0, math.inf), (1.0, -math.inf)]  # fmt: skip
    points = [
        (generator.uniform(-3, 3) * 10 ** generator.uniform(-6, 6), generator.uniform(-3, 3))
        for _ in range(500)
    ]
    for y, x in [*axes, *points]:
        y, x = float(numbers.kind(y)), float(numbers.kind(x))
        exact, found = math.atan2(y, x), numbers.number(ARC_TANGENT, y, x)
        unit = float(np.spacing(numbers.kind(abs(exact))))
        assert abs(found - exact) <= 1.5 * unit, (y, x, exact, found)


def within(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def test_numbers_become_whole_towards_minus_infinity(numbers: Precision) -> None:
    generator = random.Random(7)
    limits = (
        (0x1C, 0x20, -(2**31), 2**31 - 1),
        (0x24, 0x28, 0, 2**32 - 1),
        (0x6C, 0x70, -(2**63), 2**63 - 1),
        (0x74, 0x78, 0, 2**64 - 1),
    )
    for _ in range(400):
        value = float(numbers.kind(generator.uniform(-1, 1) * 2.0 ** generator.uniform(-40, 70)))
        point = generator.choice([0, 5, 16, 31, -3])
        for whole, fixed, low, high in limits:
            bits = 64 if high > 2**32 else 32
            for offset, places in ((whole, 0), (fixed, point)):
                words = numbers.call(offset, *numbers.words(value), places)
                exact = within(math.floor(Fraction(value) * Fraction(2) ** places), low, high)
                found = (words[0] | words[1] << 32) & (1 << bits) - 1
                assert found == exact & (1 << bits) - 1, (hex(offset), value, places)


def nearest(value: Fraction, precision: Precision) -> float:
    """The nearest number, to even on a tie."""
    if precision.wide:
        return float(value)
    digits = 24
    exponent = abs(value.numerator).bit_length() - value.denominator.bit_length() - digits
    scaled = value / Fraction(2) ** exponent
    while abs(scaled) >= 2**digits:
        scaled, exponent = scaled / 2, exponent + 1
    while scaled and abs(scaled) < 2 ** (digits - 1):
        scaled, exponent = scaled * 2, exponent - 1
    return round(scaled) * 2.0**exponent


def test_whole_and_fixed_point_numbers_become_the_nearest(numbers: Precision) -> None:
    generator = random.Random(9)
    for _ in range(400):
        bits = generator.choice([8, 24, 32])
        small = generator.getrandbits(bits)
        large = generator.getrandbits(2 * bits)
        point = generator.randrange(-4, 40)
        for offset, value, size, signed, fixed in (
            (0x2C, small, 32, True, False),
            (0x30, small, 32, True, True),
            (0x34, small, 32, False, False),
            (0x38, small, 32, False, True),
            (0x5C, large, 64, True, False),
            (0x60, large, 64, True, True),
            (0x64, large, 64, False, False),
            (0x68, large, 64, False, True),
        ):
            whole = value - (value >> size - 1 << size) if signed else value
            words = [value] if size == 32 else [value & 0xFFFFFFFF, value >> 32]
            exact = Fraction(whole) / (Fraction(2) ** point if fixed else 1)
            given = numbers.call(offset, *words, point)
            found = from_double(*given[:2]) if numbers.wide else from_single(given[0])
            assert float(found) == nearest(exact, numbers), (hex(offset), whole, point)


def test_each_precision_becomes_the_other(rom: Rom) -> None:
    generator = random.Random(11)
    to_double, to_float = Precision(rom, FLOAT), Precision(rom, DOUBLE)
    for _ in range(300):
        value = generator.uniform(-1, 1) * 2.0 ** generator.uniform(-120, 120)
        rounded = float(np.float32(value))
        assert from_double(*to_double.call(0x7C, single(rounded))[:2]) == rounded
        assert from_single(to_float.call(0x7C, *double(value))[0]) == np.float32(value)


def test_the_image_is_what_the_sources_give() -> None:
    command = [sys.executable, str(ROOT / "tools" / "build_rom.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.stdout.startswith("skipped"):
        pytest.skip(done.stdout.strip())
    assert done.returncode == 0, done.stdout + done.stderr
    assert "as built" in done.stdout
