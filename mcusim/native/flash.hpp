// The flash array with its accelerator: wait states, instruction and data cache, prefetch.
//
// The array delivers one read of `read_bytes` per 1 + wait_states cycles, to one client at a time.
// Loads go before what is read ahead (RM0440, 3.3.4: data have priority over instructions).
// A cache line is filled read by read ("sector"), as the array delivers it. A serial flash that
// code executes from in place answers by command, address and bytes instead.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <utility>
#include <vector>

#include "activity.hpp"
#include "fetch_record.hpp"

namespace mcusim {

struct CacheGeometry {
  std::uint32_t line_bytes = 0;  // 0: no such cache
  std::uint32_t sets = 0;
  std::uint32_t ways = 0;
  std::uint32_t hit_wait_cycles = 0;
  bool keeps_prefetched = true;  // false: only lines that were missed; each line is read ahead from
  bool serves_data = false;      // of an instruction cache: loads go through it, too
};

class LineCache {
 public:
  LineCache(const CacheGeometry& geometry, std::uint32_t flash_bytes, std::uint32_t read_bytes);

  bool enabled() const { return enabled_; }
  void set_enabled(bool on) {
    enabled_ = on && !slots_.empty();
    ++order_;
  }
  void invalidate();
  // The same lines in sets of `ways`, a divisor of their number; empties the cache.
  void set_ways(std::uint32_t ways);
  std::uint32_t hit_wait_cycles() const { return hit_wait_cycles_; }
  bool keeps_prefetched() const { return keeps_prefetched_; }
  bool serves_data() const { return serves_data_; }
  // Whether it is in use, and hits cost and start nothing.
  bool serves_freely() const { return enabled_ && hit_wait_cycles_ == 0 && keeps_prefetched_; }
  std::uint32_t line_of(std::uint32_t sector) const { return sector >> sectors_shift_; }
  std::uint32_t sectors_shift() const { return sectors_shift_; }

  // Whether all sectors of `mask` in `line` are present; marks the line as used just now.
  bool touch(std::uint32_t line, std::uint8_t mask) {
    if (is_newest(line, mask)) return true;
    const std::uint16_t slot = slot_of_[line];
    if (slot == 0 || (slots_[slot - 1U].valid & mask) != mask) return false;
    use(slot);
    return true;
  }
  // Whether they are present and nothing else of the line's set was used since: another use would
  // change nothing.
  bool is_newest(std::uint32_t line, std::uint8_t mask) const {
    const std::uint16_t slot = newest_[set_of(line)];
    if (slot == 0) return false;
    const Slot& s = slots_[slot - 1U];
    return s.line == line && (s.valid & mask) == mask;
  }
  bool touch_sector(std::uint32_t sector) { return touch(line_of(sector), bit_of(sector)); }
  bool contains(std::uint32_t sector) const;
  // Number of fills so far: while it stands still, what was present still is.
  const std::uint64_t& fills() const { return fills_; }
  // Number of changes so far, of content or of what was used last in a set: while it stands still,
  // what was the newest still is.
  const std::uint64_t& order() const { return order_; }
  void fill(std::uint32_t sector);
  void drop(std::uint32_t sector);
  bool is_tiny() const { return slots_.size() <= CacheContent{}.lines.size(); }
  // Of a tiny one.
  CacheContent content() const;
  bool holds(const CacheContent& content) const {
    for (std::size_t k = 0; k < slots_.size(); ++k)
      if (packed(slots_[k]) != content.lines[k]) return false;
    return newest_.empty() || newest_.front() == content.newest;
  }
  void restore(const CacheContent& content);

