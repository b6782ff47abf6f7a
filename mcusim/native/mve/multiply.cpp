// Vector multiplication (DDI0553, C2.4).
#include "int128.hpp"
#include "lanes.hpp"

namespace mcusim::mve {

namespace {

Huge rounding(bool rounds, std::uint32_t bits) { return rounds ? Huge{1} << (bits - 1) : 0; }

Wide high_half(Wide n, Wide m, bool rounds, const Lane& at) {
  return static_cast<Wide>((Huge{n} * m + rounding(rounds, at.bits)) >> at.bits);
}

Wide doubled_high(Huge sum, bool rounds, Lane& at) {
  return at.saturate(static_cast<Wide>((sum * 2 + rounding(rounds, at.bits)) >> at.bits), false);
}

template <bool Rounds>
void double_high(State& s, const Instruction& i) {
  vectors(s, i, [](Wide n, Wide m, Lane& at) { return doubled_high(Huge{n} * m, Rounds, at); });
}

template <bool Rounds>
void double_high_by_scalar(State& s, const Instruction& i) {
  by_scalar(s, i, [](Wide n, Wide m, Lane& at) { return doubled_high(Huge{n} * m, Rounds, at); });
}

// VQDMLADH, VQDMLSDH: two products into the even lanes, or crosswise into the odd ones.
template <bool Subtract, bool Rounds>
void double_dual(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']), d = s.vector(i['d']);
  const std::uint32_t size = i['z'], odd = i['x'];
  lanes(s, i['d'], size, [&](Lane& at) {
    const std::uint32_t mine = at.number, other = at.number ^ 1U;
    if ((mine & 1U) != odd) return lane(d, size, mine, false);
    const std::uint32_t first = odd != 0 ? other : mine, second = odd != 0 ? mine : other;
    const Huge one = Huge{lane(n, size, mine, false)} * lane(m, size, first, false);
    const Huge two = Huge{lane(n, size, other, false)} * lane(m, size, second, false);
    return doubled_high(Subtract ? one - two : one + two, Rounds, at);
  });
}

// VQDMLAH: Qd + Qn * Rk; VQDMLASH: Qd * Qn + Rk.
template <bool AddsScalar, bool Rounds>
void double_accumulate(State& s, const Instruction& i) {
  by_scalar_into(s, i, [](Wide d, Wide n, Wide m, Lane& at) {
    const Huge product = Huge{n} * (AddsScalar ? d : m);
    const Huge addend = Huge{AddsScalar ? m : d} * (Huge{1} << at.bits);
    const Huge sum = product * 2 + addend + rounding(Rounds, at.bits);
    return at.saturate(static_cast<Wide>(sum >> at.bits), false);
  });
}

// Writes lanes twice as wide as `size`; f(k) has the value of lane k, which is `long_bits` wide.
template <class F>
void widened(State& s, const Instruction& i, std::uint32_t size, F f) {
  const std::uint32_t mask = s.mask(), bytes = 2U << size;
  Vector result;
  for (std::uint32_t k = 0; k < 16 / bytes; ++k) {
    const auto value = static_cast<std::uint64_t>(f(k));
    std::memcpy(result.data() + k * bytes, &value, bytes);
  }
  merge(s, i['d'], result, mask);
  s.advance_predication();
}

void multiply_long(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  const bool u = i['u'] != 0;
  widened(s, i, i['z'], [&](std::uint32_t k) {
    const std::uint32_t from = 2 * k + i['h'];
    const auto one = static_cast<std::uint64_t>(lane(n, i['z'], from, u));
    return one * static_cast<std::uint64_t>(lane(m, i['z'], from, u));
  });
}

// Products of polynomials over {0, 1}.
void multiply_polynomial(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  const std::uint32_t size = i['g'];
  widened(s, i, size, [&](std::uint32_t k) {
    const auto one = static_cast<std::uint64_t>(lane(n, size, 2 * k + i['h'], true));
    const auto two = static_cast<std::uint64_t>(lane(m, size, 2 * k + i['h'], true));
    std::uint64_t product = 0;
    for (std::uint32_t bit = 0; bit < 16; ++bit)
      if ((one >> bit & 1U) != 0) product ^= two << bit;
    return product;
  });
}

// VQDMULL; a lane counts as saturated when either of its beats is active.
template <class M>
void double_long(State& s, const Instruction& i, M second) {
  const Vector n = s.vector(i['n']);
  const std::uint32_t size = i['g'] + 1, mask = s.mask(), bytes = 2U << size;
  bool saturated = false;
  widened(s, i, size, [&](std::uint32_t k) {
    const std::uint32_t from = 2 * k + i['h'];
    const Huge product = Huge{lane(n, size, from, false)} * second(size, from) * 2;
    const Huge highest = (Huge{1} << (8 * bytes - 1)) - 1;
    const std::uint32_t beats = size == 1 ? 1U << (2 * i['h']) : 0x11U;
    if (product <= highest) return static_cast<std::uint64_t>(product);
    saturated = saturated || (mask >> (k * bytes) & beats) != 0;
    return static_cast<std::uint64_t>(highest);
  });
  if (saturated) s.raise(kCumulativeSaturation);
}

constexpr Encoding kEncodings[] = {
    {"vmul", "1110 1111 00zz nnn0 ddd0 1001 0101 mmm0", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return n * m; });
     }},
    {"vmulh", "111u 1110 00zz nnn1 ddd0 1110 0000 mmm1", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane& at) { return high_half(n, m, false, at); });
     }},
    {"vrmulh", "111u 1110 00zz nnn1 ddd1 1110 0000 mmm1", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane& at) { return high_half(n, m, true, at); });
     }},
    {"vmullp", "111g 1110 0011 nnn1 dddh 1110 0000 mmm0", Unit::kMultiply, multiply_polynomial},
    {"vmull", "111u 1110 00zz nnn1 dddh 1110 0000 mmm0", Unit::kMultiply, multiply_long},
    {"vqdmulh", "1110 1111 00zz nnn0 ddd0 1011 0100 mmm0", Unit::kMultiply, double_high<false>},
    {"vqrdmulh", "1111 1111 00zz nnn0 ddd0 1011 0100 mmm0", Unit::kMultiply, double_high<true>},
    {"vqdmladh", "1110 1110 00zz nnn0 dddx 1110 0000 mmm0", Unit::kMultiply,
     double_dual<false, false>},
    {"vqdmlsdh", "1111 1110 00zz nnn0 dddx 1110 0000 mmm0", Unit::kMultiply,
     double_dual<true, false>},
    {"vqrdmladh", "1110 1110 00zz nnn0 dddx 1110 0000 mmm1", Unit::kMultiply,
     double_dual<false, true>},
    {"vqrdmlsdh", "1111 1110 00zz nnn0 dddx 1110 0000 mmm1", Unit::kMultiply,
     double_dual<true, true>},
    {"vqdmull", "111g 1110 0011 nnn0 dddh 1111 0000 mmm1", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       const Vector m = s.vector(i['m']);
       double_long(s, i,
                   [&](std::uint32_t size, std::uint32_t k) { return lane(m, size, k, false); });
     }},
    {"vqdmull", "111g 1110 0011 nnn0 dddh 1111 0110 kkkk", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       const std::uint32_t scalar = s.r[i['k']];
       double_long(s, i, [scalar](std::uint32_t size, std::uint32_t) {
         return Lane{8U << size, 0}.cut(scalar, false);
       });
     }},
    {"vmul", "1110 1110 00zz nnn1 ddd1 1110 0110 kkkk", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       by_scalar(s, i, [](Wide n, Wide m, Lane&) { return n * m; });
     }},
    {"vqdmulh", "1110 1110 00zz nnn1 ddd0 1110 0110 kkkk", Unit::kMultiply,
     double_high_by_scalar<false>},
    {"vqrdmulh", "1111 1110 00zz nnn1 ddd0 1110 0110 kkkk", Unit::kMultiply,
     double_high_by_scalar<true>},
    {"vmla", "111. 1110 00zz nnn1 ddd0 1110 0100 kkkk", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       by_scalar_into(s, i, [](Wide d, Wide n, Wide m, Lane&) { return d + n * m; });
     }},
    {"vmlas", "111. 1110 00zz nnn1 ddd1 1110 0100 kkkk", Unit::kMultiply,
     [](State& s, const Instruction& i) {
       by_scalar_into(s, i, [](Wide d, Wide n, Wide m, Lane&) { return d * n + m; });
     }},
    {"vqrdmlah", "1110 1110 00zz nnn0 ddd0 1110 0100 kkkk", Unit::kMultiply,
     double_accumulate<false, true>},
    {"vqrdmlash", "1110 1110 00zz nnn0 ddd1 1110 0100 kkkk", Unit::kMultiply,
     double_accumulate<true, true>},
    {"vqdmlah", "1110 1110 00zz nnn0 ddd0 1110 0110 kkkk", Unit::kMultiply,
     double_accumulate<false, false>},
    {"vqdmlash", "1110 1110 00zz nnn0 ddd1 1110 0110 kkkk", Unit::kMultiply,
     double_accumulate<true, false>},
};

}  // namespace

std::span<const Encoding> multiply_encodings() { return kEncodings; }

}  // namespace mcusim::mve
