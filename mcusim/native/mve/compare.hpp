// What comparisons of integers and of floating-point numbers share.
#pragma once

#include "lanes.hpp"

namespace mcusim::mve {

// Bits 12, 7 and 0 (or 5) of the encodings.
enum Condition : std::uint32_t {
  kEqual = 0,
  kHigherOrSame = 1,
  kNotEqual = 2,
  kHigher = 3,
  kGreaterOrEqual = 4,
  kGreater = 5,
  kLess = 6,
  kLessOrEqual = 7,
};

// P0 from holds(lane, active); with a mask in the encoding, a VPT block follows.
template <class F>
void compare(State& s, const Instruction& i, std::uint32_t size, F holds_for) {
  const std::uint32_t mask = s.mask(), bytes = (1U << (1U << size)) - 1;
  std::uint32_t found = 0;
  for (std::uint32_t k = 0; k < 16U >> size; ++k)
    if (holds_for(k, (mask >> (k << size) & 1U) != 0)) found |= bytes << (k << size);
  s.vpr = (s.vpr & ~0xFFFFU) | (found & mask);
  s.advance_predication();
  if (i['p'] != 0) s.vpr = (s.vpr & 0xFFFFU) | i['p'] << 16 | i['p'] << 20;
}

}  // namespace mcusim::mve
