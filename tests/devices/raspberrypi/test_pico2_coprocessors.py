"""The RP2350's coprocessors for double precision and for checks, by firmware.

The sequences are those of the datasheet (3.6.2.6) and, for what the core multiplies or divides in
between, of the formats that `double_coprocessor.cpp` states.
"""

from __future__ import annotations

import random
import struct
from pathlib import Path

import numpy as np
import pytest
from pico2_lab import RESULTS, build, execute

import mcusim

SEQUENCES = """
typedef uint32_t u32;
typedef uint64_t u64;
#define RUN(text) __asm volatile(text)
#define WRITE(op, cr, v) __asm volatile("mcrr p4,#" #op ",%Q0,%R0," #cr ::"r"(v))
#define READ(op, cr, v) __asm volatile("mrrc p4,#" #op ",%Q0,%R0," #cr : "=r"(v))
#define WORD(cr, op, v) __asm volatile("mrc p4,#0,%0,c0," #cr ",#" #op : "=r"(v))
#define ADD0 "cdp p4,#0,c0,c0,c1,#0;"
#define ADD1 "cdp p4,#1,c0,c0,c1,#0;"
#define SUB1 "cdp p4,#1,c0,c0,c1,#1;"
#define NRDD "cdp p4,#8,c0,c0,c0,#1;"
#define NRDF "cdp p4,#8,c0,c0,c2,#1;"

static void both(u64 a, u64 b) { WRITE(1, c0, a); WRITE(1, c1, b); }
static u64 add(u64 a, u64 b) { u64 r; both(a, b); RUN(ADD0 ADD1 NRDD); READ(1, c0, r); return r; }
static u64 sub(u64 a, u64 b) { u64 r; both(a, b); RUN(ADD0 SUB1 NRDD); READ(3, c0, r); return r; }
static u64 mul(u64 a, u64 b) {
  u64 x, y, r;
  both(a, b);
  READ(0, c4, x);
  READ(0, c5, y);
  u64 low = (u64)(u32)x * (u32)y, left = (x >> 32) * (u32)y, right = (u64)(u32)x * (y >> 32);
  u64 middle = (low >> 32) + (u32)left + (u32)right;
  u64 high = (x >> 32) * (y >> 32) + (left >> 32) + (right >> 32) + (middle >> 32);
  low = middle << 32 | (u32)low;
  WRITE(2, c0, low);
  WRITE(3, c0, high);
  RUN(NRDD);
  READ(5, c0, r);
  return r;
}
static u64 divide(u64 a, u64 b) { /* bit by bit: 57 behind the point, the last of them sticky */
  u64 x, y, q = 0, r;
  both(a, b);
  READ(0, c4, x);
  READ(0, c5, y);
  for (int bit = 57; bit >= 0; --bit, x <<= 1)
    if (y && x >= y) x -= y, q |= 1ull << bit;
  q |= x != 0;
  WRITE(4, c0, q);
  RUN(NRDD);
  READ(7, c0, r);
  return r;
}
static u64 root(u64 a) {
  u64 x, s = 0, r;
  WRITE(1, c0, a);
  RUN("cdp p4,#2,c0,c0,c1,#0");
  READ(0, c4, x);
  u64 rest = 0;
  for (int bit = 58; bit >= 0; --bit, x <<= 2) { /* 58 bits behind the point, then a sticky one */
    rest = rest << 2 | x >> 62;
    s <<= 1;
    if (rest >= (s << 1 | 1)) rest -= s << 1 | 1, s |= 1;
  }
  s = s << 2 | (rest != 0);
  WRITE(5, c0, s);
  RUN(NRDD);
  READ(9, c0, r);
  return r;
}
static u32 compare(u64 a, u64 b) { u32 r; both(a, b); RUN(ADD0); WORD(c0, 1, r); return r; }
static u64 from_int(u32 v) {
  u64 r, w = v;
  WRITE(7, c0, w);
  RUN(ADD0 SUB1 NRDD);
  READ(3, c0, r);
  return r;
}
static u32 to_int(u64 v) {
  u32 r;
  WRITE(8, c0, v);
  RUN(ADD0 ADD1 "cdp p4,#8,c0,c0,c0,#2");
  WORD(c3, 0, r);
  return r;
}
static u32 to_uint_nearest(u64 v) {
  u32 r;
  WRITE(8, c0, v);
  RUN(ADD0 ADD1 "cdp p4,#8,c0,c0,c0,#3");
  WORD(c3, 1, r);
  return r;
}
static u32 to_float(u64 v) { u32 r; WRITE(1, c0, v); RUN(NRDF); WORD(c2, 5, r); return r; }
static u32 add_floats(u32 a, u32 b) {
  u32 r;
  u64 w = (u64)b << 32 | a;
  WRITE(1, c2, w);
  RUN(ADD0 ADD1 NRDF);
  WORD(c2, 0, r);
  return r;
}
"""
ENABLE = "CPACR |= 3u << 8 | 3u << 14;\n"
SPECIAL = (0.0, -0.0, 1.0, -1.0, np.inf, -np.inf, np.nan, 2.0**-1022, 1.7e308, 5e-324, 4.5, -2.5)