 private:
  struct Slot {
    std::uint32_t line = 0;
    std::uint16_t set = 0;
    std::uint8_t valid = 0;  // one bit a sector
    std::uint64_t last_use = 0;
  };
  static std::uint64_t packed(const Slot& slot) {
    return slot.valid == 0 ? 0 : std::uint64_t{slot.line} << 8 | slot.valid;
  }
  void use(std::uint16_t slot) {
    Slot& s = slots_[slot - 1U];
    if (newest_[s.set] == slot) return;
    newest_[s.set] = slot;
    s.last_use = ++tick_;
    ++order_;
  }
  // A power of two, as board files are checked for.
  std::uint32_t set_of(std::uint32_t line) const { return line & (sets_ - 1U); }
  std::uint8_t bit_of(std::uint32_t sector) const {
    return static_cast<std::uint8_t>(1U << (sector & ((1U << sectors_shift_) - 1U)));
  }

  bool enabled_ = false;
  std::uint32_t sets_ = 1;
  std::uint32_t ways_ = 0;
  std::uint32_t hit_wait_cycles_ = 0;
  bool keeps_prefetched_ = true;
  bool serves_data_ = false;
  std::uint32_t sectors_shift_ = 0;
  std::uint64_t tick_ = 0;
  std::uint64_t fills_ = 0;
  std::uint64_t order_ = 0;
  std::vector<Slot> slots_;             // set by set
  std::vector<std::uint16_t> newest_;   // of each set: slot number + 1, 0 when empty
  std::vector<std::uint16_t> slot_of_;  // by line of the flash: slot number + 1, 0 when absent
};

// What a read does with the cache in front of the flash; aliases of a flash may differ in it.
struct CacheUse {
  bool looks = true;  // whether it is served from there
  bool fills = true;  // whether what it misses goes there
};

// What a store to a flash that isn't being programmed does: it faults, or takes what it finds out
// of the cache and changes nothing. Where the cache isn't used in full, that may be a fault still.
enum class Stores : std::uint8_t { kFault, kDropOrFault, kDrop };

// Core cycles of a read over a serial interface; no such interface where `byte_cycles` is 0.
struct SerialRead {
  std::uint32_t setup_cycles = 0;  // before the first byte, unless it follows the one read last
  std::uint32_t byte_cycles = 0;
};

class Flash {
  static constexpr std::uint32_t kNone = 0xFFFFFFFFU;
  static constexpr std::size_t kBookings = 64;

 public:
  // What a core waits for and has at hand. Cores are simulated in turns: what one has booked lies
  // in the other's future, and does not hold it up.
  struct Client {
    std::uint32_t current = kNone;     // sector in the line buffer of the fetch unit
    std::uint32_t prefetched = kNone;  // sector being read ahead
    std::uint64_t prefetch_ready = 0;
    std::uint64_t array_free = 0;
    std::uint32_t serial_next = kNone;  // byte that the serial flash would send next
    // Starts of the last fetches, not of reads ahead; the oldest is overwritten.
    std::array<std::uint64_t, kBookings> booked{};
    std::size_t fetches = 0;  // so many; the last one is booked before this place
    std::uint64_t last_data = 0;
  };

  Flash(std::uint32_t size_bytes, std::uint32_t read_bytes, const CacheGeometry& icache,
        const CacheGeometry& dcache);

  LineCache icache;
  LineCache dcache;
  std::uint32_t wait_states = 0;
  bool prefetch = false;
  SerialRead serial;
  Stores stores = Stores::kFault;

  std::uint32_t read_shift() const { return read_shift_; }
  // The core whose turn it is takes the place of the other.
  void exchange(Client& other) { std::swap(client_, other); }

