// Lanes made narrower or wider: bottom (even) or top (odd) halves (DDI0553, C2.4).
#include "int128.hpp"
#include "lanes.hpp"

namespace mcusim::mve {

namespace {

// f(wide lane of Qm, Lane&) into the lanes of `size` at the bottom or top (`h`) of each.
template <class F>
void narrowed(State& s, const Instruction& i, std::uint32_t size, F f) {
  const Vector m = s.vector(i['m']), d = s.vector(i['d']);
  const bool u = i['u'] != 0;
  lanes(s, i['d'], size, [&](Lane& at) {
    if ((at.number & 1U) != i['h']) return lane(d, size, at.number, false);
    return static_cast<Wide>(f(lane(m, size + 1, at.number >> 1, u), at));
  });
}

template <class F>
void widened(State& s, const Instruction& i, std::uint32_t size, F f) {
  const Vector m = s.vector(i['m']);
  lanes(s, i['d'], size + 1,
        [&](Lane& at) { return f(lane(m, size, 2 * at.number + i['h'], i['u'] != 0)); });
}

template <std::uint32_t Size>
void shift_long(State& s, const Instruction& i) {
  widened(s, i, Size, [&](Wide m) { return m * (Wide{1} << i['i']); });
}

template <std::uint32_t Size>
void shift_long_full(State& s, const Instruction& i) {
  widened(s, i, Size, [](Wide m) { return m * (Wide{1} << (8U << Size)); });
}

template <std::uint32_t Size, bool Rounds>
Wide right(const Instruction& i, Wide m) {
  const int amount = static_cast<int>((8U << Size) - i['i']);
  return static_cast<Wide>(shifted(m, -amount, Rounds));
}

template <std::uint32_t Size, bool Rounds>
void shift_right(State& s, const Instruction& i) {
  narrowed(s, i, Size, [&](Wide m, Lane&) { return right<Size, Rounds>(i, m); });
}

template <std::uint32_t Size, bool Rounds>
void shift_saturate(State& s, const Instruction& i) {
  narrowed(s, i, Size,
           [&](Wide m, Lane& at) { return at.saturate(right<Size, Rounds>(i, m), i['u'] != 0); });
}

template <std::uint32_t Size, bool Rounds>
void shift_saturate_unsigned(State& s, const Instruction& i) {
  narrowed(s, i, Size,
           [&](Wide m, Lane& at) { return at.saturate(right<Size, Rounds>(i, m), true); });
}

template <std::uint32_t Size>
void move(State& s, const Instruction& i) {
  narrowed(s, i, Size, [](Wide m, Lane&) { return m; });
}

template <std::uint32_t Size>
void move_saturate(State& s, const Instruction& i) {
  narrowed(s, i, Size, [&](Wide m, Lane& at) { return at.saturate(m, i['u'] != 0); });
}

template <std::uint32_t Size>
void move_saturate_unsigned(State& s, const Instruction& i) {
  narrowed(s, i, Size, [](Wide m, Lane& at) { return at.saturate(m, true); });
}

constexpr Encoding kEncodings[] = {
    {"vshll", "111u 1110 1010 1iii dddh 1111 0100 mmm0", Unit::kInteger, shift_long<0>},
    {"vshll", "111u 1110 1011 iiii dddh 1111 0100 mmm0", Unit::kInteger, shift_long<1>},
    {"vshll", "111u 1110 0011 0001 dddh 1110 0000 mmm1", Unit::kInteger, shift_long_full<0>},
    {"vshll", "111u 1110 0011 0101 dddh 1110 0000 mmm1", Unit::kInteger, shift_long_full<1>},
    {"vqmovun", "1110 1110 0011 0001 dddh 1110 1000 mmm1", Unit::kInteger,
     move_saturate_unsigned<0>},
    {"vqmovun", "1110 1110 0011 0101 dddh 1110 1000 mmm1", Unit::kInteger,
     move_saturate_unsigned<1>},
    {"vmovn", "1111 1110 0011 0001 dddh 1110 1000 mmm1", Unit::kInteger, move<0>},
    {"vmovn", "1111 1110 0011 0101 dddh 1110 1000 mmm1", Unit::kInteger, move<1>},
    {"vqmovn", "111u 1110 0011 0011 dddh 1110 0000 mmm1", Unit::kInteger, move_saturate<0>},
    {"vqmovn", "111u 1110 0011 0111 dddh 1110 0000 mmm1", Unit::kInteger, move_saturate<1>},
    {"vshrn", "1110 1110 1000 1iii dddh 1111 1100 mmm1", Unit::kInteger, shift_right<0, false>},
    {"vshrn", "1110 1110 1001 iiii dddh 1111 1100 mmm1", Unit::kInteger, shift_right<1, false>},
    {"vrshrn", "1111 1110 1000 1iii dddh 1111 1100 mmm1", Unit::kInteger, shift_right<0, true>},
    {"vrshrn", "1111 1110 1001 iiii dddh 1111 1100 mmm1", Unit::kInteger, shift_right<1, true>},
    {"vqshrn", "111u 1110 1000 1iii dddh 1111 0100 mmm0", Unit::kInteger, shift_saturate<0, false>},
    {"vqshrn", "111u 1110 1001 iiii dddh 1111 0100 mmm0", Unit::kInteger, shift_saturate<1, false>},
    {"vqrshrn", "111u 1110 1000 1iii dddh 1111 0100 mmm1", Unit::kInteger, shift_saturate<0, true>},
    {"vqrshrn", "111u 1110 1001 iiii dddh 1111 0100 mmm1", Unit::kInteger, shift_saturate<1, true>},
    {"vqshrun", "1110 1110 1000 1iii dddh 1111 1100 mmm0", Unit::kInteger,
     shift_saturate_unsigned<0, false>},
    {"vqshrun", "1110 1110 1001 iiii dddh 1111 1100 mmm0", Unit::kInteger,
     shift_saturate_unsigned<1, false>},
    {"vqrshrun", "1111 1110 1000 1iii dddh 1111 1100 mmm0", Unit::kInteger,
     shift_saturate_unsigned<0, true>},
    {"vqrshrun", "1111 1110 1001 iiii dddh 1111 1100 mmm0", Unit::kInteger,
     shift_saturate_unsigned<1, true>},
};

}  // namespace

std::span<const Encoding> narrow_encodings() { return kEncodings; }

}  // namespace mcusim::mve
