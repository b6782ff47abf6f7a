// The 32-bit instructions that vector loops are made of, but for loads and stores. Where the manual
// says UNPREDICTABLE (SP or PC in their place), and where flags and DSP are concerned, the base
// model executes them.
#include <bit>

#include "scalar.hpp"

namespace mcusim::mve {

namespace {

using U = std::uint32_t;

enum Operation : U {
  kAnd = 0,
  kBic = 1,
  kOrr = 2,
  kOrn = 3,
  kEor = 4,
  kAdd = 8,
  kAdc = 10,
  kSbc = 11,
  kSub = 13,
  kRsb = 14,
};

Sum computed(const State& s, U operation, U n, const Shifted& second) {
  const U carry = s.apsr >> 29 & 1U, overflow = s.apsr & kOverflow, m = second.value;
  switch (operation) {
    case kAnd:
      return {n & m, second.carry | overflow};
    case kBic:
      return {n & ~m, second.carry | overflow};
    case kOrr:
      return {n | m, second.carry | overflow};
    case kOrn:
      return {n | ~m, second.carry | overflow};
    case kEor:
      return {n ^ m, second.carry | overflow};
    case kAdd:
      return add_with_carry(n, m, 0);
    case kAdc:
      return add_with_carry(n, m, carry);
    case kSbc:
      return add_with_carry(n, ~m, carry);
    case kSub:
      return add_with_carry(n, ~m, 1);
    default:
      return add_with_carry(~n, m, 1);
  }
}

// With PC for Rd: TST, TEQ, CMN, CMP; for Rn: MOV and MVN.
template <U Op>
void process(State& s, const Instruction& i, const Shifted& second) {
  const bool moves = (Op == kOrr || Op == kOrn) && i['n'] == 15;
  const Sum found = computed(s, Op, moves ? 0 : s.r[i['n']], second);
  if (i['d'] != 15) s.r[i['d']] = found.value;
  if (i['s'] == 0) return;
  s.set_nz(found.value);
  s.set_flags(kCarry | kOverflow, found.flags);
}

// T32ExpandImm_C.
Shifted expanded(const State& s, U bits) {
  const U byte = bits & 0xFFU, turn = bits >> 7;
  switch (bits >> 8) {
    case 0:
      return {byte, s.apsr & kCarry};
    case 1:
      return {byte | byte << 16, s.apsr & kCarry};
    case 2:
      return {byte << 8 | byte << 24, s.apsr & kCarry};
    case 3:
      return {byte * 0x01010101U, s.apsr & kCarry};
    default:
      return shift_with_carry((bits & 0x7FU) | 0x80U, 3, turn, s.apsr);
  }
}

template <U Op>
void by_constant(State& s, const Instruction& i) {
  process<Op>(s, i, expanded(s, i['i']));
}

template <U Op>
void by_register(State& s, const Instruction& i) {
  const U amount = constant_shift(i['t'], i['i']);
  process<Op>(s, i, shift_with_carry(s.r[i['m']], i['t'], amount, s.apsr));
}

void shift_by_register(State& s, const Instruction& i) {
  const Shifted found = shift_with_carry(s.r[i['n']], i['t'], s.r[i['m']] & 0xFFU, s.apsr);
  s.r[i['k']] = found.value;
  if (i['s'] == 0) return;
  s.set_nz(found.value);
  s.set_flags(kCarry, found.carry);
}

template <bool Signed, bool Accumulate>
void multiply_long(State& s, const Instruction& i) {
  const U n = s.r[i['n']], m = s.r[i['m']];
  std::uint64_t product = std::uint64_t{n} * m;
  if (Signed)
    product = static_cast<std::uint64_t>(std::int64_t{static_cast<std::int32_t>(n)} *
                                         static_cast<std::int32_t>(m));
  if (Accumulate) product += std::uint64_t{s.r[i['h']]} << 32 | s.r[i['l']];
  s.r[i['l']] = static_cast<U>(product);
  s.r[i['h']] = static_cast<U>(product >> 32);
}

template <U Bits, bool Signed>
void extend(State& s, const Instruction& i) {
  const U value = std::rotr(s.r[i['m']], static_cast<int>(8 * i['r']));
  s.r[i['k']] = Signed ? sign_extended(value, Bits) : value & ((1U << Bits) - 1);
}

template <bool Signed>
void extract(State& s, const Instruction& i) {
  const U width = i['w'] + 1, top = s.r[i['n']] << (32 - width - i['i']) % 32;
  s.r[i['k']] =
      Signed ? static_cast<U>(static_cast<std::int32_t>(top) >> (32 - width)) : top >> (32 - width);
}

void branch(State& s, const Instruction& i) {
  // Bits 13 and 11 are those of the offset, inverted by its sign (DDI0553, B, T4).
  const U sign = i['s'], one = ~(i['j'] ^ sign) & 1U, two = ~(i['q'] ^ sign) & 1U;
  const U offset = sign << 24 | one << 23 | two << 22 | i['i'] << 1;
  s.next = s.pc + 4 + sign_extended(offset, 25);
}

template <U FirstCondition>
void conditional_branch(State& s, const Instruction& i) {
  const U offset = i['s'] << 20 | i['q'] << 19 | i['j'] << 18 | i['i'] << 1;
  if (holds(s.apsr, FirstCondition + i['c'])) s.next = s.pc + 4 + sign_extended(offset, 21);
}

// SP and PC in their places of honour are tests and moves; a rotation by 0 is RRX.
template <U Op>
bool accepts(const Instruction& i) {
  constexpr bool kTests = Op == kAnd || Op == kEor || Op == kAdd || Op == kSub;
  if (i['d'] == 13 || (i['d'] == 15 && (!kTests || i['s'] == 0))) return false;
  return i['n'] != 15 || Op == kOrr || Op == kOrn;
}

template <U Op>
bool accepts_register(const Instruction& i) {
  return accepts<Op>(i) && i['m'] != 13 && i['m'] != 15 && (i['t'] != 3 || i['i'] != 0);
}

constexpr Encoding kEncodings[] = {
    {"and", "1111 0i00 000s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kAnd>, false,
     accepts<kAnd>},
    {"and", "1110 1010 000s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kAnd>, false,
     accepts_register<kAnd>},
    {"bic", "1111 0i00 001s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kBic>, false,
     accepts<kBic>},
    {"bic", "1110 1010 001s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kBic>, false,
     accepts_register<kBic>},
    {"orr", "1111 0i00 010s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kOrr>, false,
     accepts<kOrr>},
    {"orr", "1110 1010 010s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kOrr>, false,
     accepts_register<kOrr>},
    {"orn", "1111 0i00 011s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kOrn>, false,
     accepts<kOrn>},
    {"orn", "1110 1010 011s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kOrn>, false,
     accepts_register<kOrn>},
    {"eor", "1111 0i00 100s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kEor>, false,
     accepts<kEor>},
    {"eor", "1110 1010 100s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kEor>, false,
     accepts_register<kEor>},
    {"add", "1111 0i01 000s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kAdd>, false,
     accepts<kAdd>},
    {"add", "1110 1011 000s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kAdd>, false,
     accepts_register<kAdd>},
    {"adc", "1111 0i01 010s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kAdc>, false,
     accepts<kAdc>},
    {"adc", "1110 1011 010s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kAdc>, false,
     accepts_register<kAdc>},
    {"sbc", "1111 0i01 011s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kSbc>, false,
     accepts<kSbc>},
    {"sbc", "1110 1011 011s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kSbc>, false,
     accepts_register<kSbc>},
    {"sub", "1111 0i01 101s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kSub>, false,
     accepts<kSub>},
    {"sub", "1110 1011 101s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kSub>, false,
     accepts_register<kSub>},
    {"rsb", "1111 0i01 110s nnnn 0iii dddd iiii iiii", Unit::kScalar, by_constant<kRsb>, false,
     accepts<kRsb>},
    {"rsb", "1110 1011 110s nnnn 0iii dddd iitt mmmm", Unit::kScalar, by_register<kRsb>, false,
     accepts_register<kRsb>},
    {"movw", "1111 0i10 0100 jjjj 0iii kkkk iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['k']] = i['j'] << 12 | i['i']; }},
    {"movt", "1111 0i10 1100 jjjj 0iii kkkk iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       s.r[i['k']] = (s.r[i['k']] & 0xFFFFU) | (i['j'] << 12 | i['i']) << 16;
     }},
    {"addw", "1111 0i10 0000 nnnn 0iii kkkk iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       s.r[i['k']] = (i['n'] == 15 ? (s.pc + 4) & ~3U : s.r[i['n']]) + i['i'];
     }},
    {"subw", "1111 0i10 1010 nnnn 0iii kkkk iiii iiii", Unit::kScalar,
     [](State& s, const Instruction& i) {
       s.r[i['k']] = (i['n'] == 15 ? (s.pc + 4) & ~3U : s.r[i['n']]) - i['i'];
     }},
    {"shift", "1111 1010 0tts nnnn 1111 kkkk 0000 mmmm", Unit::kScalar, shift_by_register},
    {"sxth", "1111 1010 0000 1111 1111 kkkk 10rr mmmm", Unit::kScalar, extend<16, true>},
    {"uxth", "1111 1010 0001 1111 1111 kkkk 10rr mmmm", Unit::kScalar, extend<16, false>},
    {"sxtb", "1111 1010 0100 1111 1111 kkkk 10rr mmmm", Unit::kScalar, extend<8, true>},
    {"uxtb", "1111 1010 0101 1111 1111 kkkk 10rr mmmm", Unit::kScalar, extend<8, false>},
    {"mul", "1111 1011 0000 nnnn 1111 kkkk 0000 mmmm", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['k']] = s.r[i['n']] * s.r[i['m']]; }},
    {"mla", "1111 1011 0000 nnnn aaaa kkkk 0000 mmmm", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['k']] = s.r[i['a']] + s.r[i['n']] * s.r[i['m']]; }},
    {"mls", "1111 1011 0000 nnnn aaaa kkkk 0001 mmmm", Unit::kScalar,
     [](State& s, const Instruction& i) { s.r[i['k']] = s.r[i['a']] - s.r[i['n']] * s.r[i['m']]; }},
    {"smull", "1111 1011 1000 nnnn llll hhhh 0000 mmmm", Unit::kScalar, multiply_long<true, false>},
    {"umull", "1111 1011 1010 nnnn llll hhhh 0000 mmmm", Unit::kScalar,
     multiply_long<false, false>},
    {"smlal", "1111 1011 1100 nnnn llll hhhh 0000 mmmm", Unit::kScalar, multiply_long<true, true>},
    {"umlal", "1111 1011 1110 nnnn llll hhhh 0000 mmmm", Unit::kScalar, multiply_long<false, true>},
    {"clz", "1111 1010 1011 .... 1111 kkkk 1000 mmmm", Unit::kScalar,
     [](State& s, const Instruction& i) {
       s.r[i['k']] = static_cast<U>(std::countl_zero(s.r[i['m']]));
     }},
    {"sbfx", "1111 0011 0100 nnnn 0iii kkkk ii0w wwww", Unit::kScalar, extract<true>},
    {"ubfx", "1111 0011 1100 nnnn 0iii kkkk ii0w wwww", Unit::kScalar, extract<false>},
    {"nop", "1111 0011 1010 1111 1000 0000 0000 0000", Unit::kScalar,
     [](State&, const Instruction&) {}},
    {"b", "1111 0sii iiii iiii 10j1 qiii iiii iiii", Unit::kScalar, branch, true},
    {"b", "1111 0s0c ccii iiii 10j0 qiii iiii iiii", Unit::kScalar, conditional_branch<0>, true},
    {"b", "1111 0s10 ccii iiii 10j0 qiii iiii iiii", Unit::kScalar, conditional_branch<8>, true},
    {"b", "1111 0s11 0cii iiii 10j0 qiii iiii iiii", Unit::kScalar, conditional_branch<12>, true},
};

}  // namespace

std::span<const Encoding> scalar_wide_encodings() { return kEncodings; }

}  // namespace mcusim::mve
