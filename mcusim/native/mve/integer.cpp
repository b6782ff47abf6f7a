// Vector integer arithmetic and logic (DDI0553, C2.4).
#include <bit>

#include "lanes.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

void bitwise(State& s, const Instruction& i, U (*f)(U, U)) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  lanes(s, i['d'], 2,
        [&](Lane& at) { return Wide{f(lane_of<U>(n, at.number), lane_of<U>(m, at.number))}; });
}

template <bool Subtract, bool Halve>
void complex_add(State& s, const Instruction& i) {
  // Rotated by 90 degrees: (a - d, b + c), by 270: (a + d, b - c).
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  lanes(s, i['d'], i['z'], [&](Lane& at) {
    const Wide other = lane(m, i['z'], at.number ^ 1U, false);
    const bool minus = Subtract == ((at.number & 1U) != 0);
    const Wide mine = lane(n, i['z'], at.number, false);
    const Wide sum = minus ? mine - other : mine + other;
    return Halve ? sum >> 1 : sum;
  });
}

// VADC, VSBC: the carry goes from lane to lane, through FPSCR.C.
void add_with_carry(State& s, const Instruction& i, bool subtract, bool initial) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  const std::uint32_t mask = s.mask();
  std::uint64_t carry = initial ? (subtract ? 1U : 0U) : s.fpscr >> 29 & 1U;
  lanes(s, i['d'], 2, [&](Lane& at) {
    const U other = lane_of<U>(m, at.number);
    const std::uint64_t sum = carry + lane_of<U>(n, at.number) + (subtract ? ~other : other);
    if ((mask >> (4 * at.number) & 1U) != 0) carry = sum >> 32;
    return static_cast<Wide>(sum);
  });
  if (initial || (mask & 0x1111U) != 0)
    s.fpscr = (s.fpscr & 0x0FFFFFFFU) | static_cast<U>(carry) << 29;
}

Wide leading_zeros(Wide value, const Lane& at) {
  const auto cut = static_cast<std::uint64_t>(at.cut(value, true));
  return Wide{std::countl_zero(cut)} - (64 - Wide{at.bits});
}

Wide magnitude(Wide value) { return value < 0 ? -value : value; }

U reversed_bits(U value) {
  U found = 0;
  for (int k = 0; k < 32; ++k) found |= (value >> k & 1U) << (31 - k);
  return found;
}

// The low `count` bits in reverse order.
Wide reversed(Wide value, Wide count) {
  const U wanted = static_cast<U>(count) & 0xFFU;
  if (wanted == 0) return 0;
  return Wide{reversed_bits(static_cast<U>(value)) >> (32 - std::min(wanted, 32U))};
}

