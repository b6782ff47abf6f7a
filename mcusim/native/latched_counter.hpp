// Counters of devices that firmware latches before it reads them: a write takes the count over, and
// reads of two words give what was taken. Firmware that waits for a time does little else, so both
// happen without asking the device.
#pragma once

#include <cmath>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

namespace mcusim {

// From `cycle` on, at which `seconds` had passed, the core's clock is `hz`.
struct ClockSegment {
  std::uint64_t cycle = 0;
  double seconds = 0.0;
  double hz = 1.0;

  double seconds_at(std::uint64_t now) const {
    return seconds + static_cast<double>(static_cast<std::int64_t>(now - cycle)) / hz;
  }
};

// The arithmetic is that of mcusim.devices.espressif.up_counter, to the last bit.
class LatchedCounter {
 public:
  explicit LatchedCounter(std::uint32_t bits) : mask_(~0ULL >> (64 - bits)) {}

  // Since `since_s` it counts `hz` ticks a second, from `whole` and a `part` of a tick on.
  void count_from(std::uint64_t whole, double part, double since_s, double hz) {
    whole_ = whole;
    part_ = part;
    since_s_ = since_s;
    hz_ = hz;
  }
  std::uint64_t value_at(double seconds) const {
    // Apart, so that no compiler makes one rounding of two.
    const volatile double ticks = (seconds - since_s_) * hz_;
    const double whole_ticks = std::floor(part_ + ticks + kRounding);
    return (whole_ + static_cast<std::uint64_t>(static_cast<std::int64_t>(whole_ticks))) & mask_;
  }

  std::uint64_t latched = 0;

 private:
  static constexpr double kRounding = 1e-4;  // ticks by which a time may miss a tick's beginning

  std::uint64_t mask_;
  std::uint64_t whole_ = 0;
  double part_ = 0.0;
  double since_s_ = 0.0;
  double hz_ = 0.0;
};

// Where the words of each stand.
class LatchedCounters {
 public:
  // A write of a bit of `bits` to the word at `trigger` takes the count; `low` and `high` read as
  // its halves.
  void place(std::shared_ptr<LatchedCounter> counter, std::uint32_t trigger, std::uint32_t bits,
             std::uint32_t low, std::uint32_t high) {
    placed_.push_back({std::move(counter), trigger, bits, low, high});
  }
  void clear() { placed_.clear(); }

  // Whether the write was one that takes a count over.
  bool write(std::uint32_t address, std::uint32_t value, const ClockSegment& clock,
             std::uint64_t now) {
    for (Place& place : placed_) {
      if (address != place.trigger || (value & place.bits) == 0) continue;
      place.counter->latched = place.counter->value_at(clock.seconds_at(now));
      return true;
    }
    return false;
  }
  std::optional<std::uint32_t> read(std::uint32_t address) const {
    for (const Place& place : placed_) {
      if (address == place.low) return static_cast<std::uint32_t>(place.counter->latched);
      if (address == place.high) return static_cast<std::uint32_t>(place.counter->latched >> 32);
    }
    return std::nullopt;
  }

 private:
  struct Place {
    std::shared_ptr<LatchedCounter> counter;
    std::uint32_t trigger, bits, low, high;
  };
  std::vector<Place> placed_;
};

}  // namespace mcusim
