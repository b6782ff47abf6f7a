// Shifts of core registers and pairs of them; conditional selection (DDI0553, C2.4).
#include "instruction.hpp"
#include "int128.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

struct Form {
  bool is_unsigned;
  bool saturates;
  bool rounds;
  int bits;  // that saturation keeps
};

Huge limited(State& s, Huge value, const Form& form) {
  const Huge highest = (Huge{1} << (form.is_unsigned ? form.bits : form.bits - 1)) - 1;
  const Huge within = std::clamp(value, form.is_unsigned ? Huge{0} : -highest - 1, highest);
  if (form.saturates && within != value) s.apsr |= kSaturated;
  return form.saturates ? within : value;
}

void shift_pair(State& s, const Instruction& i, int amount, const Form& form) {
  U& low = s.r[2 * i['l']];
  U& high = s.r[2 * i['h'] + 1];
  const std::uint64_t both = std::uint64_t{high} << 32 | low;
  const Huge value = form.is_unsigned ? Huge{both} : Huge{static_cast<std::int64_t>(both)};
  Huge moved = shifted(value, amount, form.rounds);
  if (!form.saturates && amount > 63) moved = 0;
  const auto found = static_cast<std::uint64_t>(limited(s, moved, form));
  low = static_cast<U>(found);
  high = static_cast<U>(found >> 32);
}

void shift_one(State& s, U number, int amount, const Form& form) {
  U& place = s.r[number];
  const Huge value = form.is_unsigned ? Huge{place} : Huge{static_cast<std::int32_t>(place)};
  place = static_cast<U>(limited(s, shifted(value, amount, form.rounds), form));
}

// 0 stands for 32.
int constant(const Instruction& i) { return i['i'] == 0 ? 32 : static_cast<int>(i['i']); }

int by_register(const State& s, const Instruction& i) {
  return static_cast<std::int8_t>(s.r[i['r']]);
}

constexpr Form kUnsigned{true, false, false, 64}, kSigned{false, false, false, 64};
constexpr Form kUnsignedRound{true, false, true, 64}, kSignedRound{false, false, true, 64};
constexpr Form kUnsignedSaturate{true, true, false, 64}, kSignedSaturate{false, true, false, 64};
constexpr Form kUnsignedBoth{true, true, true, 64}, kSignedBoth{false, true, true, 64};
constexpr Form kUnsigned48{true, true, true, 48}, kSigned48{false, true, true, 48};
constexpr Form kUnsigned32{true, true, true, 32}, kSigned32{false, true, true, 32};
constexpr Form kUnsignedShort{true, true, false, 32}, kSignedShort{false, true, false, 32};
constexpr Form kUnsignedShortRound{true, false, true, 32},
    kSignedShortRound{false, false, true, 32};

template <const Form& F, int Sign>
void pair_constant(State& s, const Instruction& i) {
  shift_pair(s, i, Sign * constant(i), F);
}

template <const Form& F, int Sign>
void pair_register(State& s, const Instruction& i) {
  shift_pair(s, i, Sign * by_register(s, i), F);
}

template <const Form& F, int Sign>
void one_constant(State& s, const Instruction& i) {
  shift_one(s, i['k'], Sign * constant(i), F);
}

template <const Form& F, int Sign>
void one_register(State& s, const Instruction& i) {
  shift_one(s, i['k'], Sign * by_register(s, i), F);
}

// CSEL, CSINC, CSINV, CSNEG; register 15 reads as zero.
template <U Kind>
void select(State& s, const Instruction& i) {
  const U n = i['n'] == 15 ? 0 : s.r[i['n']], m = i['m'] == 15 ? 0 : s.r[i['m']];
  const U other = Kind == 0 ? m : Kind == 1 ? m + 1 : Kind == 2 ? ~m : 0U - m;
  s.r[i['k']] = holds(s.apsr, i['c']) ? n : other;
}

