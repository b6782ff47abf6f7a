// Vector floating point (DDI0553, C2.4).
#include "compare.hpp"
#include "number.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

// f(Arithmetic&, k) for each lane of `size` (1: half, 2: single).
template <class F>
void float_lanes(State& s, const Instruction& i, U size, F f) {
  const U mask = s.mask();
  lanes(s, i['d'], size, [&](Lane& at) {
    if ((mask >> (at.number << size) & ((1U << (1U << size)) - 1)) == 0) return Wide{0};
    Arithmetic a(s, size, (mask >> (at.number << size) & 1U) != 0);
    return Wide{f(a, at.number)};
  });
}

U bits(const Vector& v, U size, U k) { return static_cast<U>(lane(v, size, k, true)); }

// In most encodings, g is 1 for half precision; in the complex ones of this group it is 0.
U size_of(const Instruction& i) { return i['g'] != 0 ? 1 : 2; }
U complex_size_of(const Instruction& i) { return i['g'] + 1; }

template <class F>
void binary(State& s, const Instruction& i, F f) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']), d = s.vector(i['d']);
  const U size = size_of(i);
  float_lanes(s, i, size, [&](Arithmetic& a, U k) {
    return f(a, bits(n, size, k), bits(m, size, k), bits(d, size, k));
  });
}

template <class F>
void with_scalar(State& s, const Instruction& i, F f) {
  const Vector n = s.vector(i['n']), d = s.vector(i['d']);
  const U size = size_of(i), m = s.r[i['k']] & (size == 1 ? 0xFFFFU : 0xFFFFFFFFU);
  float_lanes(s, i, size,
              [&](Arithmetic& a, U k) { return f(a, bits(n, size, k), m, bits(d, size, k)); });
}

template <bool Subtract>
void complex_add(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  const U size = complex_size_of(i);
  float_lanes(s, i, size, [&](Arithmetic& a, U k) {
    const U mine = bits(n, size, k), other = bits(m, size, k ^ 1U);
    return Subtract == ((k & 1U) != 0) ? a.subtract(mine, other) : a.add(mine, other);
  });
}

// Factors of a complex product's real or imaginary part, rotated by quarter turns.
struct Factors {
  Factors(const Vector& n, const Vector& m, U size, U k, U rotation) {
    const U pair = k & ~1U, odd = rotation & 1U;
    first = bits(n, size, pair + odd);
    second = bits(m, size, pair + ((k & 1U) ^ odd));
    const bool imaginary = (k & 1U) != 0;
    negative = rotation == 2 || (rotation == 1 && !imaginary) || (rotation == 3 && imaginary);
  }
  U first, second;
  bool negative;
};

void complex_multiply(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  const U size = complex_size_of(i);
  float_lanes(s, i, size, [&](Arithmetic& a, U k) {
    const Factors f(n, m, size, k, i['r']);
    return a.multiply(f.first, f.negative ? a.negated(f.second) : f.second);
  });
}

void complex_accumulate(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']), d = s.vector(i['d']);
  const U size = complex_size_of(i);
  float_lanes(s, i, size, [&](Arithmetic& a, U k) {
    const Factors f(n, m, size, k, i['r']);
    return a.fused(f.first, f.negative ? a.negated(f.second) : f.second, bits(d, size, k));
  });
}

void extreme_of_magnitudes(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']), d = s.vector(i['d']);
  const U size = size_of(i);
  float_lanes(s, i, size, [&](Arithmetic& a, U k) {
    return a.extreme(a.magnitude(bits(d, size, k)), a.magnitude(bits(m, size, k)), i['x'] == 0);
  });
}

template <bool Magnitude>
void extreme_across(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  const U size = size_of(i), mask = s.mask();
  U found = s.r[i['t']] & (size == 1 ? 0xFFFFU : 0xFFFFFFFFU);
  for (U k = 0; k < 16U >> size; ++k) {
    if ((mask >> (k << size) & 1U) == 0) continue;
    Arithmetic a(s, size, true);
    found = a.silenced(found);
    U value = a.silenced(bits(m, size, k));
    if (Magnitude) value = a.magnitude(value);
    found = a.extreme(found, value, i['x'] == 0);
  }
  s.r[i['t']] = found;
  s.advance_predication();
}

template <U Size, bool Negate>
void change_sign(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  constexpr U size = Size, sign = Size == 1 ? 0x8000U : 0x80000000U;
  lanes(s, i['d'], size, [&](Lane& at) {
    const U value = bits(m, size, at.number);
    return Wide{Negate ? value ^ sign : value & ~sign};
  });
}

// LT, LE and NE are the opposites of GE, GT and EQ, also where a NaN makes those false.
bool compares(Arithmetic& a, U condition, U n, U m) {
  const bool equality = condition == kEqual || condition == kNotEqual;
  const int order = a.compare(n, m, !equality);
  switch (condition) {
    case kEqual:
      return order == 0;
    case kNotEqual:
      return order != 0;
    case kGreaterOrEqual:
      return order == 0 || order == 1;
    case kLess:
      return order != 0 && order != 1;
    case kGreater:
      return order == 1;
    default:
      return order != 1;
  }
}

template <U First, class F>
void compared(State& s, const Instruction& i, F second) {
  const Vector n = s.vector(i['n']);
  const U size = size_of(i), condition = First == kEqual ? 2 * i['f'] : First + i['f'];
  compare(s, i, size, [&](U k, bool active) {
    Arithmetic a(s, size, active);
    return compares(a, condition, bits(n, size, k), second(size, k));
  });
}

