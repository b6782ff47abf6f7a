// TT and TTT, which ask what the MPU allows (DDI0553, TT). Unicorn's MPU knows nothing of ours, so
// its answer is replaced: a hook on each such instruction takes its place.
#include <algorithm>
#include <stdexcept>

#include "arm_engine.hpp"

namespace mcusim {

namespace {

// 1110 1000 0100 nnnn, 1111 dddd AT00 0000; a Non-secure or security-less core lacks A.
bool is_test_target(std::uint32_t first, std::uint32_t second) {
  return (first & 0xFFF0U) == 0xE840U && (second & 0xF0BFU) == 0xF000U;
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
    block.needs_care = 1;
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
  const std::uint32_t target = engine.low(engine.halfword(at) & 15);
  const bool unprivileged = (second & 0x40U) != 0;
  engine.set_low(static_cast<int>(second >> 8 & 15U), engine.test_target(target, unprivileged));
  engine.accountant.give_back(at + 4);
  engine.redirect(at + 4, true);
}

std::uint32_t ArmEngine::test_target(std::uint32_t address, bool unprivileged) const {
  constexpr std::uint32_t kRegionValid = 1U << 16, kReadable = 1U << 18, kWritable = 1U << 19;
  constexpr std::uint32_t kSecure = 1U << 22;
  // Without an SAU that says otherwise, all that Secure state sees is Secure.
  const std::uint32_t state = options_.security ? kSecure : 0U;
  if (!privileged()) return state;
  const auto allows = [&](AccessKind kind) {
    return system.mpu.allows(address, kind, !unprivileged, raised());
  };
  const int region = system.mpu.region_at(address);
  return state | (region >= 0 ? kRegionValid | static_cast<std::uint32_t>(region) : 0U) |
         (allows(AccessKind::kRead) ? kReadable : 0U) |
         (allows(AccessKind::kWrite) ? kWritable : 0U);
}

}  // namespace mcusim