constexpr Encoding kEncodings[] = {
    {"uqshl", "1110 1010 0101 kkkk 0iii 1111 ii00 1111", Unit::kLongShift,
     one_constant<kUnsignedShort, 1>},
    {"lsll", "1110 1010 0101 lll0 0iii hhh1 ii00 1111", Unit::kLongShift,
     pair_constant<kUnsigned, 1>},
    {"uqshll", "1110 1010 0101 lll1 0iii hhh1 ii00 1111", Unit::kLongShift,
     pair_constant<kUnsignedSaturate, 1>},
    {"urshr", "1110 1010 0101 kkkk 0iii 1111 ii01 1111", Unit::kLongShift,
     one_constant<kUnsignedShortRound, -1>},
    {"lsrl", "1110 1010 0101 lll0 0iii hhh1 ii01 1111", Unit::kLongShift,
     pair_constant<kUnsigned, -1>},
    {"urshrl", "1110 1010 0101 lll1 0iii hhh1 ii01 1111", Unit::kLongShift,
     pair_constant<kUnsignedRound, -1>},
    {"srshr", "1110 1010 0101 kkkk 0iii 1111 ii10 1111", Unit::kLongShift,
     one_constant<kSignedShortRound, -1>},
    {"asrl", "1110 1010 0101 lll0 0iii hhh1 ii10 1111", Unit::kLongShift,
     pair_constant<kSigned, -1>},
    {"srshrl", "1110 1010 0101 lll1 0iii hhh1 ii10 1111", Unit::kLongShift,
     pair_constant<kSignedRound, -1>},
    {"sqshl", "1110 1010 0101 kkkk 0iii 1111 ii11 1111", Unit::kLongShift,
     one_constant<kSignedShort, 1>},
    {"sqshll", "1110 1010 0101 lll1 0iii hhh1 ii11 1111", Unit::kLongShift,
     pair_constant<kSignedSaturate, 1>},
    {"uqrshl", "1110 1010 0101 kkkk rrrr 1111 0000 1101", Unit::kLongShift,
     one_register<kUnsigned32, 1>},
    {"lsll", "1110 1010 0101 lll0 rrrr hhh1 0000 1101", Unit::kLongShift,
     pair_register<kUnsigned, 1>},
    {"uqrshll", "1110 1010 0101 lll1 rrrr hhh1 0000 1101", Unit::kLongShift,
     pair_register<kUnsignedBoth, 1>},
    {"sqrshr", "1110 1010 0101 kkkk rrrr 1111 0010 1101", Unit::kLongShift,
     one_register<kSigned32, -1>},
    {"asrl", "1110 1010 0101 lll0 rrrr hhh1 0010 1101", Unit::kLongShift,
     pair_register<kSigned, -1>},
    {"sqrshrl", "1110 1010 0101 lll1 rrrr hhh1 0010 1101", Unit::kLongShift,
     pair_register<kSignedBoth, -1>},
    {"uqrshll", "1110 1010 0101 lll1 rrrr hhh1 1000 1101", Unit::kLongShift,
     pair_register<kUnsigned48, 1>},
    {"sqrshrl", "1110 1010 0101 lll1 rrrr hhh1 1010 1101", Unit::kLongShift,
     pair_register<kSigned48, -1>},
    {"csel", "1110 1010 0101 nnnn 1000 kkkk cccc mmmm", Unit::kSelect, select<0>},
    {"csinc", "1110 1010 0101 nnnn 1001 kkkk cccc mmmm", Unit::kSelect, select<1>},
    {"csinv", "1110 1010 0101 nnnn 1010 kkkk cccc mmmm", Unit::kSelect, select<2>},
    {"csneg", "1110 1010 0101 nnnn 1011 kkkk cccc mmmm", Unit::kSelect, select<3>},
};

}  // namespace

std::span<const Encoding> long_shift_encodings() { return kEncodings; }

}  // namespace mcusim::mve
