#include "flash.hpp"

#include <algorithm>
#include <bit>
#include <stdexcept>

namespace mcusim {

namespace {

std::uint32_t log2_exact(std::uint32_t value, const char* what) {
  if (!std::has_single_bit(value)) throw std::invalid_argument(what);
  return static_cast<std::uint32_t>(std::countr_zero(value));
}

}  // namespace

LineCache::LineCache(const CacheGeometry& geometry, std::uint32_t flash_bytes,
                     std::uint32_t read_bytes)
    : sets_(std::max(geometry.sets, 1U)),
      ways_(geometry.ways),
      hit_wait_cycles_(geometry.hit_wait_cycles),
      keeps_prefetched_(geometry.keeps_prefetched),
      serves_data_(geometry.serves_data) {
  if (geometry.line_bytes == 0) return;
  if (geometry.line_bytes < read_bytes || geometry.line_bytes / read_bytes > 8)
    throw std::invalid_argument("a cache line is 1 to 8 reads of the flash array");
  sectors_shift_ = log2_exact(geometry.line_bytes / read_bytes, "line size is a power of two");
  slots_.resize(std::size_t{sets_} * ways_);
  newest_.resize(sets_);
  slot_of_.resize(flash_bytes / geometry.line_bytes + 2);
}

void LineCache::invalidate() {
  ++fills_;  // nothing that was present still is
  ++order_;
  for (Slot& slot : slots_) slot = Slot{};
  newest_.assign(sets_, 0);
  std::fill(slot_of_.begin(), slot_of_.end(), std::uint16_t{0});
}

void LineCache::set_ways(std::uint32_t ways) {
  if (ways == 0 || slots_.size() % ways != 0) throw std::invalid_argument("ways divide the lines");
  ways_ = ways;
  sets_ = std::max(static_cast<std::uint32_t>(slots_.size()) / ways, 1U);
  invalidate();
}

bool LineCache::contains(std::uint32_t sector) const {
  const std::uint32_t line = line_of(sector);
  if (line >= slot_of_.size() || slot_of_[line] == 0) return false;
  return (slots_[slot_of_[line] - 1U].valid & bit_of(sector)) != 0;
}

void LineCache::fill(std::uint32_t sector) {
  ++fills_;
  ++order_;
  const std::uint32_t line = line_of(sector);
  if (slot_of_[line] == 0) {
    // Least recently used way of the set makes room.
    const std::uint32_t set = set_of(line);
    const auto first = slots_.begin() + std::ptrdiff_t{set} * std::ptrdiff_t{ways_};
    const auto victim =
        std::min_element(first, first + std::ptrdiff_t{ways_},
                         [](const Slot& a, const Slot& b) { return a.last_use < b.last_use; });
    if (victim->valid != 0) slot_of_[victim->line] = 0;
    *victim = Slot{line, static_cast<std::uint16_t>(set), 0, 0};
    slot_of_[line] = static_cast<std::uint16_t>(victim - slots_.begin() + 1);
  }
  Slot& slot = slots_[slot_of_[line] - 1U];
  slot.valid = static_cast<std::uint8_t>(slot.valid | bit_of(sector));
  slot.last_use = ++tick_;
  newest_[slot.set] = slot_of_[line];
}

void LineCache::drop(std::uint32_t sector) {
  if (!contains(sector)) return;
  ++fills_;  // not all that was present still is
  ++order_;
  std::uint16_t& place = slot_of_[line_of(sector)];
  Slot& slot = slots_[place - 1U];
  slot.valid = static_cast<std::uint8_t>(slot.valid & ~bit_of(sector));
  if (slot.valid != 0) return;
  slot = Slot{};
  place = 0;
}

CacheContent LineCache::content() const {
  CacheContent content;
  for (std::size_t k = 0; k < slots_.size(); ++k) content.lines[k] = packed(slots_[k]);
  if (!newest_.empty()) content.newest = newest_.front();
  return content;
}

void LineCache::restore(const CacheContent& content) {
  ++fills_;
  ++order_;
  for (const Slot& slot : slots_)
    if (slot.valid != 0) slot_of_[slot.line] = 0;
  for (std::size_t k = 0; k < slots_.size(); ++k) {
    const auto valid = static_cast<std::uint8_t>(content.lines[k]);
    const auto line = static_cast<std::uint32_t>(content.lines[k] >> 8);
    const bool newest = content.newest == k + 1;
    slots_[k] = Slot{line, 0, valid, valid == 0 ? 0 : tick_ + (newest ? 2 : 1)};
    if (valid != 0) slot_of_[line] = static_cast<std::uint16_t>(k + 1);
  }
  tick_ += 2;
  if (!newest_.empty()) newest_.front() = content.newest;
}

Flash::Flash(std::uint32_t size_bytes, std::uint32_t read_bytes, const CacheGeometry& icache_is,
             const CacheGeometry& dcache_is)
    : icache(icache_is, size_bytes, read_bytes),
      dcache(dcache_is, size_bytes, read_bytes),
      read_shift_(log2_exact(read_bytes, "flash read width is a power of two")),
      sectors_(size_bytes / read_bytes) {}

std::uint64_t Flash::book_array(std::uint32_t sector, std::uint64_t now) {
  if (serial.byte_cycles != 0) return book_serial(sector << read_shift_, 1U << read_shift_, now);
  const std::uint64_t start = std::max(now, client_.array_free);
  client_.array_free = start + 1 + wait_states;
  return start + wait_states;
}

std::uint64_t Flash::book_fetch(std::uint32_t sector, std::uint64_t now) {
  const std::uint64_t ready = book_array(sector, now);
  client_.booked[client_.fetches++ % kBookings] = ready - wait_states;
  return ready;
}

std::uint64_t Flash::book_data_between(std::uint64_t now) {
  // Fetches are booked ahead of time, in order. From the first that isn't over, and with the last
  // data read among them, one sweep finds the first gap that is long enough.
  const std::uint64_t length = 1 + wait_states;
  const auto booked = [this](std::size_t back) {
    return client_.booked[(client_.fetches - back) % kBookings];
  };
  std::size_t back = 0;
  while (back < kBookings && booked(back + 1) + length > now) ++back;
  std::uint64_t start = now;
  const auto avoid = [&start, length](std::uint64_t other) {
    if (other + length > start && other < start + length) start = other + length;
  };
  bool data_is_next = true;
  for (; back > 0; --back) {
    if (data_is_next && client_.last_data <= booked(back)) {
      avoid(client_.last_data);
      data_is_next = false;
    }
    avoid(booked(back));
  }
  if (data_is_next) avoid(client_.last_data);
  return start;
}

std::uint64_t Flash::book_serial(std::uint32_t offset, std::uint32_t bytes, std::uint64_t now) {
  const std::uint64_t setup = offset == client_.serial_next ? 0 : serial.setup_cycles;
  client_.serial_next = offset + bytes;
  client_.array_free =
      std::max(now, client_.array_free) + setup + std::uint64_t{serial.byte_cycles} * bytes;
  return client_.array_free;
}

std::uint64_t Flash::fetch(std::uint32_t sector, std::uint64_t now, Activity& activity,
                           CacheUse use) {
  if (sector == client_.current) return 0;
  client_.current = sector;
  if (use.looks && icache.enabled() && icache.touch_sector(sector)) {
    const std::uint64_t wait = icache.hit_wait_cycles();
    if (!icache.keeps_prefetched()) read_ahead(sector + 1, now + wait, activity);
    return wait;
  }
  const bool was_prefetched = sector == client_.prefetched;
  std::uint64_t ready = client_.prefetch_ready;
  if (!was_prefetched) {
    ready = book_fetch(sector, now);
    ++activity[kFlashFetch];
  }
  const std::uint64_t stall = ready > now ? ready - now : 0;
  const bool keeps = icache.keeps_prefetched() || !was_prefetched;
  if (use.fills && icache.enabled() && keeps) icache.fill(sector);
  read_ahead(sector + 1, now + stall, activity);
  return stall;
}

void Flash::read_ahead(std::uint32_t sector, std::uint64_t now, Activity& activity) {
  // The array reads on while the core executes what it just got.
  if (!prefetch || sector == client_.prefetched) return;
  const bool known = sector >= sectors_ || (icache.enabled() && icache.contains(sector));
  client_.prefetched = known ? kNone : sector;
  if (known) return;
  client_.prefetch_ready = book_array(sector, now);
  ++activity[kFlashFetch];
}

AcceleratorState Flash::state(std::uint64_t start) const {
  AcceleratorState now;
  now.current = client_.current;
  now.prefetched = client_.prefetched;
  now.prefetch_ready = prefetch_left(start);
  now.array_free = left(client_.array_free, start);
  now.wait_states = wait_states;
  now.prefetch = prefetch;
  now.cached = icache.enabled();
  now.cache = icache.content();
  return now;
}

void Flash::complete(FetchRecord& record, std::size_t first, std::uint64_t start) const {
  record.bookings = client_.fetches - first;
  record.known = record.bookings <= FetchRecord::kMostBookings;
  if (!record.known) return;
  for (std::size_t k = 0; k < record.bookings; ++k)
    record.booked[k] = client_.booked[(first + k) % kBookings] - start;
  record.after = state(start);
}

void Flash::book_again(const FetchRecord& record, std::uint64_t start) {
  for (std::size_t k = 0; k < record.bookings; ++k)
    client_.booked[client_.fetches++ % kBookings] = start + record.booked[k];
}

void Flash::repeat(const FetchChain& chain) {
  chain.each([this](const FetchRecord& record, std::uint64_t start) { book_again(record, start); });
  const std::uint64_t start = chain.last_start();
  const AcceleratorState& after = chain.last()->after;
  client_.current = after.current;
  client_.prefetched = after.prefetched;
  if (after.prefetch_ready != 0) client_.prefetch_ready = start + after.prefetch_ready - 1;
  if (after.array_free != 0) client_.array_free = start + after.array_free - 1;
  if (!icache.holds(after.cache)) icache.restore(after.cache);
}

std::uint64_t Flash::read_sector(std::uint32_t sector, std::uint64_t now, Activity& activity,
                                 CacheUse use) {
  LineCache& cache = icache.serves_data() ? icache : dcache;
  if (use.looks && cache.enabled() && cache.touch_sector(sector)) {
    last_hit_ = sector;
    last_order_ = cache.order();
    ++activity[kCacheRead];
    return cache.hit_wait_cycles();
  }
  ++activity[kFlashData];
  if (use.fills && cache.enabled()) cache.fill(sector);
  if (serial.byte_cycles != 0)
    return book_serial(sector << read_shift_, 1U << read_shift_, now) - now;
  return wait_states == 0 ? 0 : book_data(now) - now;
}

bool Flash::store(std::uint32_t offset, CacheUse use) {
  if (stores == Stores::kFault) return false;
  if (!use.looks || !use.fills) return stores == Stores::kDrop;
  icache.drop(offset >> read_shift_);
  return true;
}

std::uint64_t Flash::read_bytes(std::uint32_t offset, std::uint32_t bytes, std::uint64_t now,
                                Activity& activity) {
  ++activity[kFlashData];
  return book_serial(offset, bytes, now) - now;
}

}  // namespace mcusim
