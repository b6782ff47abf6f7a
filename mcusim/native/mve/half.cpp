// Scalar floating point of half precision (DDI0553, C2.4): the low half of an S register, whose
// other half becomes zero. In the encodings, x, y and q are the lowest bits of Sd, Sn and Sm.
#include "instruction.hpp"
#include "number.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

constexpr U kHalfBits = 0xFFFFU;
constexpr Rounding kModes[] = {Rounding::kAway, Rounding::kNearest, Rounding::kUp,
                               Rounding::kDown};  // of the encodings with a mode in them

U destination(const Instruction& i) { return i['d'] << 1 | i['x']; }
U first(const Instruction& i) { return i['n'] << 1 | i['y']; }
U second(const Instruction& i) { return i['m'] << 1 | i['q']; }
U half(const State& s, U number) { return s.word(number) & kHalfBits; }

Arithmetic scalar(State& s) {
  Arithmetic a(s, 1, true);
  a.follow_fpscr();
  return a;
}

// f(Arithmetic&, n, m, d) into the destination.
template <class F>
void three(State& s, const Instruction& i, F f) {
  Arithmetic a = scalar(s);
  s.set_word(destination(i), f(a, half(s, first(i)), half(s, second(i)), half(s, destination(i))));
}

template <class F>
void two(State& s, const Instruction& i, F f) {
  Arithmetic a = scalar(s);
  s.set_word(destination(i), f(a, half(s, second(i))));
}

// d + n * m with two roundings, and the same fused; what is negated is a matter of the sign bits.
template <bool NegateSum, bool NegateProduct>
void accumulate(State& s, const Instruction& i) {
  three(s, i, [](Arithmetic& a, U n, U m, U d) {
    const U product = a.multiply(n, m);
    return a.add(NegateSum ? a.negated(d) : d, NegateProduct ? a.negated(product) : product);
  });
}

template <bool NegateSum, bool NegateProduct>
void fuse(State& s, const Instruction& i) {
  three(s, i, [](Arithmetic& a, U n, U m, U d) {
    return a.fused(NegateProduct ? a.negated(n) : n, m, NegateSum ? a.negated(d) : d);
  });
}

void compare(State& s, const Instruction& i, U value) {
  Arithmetic a = scalar(s);
  const int order = a.compare(half(s, destination(i)), value, i['e'] != 0);
  constexpr U kLessFlags = kNegative, kEqualFlags = kZero | kCarry, kGreaterFlags = kCarry,
              kUnorderedFlags = kCarry | kOverflow;
  const U flags = order == 2  ? kUnorderedFlags
                  : order < 0 ? kLessFlags
                  : order > 0 ? kGreaterFlags
                              : kEqualFlags;
  s.fpscr = (s.fpscr & ~(kNegative | kZero | kCarry | kOverflow)) | flags;
}

// VFPExpandImm of 16 bits.
void constant(State& s, const Instruction& i) {
  const U sign = i['i'] >> 7 & 1U, b = i['i'] >> 6 & 1U;
  s.set_word(destination(i),
             sign << 15 | (b ^ 1U) << 14 | b << 13 | b << 12 | (i['i'] & 0x3FU) << 6);
}

U extended(U value, U bits, bool is_unsigned) {
  if (bits == 32 || is_unsigned) return value;
  return (value ^ 0x8000U) - 0x8000U;
}

void fixed(State& s, const Instruction& i) {
  const int bits = i['h'] != 0 ? 32 : 16, fraction = bits - static_cast<int>(i['i'] << 1 | i['j']);
  const bool is_unsigned = i['u'] != 0;
  Arithmetic a(s, 1, true);  // rounds to nearest, and towards zero
  const U register_bits = s.word(destination(i));
  U found = 0;
  if (i['o'] != 0) {
    const U value =
        a.to_fixed(register_bits & kHalfBits, fraction, is_unsigned, Rounding::kTowardZero, bits);
    found = extended(value & (bits == 32 ? ~0U : kHalfBits), i['h'] != 0 ? 32 : 16, is_unsigned);
  } else {
    const U value = bits == 32 ? register_bits : register_bits & kHalfBits;
    const U whole = extended(value, static_cast<U>(bits), is_unsigned);
    found = a.from_fixed(
        is_unsigned ? std::int64_t{whole} : std::int64_t{static_cast<std::int32_t>(whole)},
        fraction);
  }
  s.set_word(destination(i), found);
}