def bits(value: float) -> int:
    return int(np.float64(value).view(np.uint64))


def single(value: float) -> int:
    return int(np.float32(value).view(np.uint32))


def flushed(value: float, smallest: float = 2.0**-1022) -> float:
    """Denormals are zeros, given or found (3.6.2.9)."""
    return float(np.copysign(0.0, value)) if 0 < abs(value) < smallest else float(value)


def pairs(count: int) -> list[tuple[float, float]]:
    generator = random.Random(5)

    def some() -> float:
        if generator.random() < 0.15:
            return float(generator.choice(SPECIAL))
        ones = generator.getrandbits(52) | (1 << generator.randrange(52)) - 1
        mantissa = generator.choice(
            [generator.getrandbits(52), ones, 0, generator.getrandbits(8) << 44]
        )
        word = (
            generator.getrandbits(1) << 63 | (1023 + generator.randrange(-40, 40)) << 52 | mantissa
        )
        return float(np.uint64(word).view(np.float64))

    return [(some(), some()) for _ in range(count)]


def same(found: int, exact: float) -> bool:
    return found == bits(flushed(exact)) or (bool(np.isnan(exact)) and found == 0x7FF8 << 48)


def run(folder: Path, numbers: list[int], count: int, body: str) -> list[int]:
    """The 64-bit numbers that `body` stores through `to`, of those in the array `in`."""
    values = ", ".join(f"{number:#x}ull" for number in numbers)
    arrays = f"static const u64 in[] = {{{values}}};\nstatic u64 out[{count}];\n"
    elf = build(
        folder,
        f"{ENABLE}u64 *to = out;\n{body}\nresults[0] = (u32)out;",
        f"{SEQUENCES}{arrays}",
        "-Wno-unused-function",
    )
    with mcusim.start(elf, board="rp2350", max_time_s=2.0) as simulation:
        simulation.run_to_end()
        place = int.from_bytes(simulation.machine.read_memory(RESULTS, 4), "little")
        found = simulation.machine.read_memory(place, 8 * count)
        assert simulation.finish().outcome == "exited"
    return list(struct.unpack(f"<{count}Q", found))


