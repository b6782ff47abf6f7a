// Registers of the Security Extension in the system control space (DDI0553, by name), and what of
// the others Non-secure code sees.
#include <utility>

#include "scs.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kItns = 0x380, kItnsEnd = 0x3A0, kNsacr = 0xD8C;
constexpr std::uint32_t kSau = 0xDD0, kSfsr = 0xDE4, kSfar = 0xDE8;
constexpr std::uint32_t kVectKey = 0x05FA, kBusFaultBits = 0xFF00U;
constexpr std::uint32_t kSysResetReq = 4U;  // bits of AIRCR
constexpr std::uint32_t kResetSecure = 8U, kFaultsNonSecure = 1U << 13, kPrioritise = 1U << 14;
constexpr std::uint32_t kMemoryAddressValid = 1U << 6;  // SFARVALID

}  // namespace

void SystemControl::change_state(bool non_secure) {
  if (non_secure == non_secure_) return;
  non_secure_ = non_secure;
  std::swap(static_cast<StateRegisters&>(*this), other);
}

void SystemControl::report_secure_fault(std::uint32_t status, bool has_address,
                                        std::uint32_t address) {
  secure_status_ |= status;
  if (!has_address) return;
  secure_status_ |= kMemoryAddressValid;
  secure_address_ = address;
}

std::uint32_t SystemControl::read_security(std::uint32_t offset) const {
  if (non_secure_) return 0;
  if (offset == kNsacr) return nsacr_;
  if (offset >= kItns && offset < kItnsEnd) return non_secure_interrupts_[(offset - kItns) / 4];
  if (offset == kSfsr) return secure_status_;
  if (offset == kSfar) return secure_address_;
  return attribution.read(offset - kSau);
}

bool SystemControl::write_security(std::uint32_t offset, std::uint32_t value) {
  const bool interrupts = offset >= kItns && offset < kItnsEnd;
  const bool others = offset == kNsacr || (offset >= kSau && offset <= kSfar);
  if (!interrupts && !others) return false;
  if (non_secure_) return true;
  if (interrupts) {
    const std::uint32_t index = (offset - kItns) / 4;
    non_secure_interrupts_[index] = 0;
    for (std::uint32_t bit = 0; bit < 32; ++bit) {
      const int number = static_cast<int>(kFirstInterrupt + index * 32 + bit);
      if (!exceptions_.exists(number)) break;
      exceptions_.set_non_secure(number, (value >> bit & 1U) != 0);
      non_secure_interrupts_[index] |= value & 1U << bit;
    }
  } else if (offset == kNsacr) {
    nsacr_ = options_.fpu ? value & 0xC00U : 0;
  } else if (offset == kSfsr) {
    secure_status_ &= ~value;
  } else if (offset == kSfar) {
    secure_address_ = value;
  } else {
    mpu_changed = attribution.write(offset - kSau, value) || mpu_changed;
  }
  return true;
}

std::uint32_t SystemControl::reset_control() const {
  const auto groups = static_cast<std::uint32_t>(exceptions_.prigroup(non_secure_)) << 8;
  return groups | (non_secure_ ? secure_reset_control_ & kFaultsNonSecure : secure_reset_control_);
}

void SystemControl::write_reset_control(std::uint32_t value) {
  if (value >> 16 != kVectKey) return;
  if (architecture_.priority_masks)
    exceptions_.set_group_bits(static_cast<int>(value >> 8 & 7U), non_secure_);
  if (options_.security && !non_secure_) {
    secure_reset_control_ = value & (kResetSecure | kFaultsNonSecure | kPrioritise);
    exceptions_.set_security_rules((value & kFaultsNonSecure) != 0, (value & kPrioritise) != 0);
  }
  const bool allowed = !non_secure_ || (secure_reset_control_ & kResetSecure) == 0;
  reset_requested = reset_requested || (allowed && (value & kSysResetReq) != 0);
}

std::uint32_t SystemControl::fault_bits() const {
  if (!options_.security) return fault_status;
  const std::uint32_t bus = non_secure_ ? other.fault_status : fault_status;
  return (fault_status & ~kBusFaultBits) | (owns_bus_faults() ? bus & kBusFaultBits : 0U);
}

void SystemControl::clear_faults(std::uint32_t bits) {
  if (owns_bus_faults()) bus_fault_status() &= ~(bits & kBusFaultBits);
  fault_status &= ~(bits & ~kBusFaultBits);
}

}  // namespace mcusim
