// Integers that no intermediate result of an instruction overflows.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mcusim::mve {

__extension__ typedef __int128 Huge;

// Shifts left by `amount`, right if it is negative, rounding to nearest if `rounds`.
inline Huge shifted(Huge value, int amount, bool rounds) {
  if (amount >= 0)
    return amount > 63 ? (value == 0  ? 0
                          : value < 0 ? -(Huge{1} << 126)
                                      : Huge{1} << 126)
                       : value * (Huge{1} << amount);
  const int right = std::min(-amount, 120);
  return (value + (rounds ? Huge{1} << (right - 1) : 0)) >> right;
}

}  // namespace mcusim::mve
