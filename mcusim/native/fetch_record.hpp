// What the flash accelerator was before the fetches of a block, and what these led to.
//
// A loop finds it as it left it the last time; then nothing has to be simulated again. Times are
// relative to the cycle at which the block begins, plus 1; 0 is any before that.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <utility>

namespace mcusim {

struct Block;

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
  // Of the block that came next the last time, and how many cycles after this one had begun.
  struct Next {
    const Block* block = nullptr;
    std::uint64_t after = 0;
    FetchRecord* record = nullptr;
    std::uint32_t edition = 0;
  };
  static constexpr std::size_t kMost = 4;  // of one block
  static constexpr std::size_t kMostBookings = 8;

  bool known = false;
  std::uint32_t edition = 0;  // a record that takes this one's place has the next
  AcceleratorState before;
  AcceleratorState after;
  std::uint64_t stall = 0;    // cycles
  std::uint32_t fetched = 0;  // sectors
  std::size_t bookings = 0;
  std::array<std::uint64_t, kMostBookings> booked{};  // cycles after the block begins
  Next next;
};

// Blocks whose records follow one another. What one leaves and the time in between decide what the
// next one finds, so that nothing has to be compared; and the flash itself is only brought up to
// date when something else is to be asked of it.
class FetchChain {
 public:
  // Reads of the array that began longer ago are over: a block takes a cycle or more.
  static constexpr std::size_t kLength = 8;

  bool empty() const { return last_ == nullptr; }
  FetchRecord* last() const { return last_; }
  std::uint64_t last_start() const { return last_start_; }
  // The record of `block`, which begins at `start`, if that is known without a look at the flash.
  FetchRecord* next(const Block* block, std::uint64_t start) const {
    if (last_ == nullptr) return nullptr;
    const FetchRecord::Next& next = last_->next;
    const bool again = next.block == block && next.after == start - last_start_ &&
                       next.record->edition == next.edition;
    return again ? next.record : nullptr;
  }
  void add(FetchRecord& record, std::uint64_t start) {
    pending_[count_++ % kLength] = {&record, start};
    last_ = &record;
    last_start_ = start;
  }
  // Begins with a record whose fetches have been made.
  void begin(FetchRecord& record, std::uint64_t start) {
    count_ = 0;
    last_ = &record;
    last_start_ = start;
  }
  void clear() {
    count_ = 0;
    last_ = nullptr;
  }
  bool pending() const { return count_ != 0; }
  // The last ones that are still to be made, in order.
  template <typename Visit>
  void each(Visit visit) const {
    for (std::size_t k = count_ - std::min(count_, kLength); k < count_; ++k) {
      const auto& [record, start] = pending_[k % kLength];
      visit(*record, start);
    }
  }

 private:
  FetchRecord* last_ = nullptr;
  std::uint64_t last_start_ = 0;
  std::size_t count_ = 0;
  std::array<std::pair<const FetchRecord*, std::uint64_t>, kLength> pending_{};
};

}  // namespace mcusim
