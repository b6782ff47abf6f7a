// What differs from core to core and only the run can tell.
#pragma once

#include <cstdint>

namespace mcusim {

enum class CoreKind : std::uint8_t {
  kCortexM0Plus,
  kCortexM4,
  kCortexM7,
  kCortexM33,
  kCortexM55,
  kSifiveE31,
  kRiscv,  // whose table of cycles is all there is
};

// Cycles of a divide beyond none, by the operands' magnitudes.
std::uint32_t divide_cycles(CoreKind core, std::uint32_t dividend, std::uint32_t divisor);

// Cycles that an unaligned load of `bytes` at `address` takes beyond an aligned one.
inline std::uint32_t unaligned_load_cycles(CoreKind core, std::uint32_t address,
                                           std::uint32_t bytes) {
  // jnk0le/random, cortex_m7.md, loads: 3 in the older slot, 4 in the younger.
  if (core == CoreKind::kCortexM7) return 3;
  // In two, or in three for a word at an odd address (DDI0439B 3.3.2).
  return (address & 1U) != 0 && bytes == 4 ? 2 : 1;
}

}  // namespace mcusim