constexpr Encoding kEncodings[] = {
    {"vand", "1110 1111 0000 nnn0 ddd0 0001 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { bitwise(s, i, [](U n, U m) { return n & m; }); }},
    {"vbic", "1110 1111 0001 nnn0 ddd0 0001 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { bitwise(s, i, [](U n, U m) { return n & ~m; }); }},
    {"vorr", "1110 1111 0010 nnn0 ddd0 0001 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { bitwise(s, i, [](U n, U m) { return n | m; }); }},
    {"vorn", "1110 1111 0011 nnn0 ddd0 0001 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { bitwise(s, i, [](U n, U m) { return n | ~m; }); }},
    {"veor", "1111 1111 0000 nnn0 ddd0 0001 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { bitwise(s, i, [](U n, U m) { return n ^ m; }); }},
    {"vadd", "1110 1111 00zz nnn0 ddd0 1000 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return n + m; });
     }},
    {"vsub", "1111 1111 00zz nnn0 ddd0 1000 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return n - m; });
     }},
    {"vmax", "111u 1111 00zz nnn0 ddd0 0110 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return std::max(n, m); });
     }},
    {"vmin", "111u 1111 00zz nnn0 ddd0 0110 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return std::min(n, m); });
     }},
    {"vabd", "111u 1111 00zz nnn0 ddd0 0111 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return magnitude(n - m); });
     }},
    {"vhadd", "111u 1111 00zz nnn0 ddd0 0000 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return (n + m) >> 1; });
     }},
    {"vhsub", "111u 1111 00zz nnn0 ddd0 0010 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return (n - m) >> 1; });
     }},
    {"vrhadd", "111u 1111 00zz nnn0 ddd0 0001 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       vectors(s, i, [](Wide n, Wide m, Lane&) { return (n + m + 1) >> 1; });
     }},
    {"vqadd", "111u 1111 00zz nnn0 ddd0 0000 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       const bool u = i['u'] != 0;
       vectors(s, i, [u](Wide n, Wide m, Lane& at) { return at.saturate(n + m, u); });
     }},
    {"vqsub", "111u 1111 00zz nnn0 ddd0 0010 0101 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       const bool u = i['u'] != 0;
       vectors(s, i, [u](Wide n, Wide m, Lane& at) { return at.saturate(n - m, u); });
     }},
    {"vadc", "1110 1110 0011 nnn0 ddd0 1111 0000 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { add_with_carry(s, i, false, false); }},
    {"vadci", "1110 1110 0011 nnn0 ddd1 1111 0000 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { add_with_carry(s, i, false, true); }},
    {"vsbc", "1111 1110 0011 nnn0 ddd0 1111 0000 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { add_with_carry(s, i, true, false); }},
    {"vsbci", "1111 1110 0011 nnn0 ddd1 1111 0000 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { add_with_carry(s, i, true, true); }},
    {"vhcadd", "1110 1110 00zz nnn0 ddd0 1111 0000 mmm0", Unit::kInteger, complex_add<false, true>},
    {"vhcadd", "1110 1110 00zz nnn0 ddd1 1111 0000 mmm0", Unit::kInteger, complex_add<true, true>},
    {"vcadd", "1111 1110 00zz nnn0 ddd0 1111 0000 mmm0", Unit::kInteger, complex_add<false, false>},
    {"vcadd", "1111 1110 00zz nnn0 ddd1 1111 0000 mmm0", Unit::kInteger, complex_add<true, false>},
    {"vadd", "1110 1110 00zz nnn1 ddd0 1111 0100 kkkk", Unit::kInteger,
     [](State& s, const Instruction& i) {
       by_scalar(s, i, [](Wide n, Wide m, Lane&) { return n + m; });
     }},
    {"vsub", "1110 1110 00zz nnn1 ddd1 1111 0100 kkkk", Unit::kInteger,
     [](State& s, const Instruction& i) {
       by_scalar(s, i, [](Wide n, Wide m, Lane&) { return n - m; });
     }},
    {"vhadd", "111u 1110 00zz nnn0 ddd0 1111 0100 kkkk", Unit::kInteger,
     [](State& s, const Instruction& i) {
       by_scalar(s, i, [](Wide n, Wide m, Lane&) { return (n + m) >> 1; });
     }},
    {"vhsub", "111u 1110 00zz nnn0 ddd1 1111 0100 kkkk", Unit::kInteger,
     [](State& s, const Instruction& i) {
       by_scalar(s, i, [](Wide n, Wide m, Lane&) { return (n - m) >> 1; });
     }},
    {"vqadd", "111u 1110 00zz nnn0 ddd0 1111 0110 kkkk", Unit::kInteger,
     [](State& s, const Instruction& i) {
       const bool u = i['u'] != 0;
       by_scalar(s, i, [u](Wide n, Wide m, Lane& at) { return at.saturate(n + m, u); });
     }},
    {"vqsub", "111u 1110 00zz nnn0 ddd1 1111 0110 kkkk", Unit::kInteger,
     [](State& s, const Instruction& i) {
       const bool u = i['u'] != 0;
       by_scalar(s, i, [u](Wide n, Wide m, Lane& at) { return at.saturate(n - m, u); });
     }},
    {"vbrsr", "1111 1110 00zz nnn1 ddd1 1110 0110 kkkk", Unit::kInteger,
     [](State& s, const Instruction& i) {
       const Wide count = s.r[i['k']] & 0xFFU;
       by_scalar(s, i, [count](Wide n, Wide, Lane& at) {
         return reversed(at.cut(n, true), std::min(count, Wide{at.bits}));
       });
     }},
    {"vcls", "1111 1111 1011 zz00 ddd0 0100 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       unary(s, i, [](Wide m, Lane& at) { return leading_zeros(m ^ m >> 1, at) - 1; });
     }},
    {"vclz", "1111 1111 1011 zz00 ddd0 0100 1100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       unary(s, i, [](Wide m, Lane& at) { return leading_zeros(m, at); });
     }},
    {"vmvn", "1111 1111 1011 0000 ddd0 0101 1100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { unary(s, i, [](Wide m, Lane&) { return ~m; }); }},
    {"vabs", "1111 1111 1011 zz01 ddd0 0011 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       unary(s, i, [](Wide m, Lane&) { return magnitude(m); });
     }},
    {"vneg", "1111 1111 1011 zz01 ddd0 0011 1100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) { unary(s, i, [](Wide m, Lane&) { return -m; }); }},
    {"vqabs", "1111 1111 1011 zz00 ddd0 0111 0100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       unary(s, i, [](Wide m, Lane& at) { return at.saturate(magnitude(m), false); });
     }},
    {"vqneg", "1111 1111 1011 zz00 ddd0 0111 1100 mmm0", Unit::kInteger,
     [](State& s, const Instruction& i) {
       unary(s, i, [](Wide m, Lane& at) { return at.saturate(-m, false); });
     }},
    {"vmaxa", "1110 1110 0011 zz11 ddd0 1110 1000 mmm1", Unit::kInteger,
     [](State& s, const Instruction& i) {
       const Vector d = s.vector(i['d']);
       unary(s, i, [&](Wide m, Lane& at) {
         return std::max(lane(d, i['z'], at.number, true), magnitude(m));
       });
     }},
    {"vmina", "1110 1110 0011 zz11 ddd1 1110 1000 mmm1", Unit::kInteger,
     [](State& s, const Instruction& i) {
       const Vector d = s.vector(i['d']);
       unary(s, i, [&](Wide m, Lane& at) {
         return std::min(lane(d, i['z'], at.number, true), magnitude(m));
       });
     }},
};

}  // namespace

std::span<const Encoding> integer_encodings() { return kEncodings; }

}  // namespace mcusim::mve