void from_integer(State& s, const Instruction& i) {
  Arithmetic a = scalar(s);
  const U value = s.word(second(i));
  s.set_word(
      destination(i),
      a.from_fixed(
          i['u'] == 0 ? std::int64_t{value} : std::int64_t{static_cast<std::int32_t>(value)}, 0));
}

void to_integer(State& s, const Instruction& i, bool is_unsigned, Rounding mode) {
  Arithmetic a = scalar(s);
  s.set_word(destination(i), a.to_fixed(half(s, second(i)), 0, is_unsigned, mode, 32));
}

void integral(State& s, const Instruction& i, Rounding mode, bool exact) {
  two(s, i, [=](Arithmetic& a, U m) { return a.to_integral(m, mode, exact); });
}

void select(State& s, const Instruction& i) {
  constexpr U kConditions[] = {0, 6, 10, 12};  // EQ, VS, GE, GT
  const bool holds_now = holds(s.apsr, kConditions[i['c']]);
  s.set_word(destination(i), half(s, holds_now ? first(i) : second(i)));
}

template <bool Store>
void memory(State& s, const Instruction& i) {
  const U base = i['s'] == 15 ? (s.pc + 4) & ~3U : s.r[i['s']], offset = i['i'] << 1;
  const U address = i['a'] != 0 ? base + offset : base - offset;
  if ((address & 1U) != 0) throw AccessFault{address, Store, true};
  s.bus->charge(address, 2, 1, Store);
  if (Store)
    s.bus->store(address, 2, half(s, destination(i)));
  else
    s.set_word(destination(i), s.bus->load(address, 2));
}