def test_arithmetic_is_correctly_rounded(tmp_path: Path) -> None:
    given = pairs(300)
    found = run(
        tmp_path,
        [bits(value) for pair in given for value in pair],
        5 * len(given),
        f"""for (int i = 0; i < {2 * len(given)}; i += 2) {{
          *to++ = add(in[i], in[i + 1]);
          *to++ = sub(in[i], in[i + 1]);
          *to++ = mul(in[i], in[i + 1]);
          *to++ = divide(in[i], in[i + 1]);
          *to++ = root(in[i]);
        }}""",
    )
    for n, (a, b) in enumerate(given):
        x, y = np.float64(flushed(a)), np.float64(flushed(b))
        with np.errstate(all="ignore"):
            exact = [x + y, x - y, x * y, x / y, np.sqrt(x)]
        for which, (got, true) in enumerate(zip(found[5 * n :], exact, strict=False)):
            assert same(got, float(true)), (which, a, b, hex(got), float(true))


def test_comparisons_set_the_flags_that_the_sdk_reads(tmp_path: Path) -> None:
    # Z equal, C greater or equal, V unordered; N says that a sequence was under way.
    given = pairs(200)
    found = run(
        tmp_path,
        [bits(value) for pair in given for value in pair],
        len(given),
        f"for (int i = 0; i < {2 * len(given)}; i += 2) *to++ = compare(in[i], in[i + 1]);",
    )
    for (a, b), word in zip(given, found, strict=True):
        x, y = flushed(a), flushed(b)
        unordered = np.isnan(x) or np.isnan(y)
        flags = (x == y) << 30 | (x >= y) << 29 | int(unordered) << 28
        assert word == 1 << 31 | flags, (a, b, hex(word))


def test_numbers_become_whole_and_back(tmp_path: Path) -> None:
    generator = random.Random(3)
    values = [generator.uniform(-1, 1) * 2.0 ** generator.uniform(-3, 34) for _ in range(60)]
    values += [0.5, 1.5, 2.5, -0.5, -1.5, 2.0**31, -(2.0**31), 2.0**32, np.inf, -np.inf, np.nan]
    values += [-(2.0**53) - 2.0**33, -(2.0**52), 2.0**52, 1e300, -1e300, -0.0, 4294967295.5]
    found = run(
        tmp_path,
        [bits(value) for value in values],
        4 * len(values),
        f"""for (int i = 0; i < {len(values)}; ++i) {{
          *to++ = to_int(in[i]);
          *to++ = to_uint_nearest(in[i]);
          *to++ = from_int((u32)in[i]);
          *to++ = to_float(in[i]);
        }}""",
    )
    for n, value in enumerate(values):
        got = found[4 * n : 4 * n + 4]
        finite = 0.0 if np.isnan(value) else float(np.clip(value, -1e18, 1e18))
        assert got[0] == within(int(finite), -(2**31), 2**31 - 1) & 0xFFFFFFFF, value
        assert got[1] == within(round(finite), 0, 2**32 - 1), value
        low = bits(value) & 0xFFFFFFFF
        assert got[2] == bits(float(low - (low >> 31 << 32))), value
        with np.errstate(all="ignore"):
            assert got[3] == single(flushed(float(np.float32(value)), 2.0**-126)), value


def within(value: int, low: int, high: int) -> int:
    return max(low, min(high, value))


def test_single_precision_is_added(tmp_path: Path) -> None:
    given = [(1.5, 2.25), (1.0, 2.0**-24), (1 + 2.0**-23, 2.0**-24), (-3.0, 3.0), (np.inf, 1.0)]
    words = [single(a) | single(b) << 32 for a, b in given]
    found = run(
        tmp_path,
        words,
        len(words),
        f"for (int i = 0; i < {len(words)}; ++i) *to++ = add_floats((u32)in[i], in[i] >> 32);",
    )
    assert found == [single(np.float32(a) + np.float32(b)) for a, b in given]


