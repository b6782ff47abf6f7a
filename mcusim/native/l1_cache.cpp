#include "l1_cache.hpp"

namespace mcusim {

L1Cache::L1Cache(const CacheGeometry& geometry)
    : sets_(geometry.line_bytes == 0 ? 1 : geometry.sets),
      ways_(geometry.line_bytes == 0 ? 0 : geometry.ways),
      slots_(std::size_t{sets_} * ways_) {}

void L1Cache::set_enabled(bool on) {
  if (enabled_ == (on && ways_ != 0)) return;
  enabled_ = !enabled_;
  ++changes_;
}

L1Cache::Slot& L1Cache::victim(std::uint32_t line) {
  Slot* slot = &slots_[(line & (sets_ - 1)) * ways_];
  for (std::uint32_t way = 0; way < ways_; ++way)
    if (slot[way].line == kNoLine) return slot[way];
  // The manual does not say how a way is chosen; a shift register stands for it (assumed), the
  // same in each run.
  random_ = random_ >> 1 ^ ((random_ & 1U) != 0 ? 0xB400U : 0U);
  return slot[random_ % ways_];
}

std::uint32_t L1Cache::fill(std::uint32_t line, bool write_through) {
  Slot& slot = victim(line);
  const std::uint32_t written_back = slot.dirty ? slot.line : kNoLine;
  slot = {line, false, write_through};
  ++changes_;
  return written_back;
}

bool L1Cache::make_dirty(std::uint32_t line) {
  Slot* slot = find(line);
  if (slot == nullptr || slot->write_through) return false;
  slot->dirty = true;
  return true;
}

void L1Cache::clean(Slot& slot, bool invalidate) {
  slot.dirty = false;
  if (invalidate) slot.line = kNoLine;
  ++changes_;
}

void L1Cache::clean(std::uint32_t line, bool invalidate) {
  if (Slot* slot = find(line)) clean(*slot, invalidate);
}

void L1Cache::clean_way(std::uint32_t set, std::uint32_t way, bool invalidate) {
  if (set < sets_ && way < ways_) clean(slots_[std::size_t{set} * ways_ + way], invalidate);
}

void L1Cache::invalidate(std::uint32_t line) {
  if (Slot* slot = find(line)) *slot = Slot{};
  ++changes_;
}

void L1Cache::invalidate_all() {
  for (Slot& slot : slots_) slot = Slot{};
  ++changes_;
}

}  // namespace mcusim
