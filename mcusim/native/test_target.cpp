// TT, TTT, TTA and TTAT, which ask what the MPU allows and which state an address belongs to
// (DDI0553, TT). Unicorn's MPU knows nothing of ours, so its answer is replaced: a hook on each
// such instruction takes its place.
#include <algorithm>
#include <stdexcept>

#include "arm_engine.hpp"

namespace mcusim {

namespace {

// 1110 1000 0100 nnnn, 1111 dddd AT00 0000.
constexpr std::uint32_t kAlternate = 0x80U, kUnprivileged = 0x40U;
bool is_test_target(std::uint32_t first, std::uint32_t second) {
  return (first & 0xFFF0U) == 0xE840U && (second & 0xF03FU) == 0xF000U;
}

}  // namespace

void ArmEngine::find_test_targets(Block& block) {
  if (architecture_.profile != Profile::kV8M) return;
  for (const Instruction& i : block.code) {
    const std::uint32_t at = block.address + i.offset;
    if (!is_test_target(halfword(at), halfword(at + 2)) ||
        std::find(test_targets_.begin(), test_targets_.end(), at) != test_targets_.end())
      continue;
    test_targets_.push_back(at);
    block.needs_care |= kCareAlways;
  }
}

void ArmEngine::hook_test_targets() {
  // Hooks made while the core runs would not be seen.
  for (; hooked_targets_ < test_targets_.size(); ++hooked_targets_) {
    const std::uint64_t at = test_targets_[hooked_targets_];
    uc_hook handle = 0;
    if (uc_hook_add(uc_.get(), &handle, UC_HOOK_CODE,
                    reinterpret_cast<void*>(&ArmEngine::on_test_target), this, at, at) != UC_ERR_OK)
      throw std::runtime_error("adding a hook for TT");
  }
  forget_translations();
}

void ArmEngine::on_test_target(uc_engine*, std::uint64_t address, std::uint32_t, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const auto at = static_cast<std::uint32_t>(address);
  const std::uint32_t second = engine.halfword(at + 2);
  // Code in RAM may have changed.
  if (engine.stopping_ || !is_test_target(engine.halfword(at), second)) return;
  // TTA and TTAT are Secure code's: to others they are undefined, as Unicorn has it.
  const bool alternate = (second & kAlternate) != 0;
  if (alternate && (!engine.options_.security || engine.system.non_secure())) return;
  const std::uint32_t target = engine.low(engine.halfword(at) & 15);
  const bool unprivileged = (second & kUnprivileged) != 0;
  engine.set_low(static_cast<int>(second >> 8 & 15U),
                 engine.test_target(target, unprivileged, alternate));
  engine.accountant.give_back(at + 4);
  engine.redirect(at + 4, true);
}

std::uint32_t ArmEngine::test_target(std::uint32_t address, bool unprivileged,
                                     bool alternate) const {
  constexpr std::uint32_t kRegionValid = 1U << 16, kReadable = 1U << 18, kWritable = 1U << 19;
  constexpr std::uint32_t kSecurityRegionValid = 1U << 17;
  constexpr std::uint32_t kOpenToRead = 1U << 20, kOpenToWrite = 1U << 21, kSecure = 1U << 22;
  const Mpu& mpu = system.of_state(system.non_secure() != alternate).mpu;
  std::uint32_t rights = 0;
  if (privileged() || alternate) {
    // TTA asks with the privilege of the other state.
    const bool own = !alternate || system.active_exception != 0;
    const bool as_privileged = !unprivileged && (own || (*banks_[1].control & 1U) == 0);
    const int region = mpu.region_at(address);
    if (region >= 0) rights |= kRegionValid | static_cast<std::uint32_t>(region);
    if (mpu.allows(address, AccessKind::kRead, as_privileged, raised())) rights |= kReadable;
    if (mpu.allows(address, AccessKind::kWrite, as_privileged, raised())) rights |= kWritable;
  }
  if (!options_.security || system.non_secure()) return rights;
  const Attribution::Answer found = system.attribution.of_data(address, true);
  if (found.region >= 0) rights |= kSecurityRegionValid | static_cast<unsigned>(found.region) << 8;
  if (found.security != Security::kNonSecure) return rights | kSecure;
  return rights | ((rights & kReadable) != 0 ? kOpenToRead : 0U) |
         ((rights & kWritable) != 0 ? kOpenToWrite : 0U);
}

}  // namespace mcusim
