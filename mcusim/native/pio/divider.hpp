// The clock divider of a PIO state machine (RP2040 datasheet 3.5.5): 16 bits of integer, 8 of
// fraction, free-running. It counts a period down from the integer, and each time the fractions
// of the periods so far pass 1, the next period is one cycle longer.
#pragma once

#include <algorithm>
#include <cstdint>

namespace mcusim {

class PioDivider {
 public:
  // The first tick is a whole period later.
  void restart(std::int64_t cycle) {
    base_ = cycle;
    first_ = 1;
  }
  // CLKDIV changes: the period under way at `cycle` ends as it began (the count is loaded anew at
  // its end; assumed).
  void set(std::uint32_t clkdiv, std::int64_t cycle) {
    base_ = next(cycle + 1);
    first_ = 0;
    whole_ = clkdiv >> 16 != 0 ? clkdiv >> 16 : 0x10000;
    fraction_ = clkdiv >> 16 != 0 ? clkdiv >> 8 & 0xFF : 0;
  }

  // The first tick at `cycle` or later.
  std::int64_t next(std::int64_t cycle) const { return at(index(cycle)); }
  // The nth tick behind the one at `tick`.
  std::int64_t after(std::int64_t tick, std::int64_t n) const {
    return fraction_ == 0 ? tick + n * whole_ : at(index(tick) + n);
  }
  // Ticks from `begin` on, before `end`.
  std::int64_t count(std::int64_t begin, std::int64_t end) const {
    return std::max<std::int64_t>(0, index(end) - index(begin));
  }

 private:
  std::int64_t at(std::int64_t k) const {
    return base_ + k * whole_ + ((k > 0 ? k - 1 : 0) * fraction_ >> 8);
  }
  // Number of the first tick at `cycle` or later.
  std::int64_t index(std::int64_t cycle) const {
    if (cycle <= base_) return first_;
    std::int64_t k = std::max(first_, (cycle - base_) * 256 / (whole_ * 256 + fraction_));
    while (at(k) < cycle) ++k;
    return k;
  }

  std::int64_t base_ = 0;
  std::int64_t first_ = 1;
  std::int64_t whole_ = 1;
  std::int64_t fraction_ = 0;
};

}  // namespace mcusim
