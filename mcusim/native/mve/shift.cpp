// Vector shifts (DDI0553, C2.4).
#include "int128.hpp"
#include "lanes.hpp"

namespace mcusim::mve {

namespace {

enum Kind : std::uint32_t { kPlain = 0, kRounding = 1, kSaturating = 2, kBoth = 3 };

Wide shift(Wide value, int amount, std::uint32_t kind, bool is_unsigned, Lane& at) {
  const Huge found = shifted(value, amount, (kind & kRounding) != 0);
  if ((kind & kSaturating) == 0)
    return amount >= static_cast<int>(at.bits) ? 0 : static_cast<Wide>(found);
  const Huge within =
      std::clamp(found, Huge{at.lowest(is_unsigned)}, Huge{at.highest(is_unsigned)});
  at.saturated = at.saturated || within != found;
  return static_cast<Wide>(within);
}

int amount_of(Wide value) { return static_cast<std::int8_t>(value); }

// Qm by the lanes of Qn, negative ones to the right.
template <std::uint32_t K>
void by_vector(State& s, const Instruction& i) {
  const bool u = i['u'] != 0;
  const Vector by = s.vector(i['n']);
  unary(s, i, [&](Wide m, Lane& at) {
    return shift(m, amount_of(lane(by, i['z'], at.number, false)), K, u, at);
  });
}

template <std::uint32_t K>
void by_register(State& s, const Instruction& i) {
  const bool u = i['u'] != 0;
  const Vector d = s.vector(i['d']);
  const int amount = amount_of(s.r[i['k']]);
  lanes(s, i['d'], i['z'],
        [&](Lane& at) { return shift(lane(d, i['z'], at.number, u), amount, K, u, at); });
}

// The size of a shift's lanes is where its leading 1 stands: 001xxx, 01xxxx, 1xxxxx.
template <std::uint32_t Size, class F>
void by_constant(State& s, const Instruction& i, F f) {
  const bool u = i['u'] != 0;
  const Vector m = s.vector(i['m']), d = s.vector(i['d']);
  lanes(s, i['d'], Size, [&](Lane& at) {
    return f(lane(m, Size, at.number, u), lane(d, Size, at.number, true), at);
  });
}

template <std::uint32_t Size, std::uint32_t K>
void left(State& s, const Instruction& i) {
  const bool u = i['u'] != 0;
  by_constant<Size>(
      s, i, [&](Wide m, Wide, Lane& at) { return shift(m, static_cast<int>(i['i']), K, u, at); });
}

// VQSHLU: signed lanes, saturated to unsigned ones.
template <std::uint32_t Size>
void left_unsigned(State& s, const Instruction& i) {
  by_constant<Size>(s, i, [&](Wide m, Wide, Lane& at) {
    return shift(m, static_cast<int>(i['i']), kSaturating, true, at);
  });
}

template <std::uint32_t Size>
std::uint32_t right_amount(const Instruction& i) {
  return (8U << Size) - i['i'];
}

template <std::uint32_t Size, std::uint32_t K>
void right(State& s, const Instruction& i) {
  const int amount = -static_cast<int>(right_amount<Size>(i));
  by_constant<Size>(s, i, [&](Wide m, Wide, Lane& at) { return shift(m, amount, K, false, at); });
}

template <std::uint32_t Size>
void left_insert(State& s, const Instruction& i) {
  by_constant<Size>(s, i, [&](Wide m, Wide d, Lane&) {
    const Wide kept = (Wide{1} << i['i']) - 1;
    return (d & kept) | static_cast<Wide>(static_cast<std::uint64_t>(m) << i['i']);
  });
}

template <std::uint32_t Size>
void right_insert(State& s, const Instruction& i) {
  const std::uint32_t amount = right_amount<Size>(i);
  by_constant<Size>(s, i, [&](Wide m, Wide d, Lane& at) {
    const Wide inserted = at.highest(true) >> amount;
    return (d & ~inserted) | at.cut(m, true) >> amount;
  });
}

// VSHLC: the whole vector by 1 to 32 bits; what leaves it goes to a core register.
void with_carry(State& s, const Instruction& i) {
  const std::uint32_t amount = i['i'] == 0 ? 32 : i['i'], mask = s.mask();
  const Vector d = s.vector(i['d']);
  std::uint64_t carry = s.r[i['k']];
  lanes(s, i['d'], 2, [&](Lane& at) {
    const std::uint64_t word = lane_of<std::uint32_t>(d, at.number);
    const std::uint64_t in = carry & ((std::uint64_t{1} << amount) - 1);
    if ((mask >> (4 * at.number) & 1U) != 0) carry = word >> (32 - amount);
    return static_cast<Wide>(word << amount | in);
  });
  s.r[i['k']] = static_cast<std::uint32_t>(carry);
}

constexpr Encoding kEncodings[] = {
    {"vshl", "111u 1111 00zz nnn0 ddd0 0100 0100 mmm0", Unit::kInteger, by_vector<kPlain>},
    {"vrshl", "111u 1111 00zz nnn0 ddd0 0101 0100 mmm0", Unit::kInteger, by_vector<kRounding>},
    {"vqshl", "111u 1111 00zz nnn0 ddd0 0100 0101 mmm0", Unit::kInteger, by_vector<kSaturating>},
    {"vqrshl", "111u 1111 00zz nnn0 ddd0 0101 0101 mmm0", Unit::kInteger, by_vector<kBoth>},
    {"vshl", "111u 1110 0011 zz01 ddd1 1110 0110 kkkk", Unit::kInteger, by_register<kPlain>},
    {"vrshl", "111u 1110 0011 zz11 ddd1 1110 0110 kkkk", Unit::kInteger, by_register<kRounding>},
    {"vqshl", "111u 1110 0011 zz01 ddd1 1110 1110 kkkk", Unit::kInteger, by_register<kSaturating>},
    {"vqrshl", "111u 1110 0011 zz11 ddd1 1110 1110 kkkk", Unit::kInteger, by_register<kBoth>},
    {"vshl", "1110 1111 1000 1iii ddd0 0101 0101 mmm0", Unit::kInteger, left<0, kPlain>},
    {"vshl", "1110 1111 1001 iiii ddd0 0101 0101 mmm0", Unit::kInteger, left<1, kPlain>},
    {"vshl", "1110 1111 101i iiii ddd0 0101 0101 mmm0", Unit::kInteger, left<2, kPlain>},
    {"vqshl", "111u 1111 1000 1iii ddd0 0111 0101 mmm0", Unit::kInteger, left<0, kSaturating>},
    {"vqshl", "111u 1111 1001 iiii ddd0 0111 0101 mmm0", Unit::kInteger, left<1, kSaturating>},
    {"vqshl", "111u 1111 101i iiii ddd0 0111 0101 mmm0", Unit::kInteger, left<2, kSaturating>},
    {"vqshlu", "1111 1111 1000 1iii ddd0 0110 0101 mmm0", Unit::kInteger, left_unsigned<0>},
    {"vqshlu", "1111 1111 1001 iiii ddd0 0110 0101 mmm0", Unit::kInteger, left_unsigned<1>},
    {"vqshlu", "1111 1111 101i iiii ddd0 0110 0101 mmm0", Unit::kInteger, left_unsigned<2>},
    {"vshr", "111u 1111 1000 1iii ddd0 0000 0101 mmm0", Unit::kInteger, right<0, kPlain>},
    {"vshr", "111u 1111 1001 iiii ddd0 0000 0101 mmm0", Unit::kInteger, right<1, kPlain>},
    {"vshr", "111u 1111 101i iiii ddd0 0000 0101 mmm0", Unit::kInteger, right<2, kPlain>},
    {"vrshr", "111u 1111 1000 1iii ddd0 0010 0101 mmm0", Unit::kInteger, right<0, kRounding>},
    {"vrshr", "111u 1111 1001 iiii ddd0 0010 0101 mmm0", Unit::kInteger, right<1, kRounding>},
    {"vrshr", "111u 1111 101i iiii ddd0 0010 0101 mmm0", Unit::kInteger, right<2, kRounding>},
    {"vsri", "1111 1111 1000 1iii ddd0 0100 0101 mmm0", Unit::kInteger, right_insert<0>},
    {"vsri", "1111 1111 1001 iiii ddd0 0100 0101 mmm0", Unit::kInteger, right_insert<1>},
    {"vsri", "1111 1111 101i iiii ddd0 0100 0101 mmm0", Unit::kInteger, right_insert<2>},
    {"vsli", "1111 1111 1000 1iii ddd0 0101 0101 mmm0", Unit::kInteger, left_insert<0>},
    {"vsli", "1111 1111 1001 iiii ddd0 0101 0101 mmm0", Unit::kInteger, left_insert<1>},
    {"vsli", "1111 1111 101i iiii ddd0 0101 0101 mmm0", Unit::kInteger, left_insert<2>},
    {"vshlc", "1110 1110 101i iiii ddd0 1111 1100 kkkk", Unit::kInteger, with_carry},
};

}  // namespace

std::span<const Encoding> shift_encodings() { return kEncodings; }

}  // namespace mcusim::mve