  // Cycles that the core waits for the instructions of one sector, wanted at cycle `now`.
  std::uint64_t fetch(std::uint32_t sector, std::uint64_t now, Activity& activity, CacheUse use);
  // Whether what it is, and with it what fetches cost, is little enough to be kept in a record; no
  // run of free cache hits comes between two, and no read takes longer than a few blocks.
  bool keeps_records() const {
    return serial.byte_cycles == 0 && icache.is_tiny() && !icache.serves_freely() &&
           wait_states < FetchChain::kLength;
  }
  AcceleratorState state(std::uint64_t start) const;
  // Compared in place: this is asked before each block, and building a state costs as much as the
  // fetches that it would save.
  bool is(const AcceleratorState& state, std::uint64_t start) const {
    return client_.current == state.current && client_.prefetched == state.prefetched &&
           left(client_.array_free, start) == state.array_free &&
           prefetch_left(start) == state.prefetch_ready && icache.holds(state.cache) &&
           wait_states == state.wait_states && prefetch == state.prefetch &&
           icache.enabled() == state.cached;
  }
  // Has the fetches of all blocks of `chain` made.
  void repeat(const FetchChain& chain);
  // Of the fetches since `fetches()` was `first`, completes a record of a block that began at
  // `start`.
  void complete(FetchRecord& record, std::size_t first, std::uint64_t start) const;
  std::size_t fetches() const { return client_.fetches; }
  // The sector that a run of cache hits ended in: what the fetch unit's line buffer now holds.
  void fetched_from_cache(std::uint32_t sector) { client_.current = sector; }
  std::uint32_t* line_buffer() { return &client_.current; }
  // Cycles that a load waits for data at byte `offset` of the flash.
  std::uint64_t read(std::uint32_t offset, std::uint64_t now, Activity& activity, CacheUse use) {
    const std::uint32_t sector = offset >> read_shift_;
    const LineCache& cache = data_cache();
    // Most loads follow one from the same sector, and find it the newest of its set still.
    if (sector != last_hit_ || cache.order() != last_order_ || !use.looks)
      return read_sector(sector, now, activity, use);
    ++activity[kCacheRead];
    return cache.hit_wait_cycles();
  }
  // A store that does not reach the array; false: it faults.
  bool store(std::uint32_t offset, CacheUse use);
  // Whether a load takes its own bytes and no more over the serial interface: nothing caches them.
  bool loads_bytes() const { return serial.byte_cycles != 0 && !data_cache().enabled(); }
  // Cycles that such a load waits.
  std::uint64_t read_bytes(std::uint32_t offset, std::uint32_t bytes, std::uint64_t now,
                           Activity& activity);

 private:
  static std::uint64_t left(std::uint64_t cycle, std::uint64_t start) {
    return cycle < start ? 0 : cycle - start + 1;
  }
  std::uint64_t prefetch_left(std::uint64_t start) const {
    return client_.prefetched == kNone ? 0 : left(client_.prefetch_ready, start);
  }
  const LineCache& data_cache() const { return icache.serves_data() ? icache : dcache; }
  std::uint64_t read_sector(std::uint32_t sector, std::uint64_t now, Activity& activity,
                            CacheUse use);
  void read_ahead(std::uint32_t sector, std::uint64_t now, Activity& activity);
  // Reads of the array are booked in time; a data read may find a gap between fetches that are
  // booked further ahead. Both return the cycle at which the data is there.
  std::uint64_t book_array(std::uint32_t sector, std::uint64_t now);
  std::uint64_t book_fetch(std::uint32_t sector, std::uint64_t now);
  std::uint64_t book_data(std::uint64_t now) {
    const std::uint64_t start = now < client_.array_free ? book_data_between(now) : now;
    client_.last_data = start;
    give_way(start);
    client_.array_free = std::max(client_.array_free, start + 1 + wait_states);
    return start + wait_states;
  }
  // A read ahead that is under way, or due, when data is read from `start` on begins anew after it.
  void give_way(std::uint64_t start) {
    if (client_.prefetched == kNone || client_.prefetch_ready < start) return;
    client_.prefetch_ready =
        std::max(client_.prefetch_ready, start + 1 + 2 * std::uint64_t{wait_states});
    client_.array_free = std::max(client_.array_free, client_.prefetch_ready + 1);
  }
  std::uint64_t book_data_between(std::uint64_t now);
  void book_again(const FetchRecord& record, std::uint64_t start);
  std::uint64_t book_serial(std::uint32_t offset, std::uint32_t bytes, std::uint64_t now);

  std::uint32_t read_shift_;
  std::uint32_t sectors_;
  // Of the last load that the cache served, and what its order was then.
  std::uint32_t last_hit_ = kNone;
  std::uint64_t last_order_ = 0;
  Client client_;
};

}  // namespace mcusim
