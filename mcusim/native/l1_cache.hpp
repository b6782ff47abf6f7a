// A level-1 cache: which lines it holds, and which of them differ from memory.
#pragma once

#include <cstdint>
#include <vector>

#include "flash.hpp"

namespace mcusim {

class L1Cache {
 public:
  static constexpr std::uint32_t kLineShift = 5;  // 32 bytes (Cortex-M7 TRM DDI0489F, 5.9)
  static constexpr std::uint32_t kNoLine = 0xFFFFFFFFU;

  // `geometry.line_bytes` of 0: there is no such cache.
  explicit L1Cache(const CacheGeometry& geometry);

  bool enabled() const { return enabled_; }
  void set_enabled(bool on);
  bool holds(std::uint32_t line) const { return find(line) != nullptr; }
  std::uint32_t sets() const { return sets_; }
  std::uint32_t ways() const { return ways_; }
  // Takes in a line; returns the line that has to be written back for it, or kNoLine.
  std::uint32_t fill(std::uint32_t line, bool write_through = false);
  // A store into a line that the cache holds; false if it has to go to memory at once.
  bool make_dirty(std::uint32_t line);
  void clean(std::uint32_t line, bool invalidate);
  void clean_way(std::uint32_t set, std::uint32_t way, bool invalidate);
  void invalidate(std::uint32_t line);
  void invalidate_all();
  // Number of fills and invalidations so far: while it stands still, what was present still is.
  const std::uint64_t& changes() const { return changes_; }

 private:
  struct Slot {
    std::uint32_t line = kNoLine;
    bool dirty = false;
    bool write_through = false;
  };
  const Slot* find(std::uint32_t line) const {
    const Slot* slot = &slots_[(line & (sets_ - 1)) * ways_];
    for (std::uint32_t way = 0; way < ways_; ++way)
      if (slot[way].line == line) return slot + way;
    return nullptr;
  }
  Slot* find(std::uint32_t line) {
    return const_cast<Slot*>(static_cast<const L1Cache*>(this)->find(line));
  }
  void clean(Slot& slot, bool invalidate);
  Slot& victim(std::uint32_t line);

  bool enabled_ = false;
  std::uint32_t sets_;
  std::uint32_t ways_;
  std::uint32_t random_ = 1;
  std::uint64_t changes_ = 0;
  std::vector<Slot> slots_;  // set by set
};

}  // namespace mcusim