def test_estimates_have_eight_bits(tmp_path: Path) -> None:
    # 2^31 over a mantissa, and over its root: the SDK's steps of Newton's begin with them.
    given = [1.0, 1.0 + 2.0**-52, 1.25, 1.4142, 1.999, 2.0, 3.7, 3.9999]
    found = run(
        tmp_path,
        [bits(value) for value in given],
        2 * len(given),
        f"""for (int i = 0; i < {len(given)}; ++i) {{
          u64 r;
          both(in[i], in[i]);
          READ(2, c1, r);
          *to++ = (u32)r;
          RUN("cdp p4,#2,c0,c0,c1,#0");
          READ(4, c1, r);
          *to++ = (u32)r;
        }}""",
    )
    for n, value in enumerate(given):
        mantissa = value if value < 2 else value / 2
        assert found[2 * n] / 2**31 == pytest.approx(1 / mantissa, rel=2**-8)
        assert found[2 * n + 1] / 2**31 == pytest.approx(value**-0.5, rel=2**-8)
        assert max(found) < 1 << 31


def test_the_state_is_saved_restored_and_marked_as_engaged(tmp_path: Path) -> None:
    # As for an interrupt within a sequence: the SDK reads the flag to APSR, saves and restores.
    _, words, _ = execute(
        tmp_path,
        f"""{ENABLE}
        u32 flags, r;
        u64 x, y, rest, sum;
        __asm volatile(".inst.w 0xFE10F430; mrs %0,APSR" : "=r"(flags) :: "cc");
        results[0] = flags >> 31;
        both(0x3FF8000000000000ull, 0xC004000000000000ull);
        RUN(ADD0);
        __asm volatile(".inst.w 0xFE10F430; mrs %0,APSR" : "=r"(flags) :: "cc");
        results[1] = flags >> 31;
        __asm volatile("mrrc2 p4,#0,%Q0,%R0,c8" : "=r"(x));
        __asm volatile("mrrc2 p4,#0,%Q0,%R0,c9" : "=r"(y));
        READ(0, c10, rest);
        WORD(c0, 1, r);
        results[2] = r >> 31;
        results[3] = (u32)add(0x4000000000000000ull, 0x4000000000000000ull);
        WRITE(0, c0, x);
        WRITE(0, c1, y);
        WRITE(0, c2, rest);
        RUN(ADD1 NRDD);
        READ(1, c0, sum);
        results[4] = (u32)(sum >> 32);
        results[5] = (u32)(rest >> 60); /* the flags of Y: negative */
        """,
        SEQUENCES,
        "-Wno-unused-function",
    )
    assert words[:3] == [0, 1, 0]
    assert words[4] == 0xBFF00000  # 1.5 - 2.5
    assert words[5] == 8


CHECKS = """
#define CHECK(text, a, b) __asm volatile(text :: "r"(a), "r"(b))
#define TRUE_ 0xA500A500u
#define FALSE_ 0x00C300C3u
static uint32_t canary(void) {
  uint32_t c;
  __asm volatile("mrc p7,#0,%0,c4,c2,#1" : "=r"(c));
  return c;
}
"""
NMI = """
static void failed(void) {
  uint32_t number;
  __asm volatile("mrs %0, ipsr" : "=r"(number));
  results[0] = number;
  finish();
}
"""
ENABLE_CHECKS = "CPACR |= 3u << 14;\n"


