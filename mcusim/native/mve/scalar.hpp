// What the scalar instructions of a vector loop share (DDI0553, chapter E1 and C2.4).
#pragma once

#include "instruction.hpp"

namespace mcusim::mve {

struct Sum {
  std::uint32_t value;
  std::uint32_t flags;  // C and V
};

inline Sum add_with_carry(std::uint32_t a, std::uint32_t b, std::uint32_t carry) {
  const std::uint64_t wide = std::uint64_t{a} + b + carry;
  const auto value = static_cast<std::uint32_t>(wide);
  const bool overflow = ((~(a ^ b) & (a ^ value)) >> 31) != 0;
  return {value, (wide >> 32 != 0 ? kCarry : 0U) | (overflow ? kOverflow : 0U)};
}

struct Shifted {
  std::uint32_t value;
  std::uint32_t carry;  // kCarry or 0
};

// `type`: LSL, LSR, ASR, ROR; an amount of 0 leaves the carry as it is.
inline Shifted shift_with_carry(std::uint32_t value, std::uint32_t type, std::uint32_t amount,
                                std::uint32_t apsr) {
  if (amount == 0) return {value, apsr & kCarry};
  const auto carry = [](std::uint64_t bit) { return (bit & 1U) != 0 ? kCarry : 0U; };
  const std::uint32_t by = amount > 33 ? 33 : amount;
  if (type == 0) {
    const std::uint64_t wide = std::uint64_t{value} << by;
    return {static_cast<std::uint32_t>(wide), carry(wide >> 32)};
  }
  if (type == 1) {
    const std::uint64_t wide = std::uint64_t{value} << 1 >> by;
    return {static_cast<std::uint32_t>(std::uint64_t{value} >> by), carry(wide)};
  }
  if (type == 2) {
    const std::int64_t wide = static_cast<std::int32_t>(value);
    return {static_cast<std::uint32_t>(wide >> by),
            carry(static_cast<std::uint64_t>(wide >> (by - 1)))};
  }
  const std::uint32_t turned = amount & 31U;
  const std::uint32_t found = turned == 0 ? value : value >> turned | value << (32 - turned);
  return {found, carry(found >> 31)};
}

// The amount that the 5 bits of a constant shift stand for; RRX, a rotation by 0, has no row.
inline std::uint32_t constant_shift(std::uint32_t type, std::uint32_t bits) {
  return bits == 0 && (type == 1 || type == 2) ? 32 : bits;
}

inline std::uint32_t sign_extended(std::uint32_t value, std::uint32_t bits) {
  return static_cast<std::uint32_t>(static_cast<std::int32_t>(value << (32 - bits)) >> (32 - bits));
}

}  // namespace mcusim::mve
