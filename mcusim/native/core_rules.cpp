#include "core_rules.hpp"

#include <bit>

namespace mcusim {

std::uint32_t divide_cycles(CoreKind core, std::uint32_t dividend, std::uint32_t divisor) {
  // Measured on a Cortex-M4 (compendium.i-0.nl, "Division timing"): early termination on the
  // operands' lengths, four quotient bits a step. For the Cortex-M7 no measurement was found; the
  // same is assumed, with 3 cycles at least (LLVM's model has 7 throughout).
  if (dividend == 0 || divisor == 0) return core == CoreKind::kCortexM7 ? 3 : 2;
  const int shorter = std::countl_zero(dividend) - std::countl_zero(divisor);
  if (shorter > 0) return 3;
  return 5 + static_cast<std::uint32_t>(-shorter) / 4;
}

}  // namespace mcusim
