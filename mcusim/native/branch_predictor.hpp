// The Cortex-M7's branch target address cache (TRM DDI0489F, 2.1: prefetch unit).
#pragma once

#include <array>
#include <cstdint>

namespace mcusim {

// The manual names the BTAC and no more. 64 entries, indexed by address, with two-bit counters, are
// assumed; what it doesn't hold is predicted not to be taken.
class BranchPredictor {
 public:
  // The branch before `fallthrough` went to `target`; returns whether that was predicted.
  bool predicted(std::uint32_t fallthrough, std::uint32_t target) {
    Entry& entry = entries_[fallthrough >> 1 & (kEntries - 1)];
    const bool taken = target != fallthrough;
    if (entry.branch != fallthrough) {
      if (taken) entry = {fallthrough, target, kWeaklyTaken};
      return !taken;
    }
    const bool right =
        (entry.counter >= kWeaklyTaken) == taken && (!taken || entry.target == target);
    if (taken && entry.counter < kStronglyTaken) ++entry.counter;
    if (!taken && entry.counter > 0) --entry.counter;
    if (taken) entry.target = target;
    return right;
  }

  // Whether that is predicted, and one more time changes nothing.
  bool is_certain(std::uint32_t fallthrough, std::uint32_t target) const {
    const Entry& entry = entries_[fallthrough >> 1 & (kEntries - 1)];
    return entry.branch == fallthrough && entry.target == target && entry.counter == kStronglyTaken;
  }

 private:
  static constexpr std::uint32_t kEntries = 64;
  static constexpr std::uint8_t kWeaklyTaken = 2, kStronglyTaken = 3;
  struct Entry {
    std::uint32_t branch = 0;
    std::uint32_t target = 0;
    std::uint8_t counter = 0;
  };
  std::array<Entry, kEntries> entries_{};
};

}  // namespace mcusim
