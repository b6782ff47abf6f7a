// The Cortex-M7's memories: L1 caches, line fills over its AXI port, store buffer. The Cortex-M55's
// are taken to be the same, but for the store buffer with its ECC.
//
// TRM is the Cortex-M7 Technical Reference Manual (DDI0489F), 5.9 "L1 caches".
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <vector>

#include "activity.hpp"
#include "l1_cache.hpp"
#include "mpu.hpp"
#include "store_buffer.hpp"

namespace mcusim {

// A memory behind the AXI port.
struct AxiTarget {
  std::uint32_t latency = 0;     // bus cycles from the core's request to the first 64 bits
  std::uint32_t read_bytes = 0;  // of one read of its flash array; 0 for RAM
  std::uint64_t busy_until = 0;
  std::uint32_t buffered = 0xFFFFFFFFU;  // the array word that its read buffer holds
};

class MemorySystem {
 public:
  static constexpr std::uint32_t kBeatShift = 3;  // the port is 64 bits wide
  static constexpr std::uint32_t kBeats = 4;      // of a line

  MemorySystem(const CacheGeometry& instruction, const CacheGeometry& data, bool store_buffer)
      : icache(instruction), dcache(data), has_store_buffer(store_buffer) {}

  L1Cache icache;
  L1Cache dcache;
  const bool has_store_buffer;
  std::uint32_t wait_states = 0;  // of the flash, in bus cycles
  std::uint32_t divider = 1;      // core cycles of a bus cycle
  std::function<Cacheability(std::uint32_t address)> cacheability;

  std::uint8_t add_target(std::uint32_t latency, std::uint32_t read_bytes);

  // All three return the cycles that the core waits from `now` on.
  // Instructions of the beats from `beat` on, `count` of one line: `wanted` are the cycles, counted
  // from `start`, at which the core comes to each.
  std::uint64_t fetch(std::uint8_t target, std::uint32_t beat, std::uint32_t count,
                      const std::uint16_t* wanted, std::uint64_t start, Activity& activity);
  std::uint64_t read(std::uint8_t target, std::uint32_t address, std::uint32_t bytes,
                     std::uint64_t now, Activity& activity);
  std::uint64_t write(std::uint8_t target, std::uint32_t address, std::uint32_t bytes,
                      std::uint64_t now, Activity& activity);
  // A store of one item into TCM.
  std::uint64_t write_tcm(std::uint32_t address, std::uint32_t bytes, std::uint64_t now) {
    return stores_.put(now, address, 0, partial(address, bytes));
  }
  // A write to one of the cache maintenance registers of the system control space.
  void maintain(std::uint32_t offset, std::uint32_t value);

 private:
  struct LineFill {
    std::uint32_t line = L1Cache::kNoLine;
    std::array<std::uint64_t, kBeats> ready{};  // when each beat is there
    std::uint64_t done = 0;
  };
  std::uint32_t partial(std::uint32_t address, std::uint32_t bytes) const {
    const bool whole = bytes >= 4 && (address & 3U) == 0;
    return whole || !has_store_buffer ? 1 : StoreBuffer::kPartialCycles;
  }
  // `column` counts reads of the flash array: kFlashFetch or kFlashData.
  LineFill start_fill(AxiTarget& target, std::uint32_t address, std::uint64_t now, Column column,
                      Activity& activity);
  std::uint64_t read_array(AxiTarget& target, std::uint32_t address, std::uint64_t now,
                           Column column, Activity& activity);
  // Both return the cycle at which the bytes from `first` to `last` are there.
  std::uint64_t read_line(AxiTarget& target, std::uint32_t first, std::uint32_t last,
                          std::uint64_t now, Activity& activity);
  std::uint64_t read_uncached(AxiTarget& target, std::uint32_t first, std::uint32_t last,
                              std::uint64_t now, Activity& activity);
  void take_in(AxiTarget& target, std::uint32_t line, Cacheability policy, Activity& activity);
  std::uint64_t allocate(AxiTarget& target, std::uint32_t address, std::uint64_t now,
                         Activity& activity);
  std::uint64_t post(AxiTarget& target, std::uint64_t now) const;
  void note_full_line(std::uint32_t line, std::uint32_t bytes, std::uint64_t now);

  std::vector<AxiTarget> targets_;
  LineFill instruction_fill_;
  LineFill data_fill_;   // of the last load that missed
  LineFill write_fill_;  // of the last store that missed
  std::uint64_t earlier_write_fill_done_ = 0;
  std::uint32_t bytes_written_ = 0;                 // of the line of `write_fill_`
  int full_lines_ = 0;                              // written in a row before their fills were done
  bool read_allocate_ = false;                      // dynamic read allocate mode (TRM, 5.9.1)
  std::uint32_t streamed_line_ = L1Cache::kNoLine;  // that stores last went out to
  std::uint32_t streamed_bytes_ = 0;
  std::uint32_t last_fetched_ = L1Cache::kNoLine;
  std::uint64_t last_fetched_at_ = 0;
  StoreBuffer stores_;
};

}  // namespace mcusim
