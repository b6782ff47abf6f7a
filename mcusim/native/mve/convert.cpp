// Conversions of floating-point vectors (DDI0553, C2.4, VCVT and VRINT).
#include "lanes.hpp"
#include "number.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

template <U Size, class F>
void converted(State& s, const Instruction& i, F f) {
  const Vector m = s.vector(i['m']);
  const U mask = s.mask();
  lanes(s, i['d'], Size, [&](Lane& at) {
    Arithmetic a(s, Size, (mask >> (at.number << Size) & 1U) != 0);
    return Wide{f(a, lane(m, Size, at.number, i['u'] != 0))};
  });
}

U unsigned_bits(Wide value) { return static_cast<U>(value); }

template <U Size>
U float_bits(Wide value) {
  return static_cast<U>(Lane{8U << Size, 0}.cut(value, true));
}

template <U Size>
void fixed(State& s, const Instruction& i) {
  const int fraction = static_cast<int>((8U << Size) - i['i']);
  converted<Size>(s, i, [&](Arithmetic& a, Wide m) {
    if (i['f'] == 0) return a.from_fixed(m, fraction);
    return a.to_fixed(float_bits<Size>(m), fraction, i['u'] != 0, Rounding::kTowardZero);
  });
}

template <U Size>
void integer(State& s, const Instruction& i) {
  converted<Size>(s, i, [&](Arithmetic& a, Wide m) {
    if (i['f'] == 0) return a.from_fixed(m, 0);
    return a.to_fixed(float_bits<Size>(m), 0, i['u'] != 0, Rounding::kTowardZero);
  });
}

template <U Size>
void integer_rounded(State& s, const Instruction& i) {
  constexpr Rounding kModes[] = {Rounding::kAway, Rounding::kNearest, Rounding::kUp,
                                 Rounding::kDown};
  converted<Size>(s, i, [&](Arithmetic& a, Wide m) {
    return a.to_fixed(float_bits<Size>(m), 0, i['u'] != 0, kModes[i['r']]);
  });
}

template <U Size, Rounding Mode, bool Exact>
void integral(State& s, const Instruction& i) {
  converted<Size>(
      s, i, [&](Arithmetic& a, Wide m) { return a.to_integral(float_bits<Size>(m), Mode, Exact); });
}

// VCVTB and VCVTT: halves at the bottom or top of words.
void to_half(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']), d = s.vector(i['d']);
  const U mask = s.mask();
  lanes(s, i['d'], 1, [&](Lane& at) {
    if ((at.number & 1U) != i['h']) return lane(d, 1, at.number, true);
    Arithmetic a(s, 1, (mask >> (4 * (at.number >> 1)) & 1U) != 0);
    return Wide{a.to_half(unsigned_bits(lane(m, 2, at.number >> 1, true)))};
  });
}

void to_single(State& s, const Instruction& i) {
  const Vector m = s.vector(i['m']);
  const U mask = s.mask();
  lanes(s, i['d'], 2, [&](Lane& at) {
    Arithmetic a(s, 2, (mask >> (4 * at.number + 2 * i['h']) & 1U) != 0);
    return Wide{a.to_single(unsigned_bits(lane(m, 1, 2 * at.number + i['h'], true)))};
  });
}

constexpr Encoding kEncodings[] = {
    {"vcvt", "1110 1110 0011 1111 dddh 1110 0000 mmm1", Unit::kFloat, to_half},
    {"vcvt", "1111 1110 0011 1111 dddh 1110 0000 mmm1", Unit::kFloat, to_single},
    {"vcvt", "111u 1111 1011 iiii ddd0 110f 0101 mmm0", Unit::kFloat, fixed<1>},
    {"vcvt", "111u 1111 101i iiii ddd0 111f 0101 mmm0", Unit::kFloat, fixed<2>},
    {"vcvt", "1111 1111 1011 0111 ddd0 011f u100 mmm0", Unit::kFloat, integer<1>},
    {"vcvt", "1111 1111 1011 1011 ddd0 011f u100 mmm0", Unit::kFloat, integer<2>},
    {"vcvt", "1111 1111 1011 0111 ddd0 00rr u100 mmm0", Unit::kFloat, integer_rounded<1>},
    {"vcvt", "1111 1111 1011 1011 ddd0 00rr u100 mmm0", Unit::kFloat, integer_rounded<2>},
    {"vrintn", "1111 1111 1011 0110 ddd0 0100 0100 mmm0", Unit::kFloat,
     integral<1, Rounding::kNearest, false>},
    {"vrintn", "1111 1111 1011 1010 ddd0 0100 0100 mmm0", Unit::kFloat,
     integral<2, Rounding::kNearest, false>},
    {"vrintx", "1111 1111 1011 0110 ddd0 0100 1100 mmm0", Unit::kFloat,
     integral<1, Rounding::kNearest, true>},
    {"vrintx", "1111 1111 1011 1010 ddd0 0100 1100 mmm0", Unit::kFloat,
     integral<2, Rounding::kNearest, true>},
    {"vrinta", "1111 1111 1011 0110 ddd0 0101 0100 mmm0", Unit::kFloat,
     integral<1, Rounding::kAway, false>},
    {"vrinta", "1111 1111 1011 1010 ddd0 0101 0100 mmm0", Unit::kFloat,
     integral<2, Rounding::kAway, false>},
    {"vrintz", "1111 1111 1011 0110 ddd0 0101 1100 mmm0", Unit::kFloat,
     integral<1, Rounding::kTowardZero, false>},
    {"vrintz", "1111 1111 1011 1010 ddd0 0101 1100 mmm0", Unit::kFloat,
     integral<2, Rounding::kTowardZero, false>},
    {"vrintm", "1111 1111 1011 0110 ddd0 0110 1100 mmm0", Unit::kFloat,
     integral<1, Rounding::kDown, false>},
    {"vrintm", "1111 1111 1011 1010 ddd0 0110 1100 mmm0", Unit::kFloat,
     integral<2, Rounding::kDown, false>},
    {"vrintp", "1111 1111 1011 0110 ddd0 0111 1100 mmm0", Unit::kFloat,
     integral<1, Rounding::kUp, false>},
    {"vrintp", "1111 1111 1011 1010 ddd0 0111 1100 mmm0", Unit::kFloat,
     integral<2, Rounding::kUp, false>},
};

}  // namespace

std::span<const Encoding> convert_encodings() { return kEncodings; }

}  // namespace mcusim::mve
