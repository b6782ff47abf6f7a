// What the flash accelerator was before the fetches of a block, and what these led to.
//
// A loop finds it as it left it the last time; then nothing has to be simulated again. Times are
// relative to the cycle at which the block begins, plus 1; 0 is any before that.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace mcusim {

// Of a cache of up to two lines.
struct CacheContent {
  std::array<std::uint64_t, 2> lines{};  // number and valid sectors
  std::uint16_t newest = 0;
};

struct AcceleratorState {
  std::uint32_t current = 0;  // sector in the line buffer
  std::uint32_t prefetched = 0;
  std::uint64_t prefetch_ready = 0;
  std::uint64_t array_free = 0;
  std::uint32_t wait_states = 0;
  bool prefetch = false;
  bool cached = false;
  CacheContent cache;
};

struct FetchRecord {
  static constexpr std::size_t kMostBookings = 8;
  bool known = false;
  bool same_content = false;  // the cache holds the same before and after
  AcceleratorState before;
  AcceleratorState after;
  std::uint64_t stall = 0;    // cycles
  std::uint32_t fetched = 0;  // sectors
  std::size_t bookings = 0;
  std::array<std::uint64_t, kMostBookings> booked{};  // cycles after the block begins
};

}  // namespace mcusim