def test_checks_that_hold_go_on(tmp_path: Path) -> None:
    result, words, _ = execute(
        tmp_path,
        f"""{ENABLE_CHECKS}
        uint32_t c = canary(), status, other;
        __asm volatile("mcr p7,#0,%0,c4,c2,#1" :: "r"(c));
        __asm volatile("mrc2 p7,#0,%0,c4,c3,#1" : "=r"(other));
        __asm volatile("mrc p7,#1,%0,c0,c0,#0" : "=r"(status));
        CHECK("mcrr p7,#0,%0,%1,c8", TRUE_, FALSE_);
        CHECK("mcrr p7,#1,%0,%1,c0", TRUE_, TRUE_);
        CHECK("mcrr p7,#2,%0,%1,c0", FALSE_, TRUE_);
        CHECK("mcrr p7,#3,%0,%1,c8", FALSE_ ^ 5, 5);
        CHECK("mcrr p7,#4,%0,%1,c0", TRUE_ ^ 5, 5);
        CHECK("mcrr p7,#5,%0,%1,c8", FALSE_ ^ 5, 5);
        CHECK("mcrr p7,#6,%0,%1,c8", 7, 7 ^ 0x96009600u);
        CHECK("mcrr2 p7,#7,%0,%1,c0", 9, 9);
        CHECK("mcr p7,#1,%0,c0,c0,#0", TRUE_, 0);
        CHECK("mcr p7,#2,%0,c0,c0,#0", TRUE_, 0);
        CHECK("mcr p7,#3,%0,c0,c0,#1", FALSE_, 0);
        CHECK("mcr p7,#4,%0,c15,c15,#0", 0, 0);
        CHECK("mcr p7,#5,%0,c15,c15,#1", 0, 0);
        CHECK("mcr p7,#5,%0,c0,c0,#1", 0, 0); /* the count goes round */
        results[0] = c;
        results[1] = other;
        results[2] = status;
        """,
        CHECKS,
    )
    assert result.outcome == "exited"
    assert words[0] != words[1]
    assert (words[0] & 0xFF, words[2]) == (0, 0xA500A500)


@pytest.mark.parametrize(
    "check",
    [
        'CHECK("mcr p7,#0,%0,c4,c3,#1", canary(), 0);',  # of another tag
        'CHECK("mcr p7,#2,%0,c0,c0,#0", FALSE_, 0);',
        'CHECK("mcr p7,#2,%0,c0,c0,#1", TRUE_, 0);',  # wrong parity
        'CHECK("mcrr p7,#7,%0,%1,c0", 9, 8);',
        'CHECK("mcrr p7,#8,%0,%1,c0", 9, 8);',  # a second salt
        'CHECK("mcr p7,#5,%0,c1,c0,#1", 0, 0);',  # a step that was left out
        '__asm volatile("cdp p7,#0,c0,c0,c0,#1");',
    ],
)
def test_a_check_that_fails_is_an_nmi(tmp_path: Path, check: str) -> None:
    result, words, _ = execute(
        tmp_path,
        f"""{ENABLE_CHECKS}handler = failed;
        {check}
        results[1] = 1;
        """,
        CHECKS + NMI,
        "-Wno-unused-function",
    )
    assert result.outcome == "exited"
    assert words[:2] == [2, 0]
    assert result.warnings == [
        "a check of the redundancy coprocessor failed: both cores get an NMI"
    ]


def test_the_nmi_comes_to_the_other_core_as_well(tmp_path: Path) -> None:
    result, words, _ = execute(
        tmp_path,
        """handler = failed;
        launch(second);
        for (;;) continue;
        """,
        f"""{CHECKS + NMI}
        static void second(void) {{
          {ENABLE_CHECKS}
          for (volatile int n = 0; n < 100; ++n) continue;
          CHECK("mcr p7,#2,%0,c0,c0,#0", FALSE_, 0);
          for (;;) continue;
        }}
        """,
        "-Wno-unused-function",
    )
    assert result.outcome == "exited"
    assert words[0] == 2


@pytest.mark.parametrize("check", ['"cdp p7,#0,c0,c0,c0,#1"', '"mcr p7,#1,%0,c0,c0,#0" :: "r"(9)'])
def test_then_the_coprocessor_stalls(tmp_path: Path, check: str) -> None:
    # The NMI stays asserted: its handler comes again and again.
    result, words, _ = execute(
        tmp_path,
        f"{ENABLE_CHECKS}handler = again;\n__asm volatile({check});\nresults[1] = 1;",
        f"""{CHECKS}
        static void again(void) {{
          if (++results[0] == 3) CHECK("mcr p7,#2,%0,c0,c0,#0", TRUE_, 0);
        }}
        """,
        "-Wno-unused-function",
    )
    assert result.outcome == "fault"
    assert "stalls its core for good" in result.reason
    assert words[:2] == [3, 0]
