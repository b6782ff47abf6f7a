// Predication: VPST, VPNOT, VPSEL, VCTP (DDI0553, C2.4).
#include "lanes.hpp"

namespace mcusim::mve {

namespace {

void begin_block(State& s, const Instruction& i) {
  s.vpr = (s.vpr & 0xFFFFU) | i['p'] << 16 | i['p'] << 20;
}

void invert(State& s, const Instruction&) {
  s.vpr = (s.vpr & ~0xFFFFU) | (~s.vpr & s.mask());
  s.advance_predication();
}

void select(State& s, const Instruction& i) {
  const Vector n = s.vector(i['n']), m = s.vector(i['m']);
  Vector result;
  for (std::size_t k = 0; k < 16; ++k) result[k] = (s.vpr >> k & 1U) != 0 ? n[k] : m[k];
  merge(s, i['d'], result, s.mask());
  s.advance_predication();
}

void create_tail(State& s, const Instruction& i) {
  const std::uint32_t lanes_left = std::min(s.r[i['s']], 16U >> i['y']);
  const std::uint32_t active = (1U << (lanes_left << i['y'])) - 1;
  s.vpr = (s.vpr & ~0xFFFFU) | (active & s.mask());
  s.advance_predication();
}

constexpr Encoding kEncodings[] = {
    {"vpnot", "1111 1110 0011 0001 0000 1111 0100 1101", Unit::kPredicate, invert},
    {"vpst", "1111 1110 0p11 0001 ppp0 1111 0100 1101", Unit::kPredicate, begin_block},
    {"vpsel", "1111 1110 0011 nnn1 ddd0 1111 0000 mmm1", Unit::kInteger, select},
    {"vctp", "1111 0000 00yy ssss 1110 1000 0000 0001", Unit::kPredicate, create_tail},
};

}  // namespace

std::span<const Encoding> predicate_encodings() { return kEncodings; }

}  // namespace mcusim::mve
