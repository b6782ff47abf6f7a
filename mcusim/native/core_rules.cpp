#include "core_rules.hpp"

#include <algorithm>
#include <bit>

namespace mcusim {

namespace {

std::uint32_t e31_divide_cycles(std::uint32_t dividend, std::uint32_t divisor) {
  // A bit a cycle with early out, 2 to 33 cycles (FE310-G002 manual v1p5, 3.3). Which operands take
  // how long: rocket-chip 8aa4a19a1, rocket/Multiplier.scala. A cycle skips the leading zeros of
  // the quotient. Signs take no time here.
  if (divisor == 0) return 33;
  const int top_dividend = 31 - std::countl_zero(dividend | 1U);
  const int top_divisor = 31 - std::countl_zero(divisor);
  if (top_divisor > top_dividend) return 2;
  return std::min(33U, 3U + static_cast<std::uint32_t>(top_dividend - top_divisor));
}

}  // namespace

std::uint32_t divide_cycles(CoreKind core, std::uint32_t dividend, std::uint32_t divisor) {
  if (core == CoreKind::kSifiveE31) return e31_divide_cycles(dividend, divisor);
  if (core == CoreKind::kRiscv) return 1;
  // Measured on a Cortex-M4 (compendium.i-0.nl, "Division timing"): early termination on the
  // operands' lengths, four quotient bits a step. For the Cortex-M7 no measurement was found; the
  // same is assumed, with 3 cycles at least (LLVM's model has 7 throughout).
  if (dividend == 0 || divisor == 0) return core == CoreKind::kCortexM7 ? 3 : 2;
  const int shorter = std::countl_zero(dividend) - std::countl_zero(divisor);
  if (shorter > 0) return 3;
  return 5 + static_cast<std::uint32_t>(-shorter) / 4;
}

}  // namespace mcusim
