// The Cortex-M7's store buffer: stores wait in it until their bank of TCM or data cache takes them.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>

namespace mcusim {

// Four entries give the throughputs measured on an STM32H743 (jnk0le/random, cortex_m7.md, stores):
// a byte store takes 4 cycles in one bank and 2 in alternating banks, five unaligned ones in a row
// fill it.
class StoreBuffer {
 public:
  static constexpr std::uint32_t kPartialCycles = 4;  // read, merge, write: ECC covers whole words

  // A store at cycle `now`, which its bank may take from `earliest` on and for `cycles`. Returns
  // the cycles that the core waits for a free entry.
  std::uint64_t put(std::uint64_t now, std::uint32_t address, std::uint64_t earliest,
                    std::uint32_t cycles) {
    std::uint64_t& entry = entries_[next_];
    next_ = (next_ + 1) % entries_.size();
    const std::uint64_t issued = std::max(now, entry);
    std::uint64_t& bank = banks_[address >> 2 & 1U];
    bank = std::max({issued, earliest, bank}) + cycles;
    entry = bank;
    return issued - now;
  }

 private:
  std::array<std::uint64_t, 4> entries_{};  // when each becomes free
  std::array<std::uint64_t, 2> banks_{};    // even and odd words, likewise
  std::size_t next_ = 0;
};

}  // namespace mcusim
