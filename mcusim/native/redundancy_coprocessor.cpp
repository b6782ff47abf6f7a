#include "redundancy_coprocessor.hpp"

#include <array>
#include <bit>

namespace mcusim {

namespace {

constexpr std::uint32_t kTrue = 0xA500A500U, kFalse = 0x00C300C3U, kIntegerMask = 0x96009600U;

bool is_boolean(std::uint32_t value) { return value == kTrue || value == kFalse; }

// Opc1 and the instruction's parity bit have an odd number of ones together: so has each
// instruction of the SDK's rcp.h, where 3.6.3.3 speaks of an even one.
bool has_parity(const CoprocessorFields& fields) {
  const std::uint32_t parity = fields.two_registers ? fields.crm >> 3 : fields.opc2 & 1U;
  return (static_cast<std::uint32_t>(std::popcount(fields.opc1)) + parity) % 2 == 1;
}

std::uint32_t tag_of(const CoprocessorFields& fields) { return fields.crn << 4 | fields.crm; }

}  // namespace

std::optional<std::uint64_t> RedundancyCoprocessor::execute(std::uint32_t instruction,
                                                            std::uint32_t first,
                                                            std::uint32_t second) {
  const CoprocessorFields fields(instruction);
  stalls_ = has_failed_ || fields.data_processing;  // a CDP is the panic
  const std::optional<std::uint64_t> result = stalls_ ? std::nullopt : check(fields, first, second);
  if (!result) failed_(std::exchange(has_failed_, true));
  return result.value_or(0);
}

std::optional<std::uint64_t> RedundancyCoprocessor::check(const CoprocessorFields& fields,
                                                          std::uint32_t first,
                                                          std::uint32_t second) {
  const bool has = !fields.data_processing && !(fields.two_registers && fields.reads);
  if (!has || !has_parity(fields)) return std::nullopt;
  if (fields.two_registers)
    return check_pair(fields, first, second) ? std::optional<std::uint64_t>(0) : std::nullopt;
  if (fields.reads) return read(fields);
  return check_word(fields, first) ? std::optional<std::uint64_t>(0) : std::nullopt;
}

bool RedundancyCoprocessor::check_pair(const CoprocessorFields& fields, std::uint32_t first,
                                       std::uint32_t second) const {
  if ((fields.crm & 7U) != 0) return false;
  switch (fields.opc1) {
    case 0:  // rcp_b2valid
      return is_boolean(first) && is_boolean(second);
    case 1:  // rcp_b2and
      return first == kTrue && second == kTrue;
    case 2:  // rcp_b2or
      return is_boolean(first) && is_boolean(second) && (first == kTrue || second == kTrue);
    case 3:  // rcp_bxorvalid
      return is_boolean(first ^ second);
    case 4:  // rcp_bxortrue
      return (first ^ second) == kTrue;
    case 5:  // rcp_bxorfalse
      return (first ^ second) == kFalse;
    case 6:  // rcp_ivalid
      return (first ^ second) == kIntegerMask;
    case 7:  // rcp_iequal
      return first == second;
    default:  // rcp_salt_core0, rcp_salt_core1: there is one already
      return false;
  }
}

bool RedundancyCoprocessor::check_word(const CoprocessorFields& fields, std::uint32_t value) {
  const std::uint32_t tag = tag_of(fields);
  const bool tagged = fields.opc1 == 0 || fields.opc1 == 4 || fields.opc1 == 5;
  if (!tagged && tag != 0) return false;
  switch (fields.opc1) {
    case 0:  // rcp_canary_check
      return value == canary(tag);
    case 1:  // rcp_bvalid
      return is_boolean(value);
    case 2:  // rcp_btrue
      return value == kTrue;
    case 3:  // rcp_bfalse
      return value == kFalse;
    case 4:  // rcp_count_set
      count_ = static_cast<std::uint8_t>(tag);
      return true;
    case 5:  // rcp_count_check
      return count_++ == tag;
    default:
      return false;
  }
}

std::optional<std::uint32_t> RedundancyCoprocessor::read(const CoprocessorFields& fields) {
  if (fields.opc1 != 0 && tag_of(fields) != 0) return std::nullopt;
  switch (fields.opc1) {
    case 0:  // rcp_canary_get
      return canary(tag_of(fields));
    case 1:  // rcp_canary_status: as flags N and C, which `true` has set
      return kTrue;
    case 2:  // rcp_random_byte
      return random_byte();
    default:
      return std::nullopt;
  }
}

// 3.6.3.5.
std::uint32_t RedundancyCoprocessor::canary(std::uint32_t tag) const {
  const auto salt = static_cast<std::uint32_t>(salt_);
  const std::uint32_t expanded = tag | (~tag & 0xFFU) << 8 | tag << 16;
  const auto mask = static_cast<std::uint32_t>(salt_ >> 24 & 0xFFFFU) | 0xFF0000U;
  return ((expanded & mask) ^ salt) << 8;
}

// 3.6.3.6: four shift registers in the salt's bits 63 to 40, and what is read of them.
std::uint32_t RedundancyCoprocessor::random_byte() {
  struct Register {
    std::uint32_t lowest, bits, taps;
  };
  constexpr std::array<Register, 4> kRegisters{
      {{20, 4, 0xC}, {15, 5, 0x14}, {8, 7, 0x60}, {0, 8, 0xB4}}};
  // Of bits 0 to 7: six that are added, and three that vote.
  constexpr std::uint8_t kTaps[8][9] = {
      {11, 3, 4, 19, 10, 14, 1, 2, 9},   {4, 16, 11, 18, 9, 6, 14, 21, 16},
      {15, 13, 20, 21, 8, 12, 7, 22, 9}, {23, 12, 7, 16, 14, 5, 17, 3, 15},
      {4, 19, 17, 0, 18, 7, 18, 11, 3},  {7, 5, 2, 18, 11, 1, 18, 14, 7},
      {14, 21, 19, 6, 16, 13, 4, 14, 6}, {7, 17, 6, 16, 13, 8, 9, 12, 21}};
  const auto state = static_cast<std::uint32_t>(salt_ >> 40);
  std::uint32_t byte = 0;
  for (std::uint32_t bit = 0; bit < 8; ++bit) {
    const auto tap = [&](int n) { return state >> kTaps[bit][n] & 1U; };
    const std::uint32_t votes = tap(6) + tap(7) + tap(8);
    const std::uint32_t sum = tap(0) ^ tap(1) ^ tap(2) ^ tap(3) ^ tap(4) ^ tap(5);
    byte |= (sum ^ (votes >= 2 ? 1U : 0U)) << bit;
  }
  std::uint32_t next = 0;
  for (const Register& r : kRegisters) {
    const std::uint32_t mask = (1U << r.bits) - 1, value = state >> r.lowest & mask;
    const auto ones = static_cast<std::uint32_t>(std::popcount(value & r.taps));
    next |= ((value << 1 | (value == 0 ? 1U : ones & 1U)) & mask) << r.lowest;
  }
  salt_ = (salt_ & 0xFFFFFFFFFFULL) | std::uint64_t{next} << 40;
  return byte;
}

}  // namespace mcusim
