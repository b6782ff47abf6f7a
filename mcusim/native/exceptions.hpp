// Exceptions of Armv6-M and Armv7-M: what is pending, active and enabled, and which one comes next.
//
// Architecture Reference Manual DDI0403E, B1.5 and B3.4. Stacking and the register file are the
// engine's part (arm_exceptions.hpp).
#pragma once

#include <array>
#include <cstdint>

namespace mcusim {

enum Exception : int {
  kReset = 1,
  kNmi = 2,
  kHardFault = 3,
  kMemManage = 4,
  kBusFault = 5,
  kUsageFault = 6,
  kSvCall = 11,
  kDebugMonitor = 12,
  kPendSv = 14,
  kSysTick = 15,
  kFirstInterrupt = 16,
};

struct Masks {
  bool primask = false;
  bool faultmask = false;
  std::uint8_t basepri = 0;
};

class Exceptions {
 public:
  static constexpr int kCount = 256;
  static constexpr int kLowest = 256;  // priority of thread mode without masks

  explicit Exceptions(int priority_bits) : priority_bits_(priority_bits) {}

  void set_pending(int number) { set(pending_, number, true); }
  void clear_pending(int number) { set(pending_, number, false); }
  void set_enabled(int number, bool on) { set(enabled_, number, on); }
  // A level from a peripheral: pends when it rises, and again when its handler leaves it high.
  void set_line(int number, bool high);
  void set_priority(int number, std::uint8_t priority);
  void set_group_bits(int prigroup) { prigroup_ = prigroup; }

  bool pending(int number) const { return get(pending_, number); }
  bool enabled(int number) const { return get(enabled_, number); }
  bool active(int number) const { return get(active_, number); }
  std::uint8_t priority(int number) const { return priority_[static_cast<std::size_t>(number)]; }
  int prigroup() const { return prigroup_; }

  // Whether something enabled is pending, whatever its priority.
  bool anything_ready() const;
  // Group priority that execution now has; smaller is more urgent, negative above all settings.
  int execution_priority(const Masks& masks) const;
  // The exception to take next, or 0 when none may preempt.
  int next(const Masks& masks) const;
  // Whether one would preempt were PRIMASK clear: what ends WFI.
  bool wakes(Masks masks) const {
    masks.primask = false;
    return next(masks) != 0;
  }
  // The most urgent pending and enabled one (ICSR.VECTPENDING), or 0.
  int most_urgent() const;
  int active_count() const;

  void enter(int number);
  void leave(int number);

 private:
  using Bits = std::array<std::uint64_t, kCount / 64>;
  static bool get(const Bits& bits, int n) {
    return (bits[static_cast<std::size_t>(n) / 64] >> (n % 64) & 1U) != 0;
  }
  static void set(Bits& bits, int n, bool on) {
    const std::uint64_t bit = std::uint64_t{1} << (n % 64);
    std::uint64_t& word = bits[static_cast<std::size_t>(n) / 64];
    word = on ? word | bit : word & ~bit;
  }
  int full_priority(int number) const;
  int group_priority(int number) const { return group_of(full_priority(number)); }
  int group_of(int priority) const;

  int priority_bits_;
  int prigroup_ = 0;
  Bits pending_{};
  // Those below the interrupts that can't be switched off.
  Bits enabled_{1U << kReset | 1U << kNmi | 1U << kHardFault | 1U << kSvCall | 1U << kPendSv |
                1U << kSysTick};
  Bits active_{};
  Bits line_{};
  std::array<std::uint8_t, kCount> priority_{};
};

}  // namespace mcusim