template <U First>
void vectors_compared(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  compared<First>(s, i, [&](U size, U k) { return bits(m, size, k); });
}

template <U First>
void scalar_compared(State& s, const Instruction& i) {
  const U m = i['t'] == 15 ? 0 : s.r[i['t']];
  compared<First>(s, i, [m](U size, U) { return size == 1 ? m & 0xFFFFU : m; });
}

constexpr Encoding kEncodings[] = {
    {"vadd", "1110 1111 000g nnn0 ddd0 1101 0100 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U) { return a.add(n, m); });
     }},
    {"vsub", "1110 1111 001g nnn0 ddd0 1101 0100 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U) { return a.subtract(n, m); });
     }},
    {"vmul", "1111 1111 000g nnn0 ddd0 1101 0101 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U) { return a.multiply(n, m); });
     }},
    {"vabd", "1111 1111 001g nnn0 ddd0 1101 0100 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U) { return a.magnitude(a.subtract(n, m)); });
     }},
    {"vmaxnm", "1111 1111 000g nnn0 ddd0 1111 0101 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U) { return a.extreme(n, m, true); });
     }},
    {"vminnm", "1111 1111 001g nnn0 ddd0 1111 0101 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U) { return a.extreme(n, m, false); });
     }},
    {"vfma", "1110 1111 000g nnn0 ddd0 1100 0101 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U d) { return a.fused(n, m, d); });
     }},
    {"vfms", "1110 1111 001g nnn0 ddd0 1100 0101 mmm0", Unit::kFloat,
     [](State& s, const Instruction& i) {
       binary(s, i, [](Arithmetic& a, U n, U m, U d) { return a.fused(a.negated(n), m, d); });
     }},
    {"vadd", "111g 1110 0011 nnn0 ddd0 1111 0100 kkkk", Unit::kFloat,
     [](State& s, const Instruction& i) {
       with_scalar(s, i, [](Arithmetic& a, U n, U m, U) { return a.add(n, m); });
     }},
    {"vsub", "111g 1110 0011 nnn0 ddd1 1111 0100 kkkk", Unit::kFloat,
     [](State& s, const Instruction& i) {
       with_scalar(s, i, [](Arithmetic& a, U n, U m, U) { return a.subtract(n, m); });
     }},
    {"vmul", "111g 1110 0011 nnn1 ddd0 1110 0110 kkkk", Unit::kFloat,
     [](State& s, const Instruction& i) {
       with_scalar(s, i, [](Arithmetic& a, U n, U m, U) { return a.multiply(n, m); });
     }},
    {"vfma", "111g 1110 0011 nnn1 ddd0 1110 0100 kkkk", Unit::kFloat,
     [](State& s, const Instruction& i) {
       with_scalar(s, i, [](Arithmetic& a, U n, U m, U d) { return a.fused(n, m, d); });
     }},
    {"vfmas", "111g 1110 0011 nnn1 ddd1 1110 0100 kkkk", Unit::kFloat,
     [](State& s, const Instruction& i) {
       with_scalar(s, i, [](Arithmetic& a, U n, U m, U d) { return a.fused(n, d, m); });
     }},
    {"vcadd", "1111 1100 100g nnn0 ddd0 1000 0100 mmm0", Unit::kFloat, complex_add<false>},
    {"vcadd", "1111 1101 100g nnn0 ddd0 1000 0100 mmm0", Unit::kFloat, complex_add<true>},
    {"vcmla", "1111 110r r01g nnn0 ddd0 1000 0100 mmm0", Unit::kFloat, complex_accumulate},
    {"vcmul", "111g 1110 0011 nnn0 dddr 1110 0000 mmmr", Unit::kFloat, complex_multiply},
    {"vmaxnma", "111g 1110 0011 1111 dddx 1110 1000 mmm1", Unit::kFloat, extreme_of_magnitudes},
    {"vmaxnmav", "111g 1110 1110 1100 tttt 1111 x000 mmm0", Unit::kFloat, extreme_across<true>},
    {"vmaxnmv", "111g 1110 1110 1110 tttt 1111 x000 mmm0", Unit::kFloat, extreme_across<false>},
    {"vabs", "1111 1111 1011 0101 ddd0 0111 0100 mmm0", Unit::kFloat, change_sign<1, false>},
    {"vabs", "1111 1111 1011 1001 ddd0 0111 0100 mmm0", Unit::kFloat, change_sign<2, false>},
    {"vneg", "1111 1111 1011 0101 ddd0 0111 1100 mmm0", Unit::kFloat, change_sign<1, true>},
    {"vneg", "1111 1111 1011 1001 ddd0 0111 1100 mmm0", Unit::kFloat, change_sign<2, true>},
    // Bits 12, 7 and 0 or 5: EQ and NE, and those from GE on.
    {"vcmp", "111g 1110 0p11 nnn1 ppp0 1111 f000 mmm0", Unit::kFloat, vectors_compared<kEqual>},
    {"vcmp", "111g 1110 0p11 nnn1 ppp1 1111 f000 mmmf", Unit::kFloat,
     vectors_compared<kGreaterOrEqual>},
    {"vcmp", "111g 1110 0p11 nnn1 ppp0 1111 f100 tttt", Unit::kFloat, scalar_compared<kEqual>},
    {"vcmp", "111g 1110 0p11 nnn1 ppp1 1111 f1f0 tttt", Unit::kFloat,
     scalar_compared<kGreaterOrEqual>},
};

}  // namespace

std::span<const Encoding> float_encodings() { return kEncodings; }

}  // namespace mcusim::mve