constexpr Encoding kEncodings[] = {
    {"vmla", "1110 1110 0x00 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf, accumulate<false, false>},
    {"vmls", "1110 1110 0x00 nnnn dddd 1001 y1q0 mmmm", Unit::kHalf, accumulate<false, true>},
    {"vnmls", "1110 1110 0x01 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf, accumulate<true, false>},
    {"vnmla", "1110 1110 0x01 nnnn dddd 1001 y1q0 mmmm", Unit::kHalf, accumulate<true, true>},
    {"vmul", "1110 1110 0x10 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       three(s, i, [](Arithmetic& a, U n, U m, U) { return a.multiply(n, m); });
     }},
    {"vnmul", "1110 1110 0x10 nnnn dddd 1001 y1q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       three(s, i, [](Arithmetic& a, U n, U m, U) { return a.negated(a.multiply(n, m)); });
     }},
    {"vadd", "1110 1110 0x11 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       three(s, i, [](Arithmetic& a, U n, U m, U) { return a.add(n, m); });
     }},
    {"vsub", "1110 1110 0x11 nnnn dddd 1001 y1q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       three(s, i, [](Arithmetic& a, U n, U m, U) { return a.subtract(n, m); });
     }},
    {"vdiv", "1110 1110 1x00 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       three(s, i, [](Arithmetic& a, U n, U m, U) { return a.divide(n, m); });
     }},
    {"vfnms", "1110 1110 1x01 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf, fuse<true, false>},
    {"vfnma", "1110 1110 1x01 nnnn dddd 1001 y1q0 mmmm", Unit::kHalf, fuse<true, true>},
    {"vfma", "1110 1110 1x10 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf, fuse<false, false>},
    {"vfms", "1110 1110 1x10 nnnn dddd 1001 y1q0 mmmm", Unit::kHalf, fuse<false, true>},
    {"vmov", "1110 1110 1x11 iiii dddd 1001 0000 iiii", Unit::kHalf, constant},
    {"vabs", "1110 1110 1x11 0000 dddd 1001 11q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       two(s, i, [](Arithmetic& a, U m) { return a.magnitude(m); });
     }},
    {"vneg", "1110 1110 1x11 0001 dddd 1001 01q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       two(s, i, [](Arithmetic& a, U m) { return a.negated(m); });
     }},
    {"vsqrt", "1110 1110 1x11 0001 dddd 1001 11q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       two(s, i, [](Arithmetic& a, U m) { return a.square_root(m); });
     }},
    {"vcmp", "1110 1110 1x11 0100 dddd 1001 e1q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { compare(s, i, half(s, second(i))); }},
    {"vcmp", "1110 1110 1x11 0101 dddd 1001 e100 0000", Unit::kHalf,
     [](State& s, const Instruction& i) { compare(s, i, 0); }},
    {"vrintr", "1110 1110 1x11 0110 dddd 1001 01q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { integral(s, i, scalar(s).mode(), false); }},
    {"vrintz", "1110 1110 1x11 0110 dddd 1001 11q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { integral(s, i, Rounding::kTowardZero, false); }},
    {"vrintx", "1110 1110 1x11 0111 dddd 1001 01q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { integral(s, i, scalar(s).mode(), true); }},
    {"vcvt", "1110 1110 1x11 1000 dddd 1001 u1q0 mmmm", Unit::kHalf, from_integer},
    {"vcvtr", "1110 1110 1x11 110u dddd 1001 01q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { to_integer(s, i, i['u'] == 0, scalar(s).mode()); }},
    {"vcvt", "1110 1110 1x11 110u dddd 1001 11q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { to_integer(s, i, i['u'] == 0, Rounding::kTowardZero); }},
    {"vcvt", "1110 1110 1x11 1o1u dddd 1001 h1j0 iiii", Unit::kHalf, fixed},
    {"vsel", "1111 1110 0xcc nnnn dddd 1001 y0q0 mmmm", Unit::kHalf, select},
    {"vmaxnm", "1111 1110 1x00 nnnn dddd 1001 y0q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       three(s, i, [](Arithmetic& a, U n, U m, U) { return a.extreme(n, m, true); });
     }},
    {"vminnm", "1111 1110 1x00 nnnn dddd 1001 y1q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       three(s, i, [](Arithmetic& a, U n, U m, U) { return a.extreme(n, m, false); });
     }},
    {"vrint", "1111 1110 1x11 10rr dddd 1001 01q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { integral(s, i, kModes[i['r']], false); }},
    {"vcvt", "1111 1110 1x11 11rr dddd 1001 u1q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { to_integer(s, i, i['u'] == 0, kModes[i['r']]); }},
    {"vmovx", "1111 1110 1x11 0000 dddd 1010 01q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) { s.set_word(destination(i), s.word(second(i)) >> 16); }},
    {"vins", "1111 1110 1x11 0000 dddd 1010 11q0 mmmm", Unit::kHalf,
     [](State& s, const Instruction& i) {
       s.set_word(destination(i), half(s, destination(i)) | s.word(second(i)) << 16);
     }},
    {"vmov", "1110 1110 000t nnnn kkkk 1001 y001 0000", Unit::kHalf,
     [](State& s, const Instruction& i) {
       if (i['t'] != 0)
         s.r[i['k']] = half(s, first(i));
       else
         s.set_word(first(i), s.r[i['k']] & kHalfBits);
     }},
    {"vldr", "1110 1101 ax01 ssss dddd 1001 iiii iiii", Unit::kHalfLoad, memory<false>},
    {"vstr", "1110 1101 ax00 ssss dddd 1001 iiii iiii", Unit::kHalfStore, memory<true>},
};

}  // namespace

std::span<const Encoding> half_encodings() { return kEncodings; }

}  // namespace mcusim::mve
