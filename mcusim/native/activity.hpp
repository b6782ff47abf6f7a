// The columns of the activity vector; the order is that of mcusim/machine/activity.py (a test
// compares).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mcusim {

enum Column : std::size_t {
  kCycles,
  kAlu,
  kMultiply,
  kDivide,
  kBranch,
  kLoad,
  kStore,
  kFpu,
  kOther,
  kFlashFetch,
  kFlashData,
  kCacheRead,
  kRamRead,
  kRamWrite,
  kRamFetch,
  kDevice,
  kStall,
  kColumns,
};

using Activity = std::array<std::int64_t, kColumns>;

inline void add(Activity& into, const Activity& what) {
  for (std::size_t i = 0; i < kColumns; ++i) into[i] += what[i];
}

}  // namespace mcusim
