// Exceptions of Armv6-M and Armv7-M: what is pending, active and enabled, and which one comes next.
//
// Architecture Reference Manual DDI0403E, B1.5 and B3.4. Stacking and the register file are the
// engine's part (arm_exceptions.hpp).
#pragma once

#include <array>
#include <cstdint>
#include <utility>

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

  Exceptions(int priority_bits, int interrupts)
      : priority_bits_(priority_bits), count_(kFirstInterrupt + interrupts) {}

  // Whether the chip has it; all below the interrupts count as had.
  bool exists(int number) const { return number < count_; }
  int interrupts() const { return count_ - kFirstInterrupt; }

  void set_pending(int number) {
    newly_pending_ = newly_pending_ || !get(pending_, number);
    set(pending_, number, true);
  }
  // A level that is still high pends again at once (B3.4.1).
  void clear_pending(int number) { set(pending_, number, get(line_, number)); }
  void set_enabled(int number, bool on) { set(enabled_, number, on); }
  // A level from a peripheral: pends when it rises, and again when its handler leaves it high.
  void set_line(int number, bool high);
  void set_priority(int number, std::uint8_t priority);
  void set_group_bits(int prigroup) { prigroup_ = prigroup; }
  void set_active(int number, bool on) { set(active_, number, on); }
  // Whether anything became pending since this was last asked (SCR.SEVONPEND).
  bool take_newly_pending() { return std::exchange(newly_pending_, false); }
  std::uint8_t implemented(std::uint8_t priority) const {
    const int unused = 8 - priority_bits_;
    return static_cast<std::uint8_t>(priority >> unused << unused);
  }

  bool pending(int number) const { return get(pending_, number); }
  bool enabled(int number) const { return get(enabled_, number); }
  bool active(int number) const { return get(active_, number); }
  std::uint8_t priority(int number) const { return priority_[static_cast<std::size_t>(number)]; }
  int prigroup() const { return prigroup_; }

  // Whether something enabled is pending, whatever its priority.
  bool anything_ready() const;
  // Group priority that execution now has; smaller is more urgent, negative above all settings.
  int execution_priority(const Masks& masks) const;
  // Whether an exception that needs to be taken now may be: a fault or SVC.
  bool may_preempt(int number, const Masks& masks) const {
    return enabled(number) && group_priority(number) < execution_priority(masks);
  }
  // The exception to take next, or 0 when none may preempt.
  int next(const Masks& masks) const;
  // Whether one would preempt were PRIMASK clear: what ends WFI.
  bool wakes(Masks masks) const {
    masks.primask = false;
    return anything_ready() && next(masks) != 0;
  }
  // The most urgent pending and enabled one (ICSR.VECTPENDING), or 0.
  int most_urgent() const;
  int active_count() const;

  void enter(int number);
  void leave(int number);
  // Of `first` and `second`, the one whose handler runs first.
  int more_urgent(int first, int second) const {
    return full_priority(second) < full_priority(first) ? second : first;
  }

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
  int count_;
  int prigroup_ = 0;
  bool newly_pending_ = false;
  Bits pending_{};
  // Those below the interrupts that can't be switched off.
  Bits enabled_{1U << kReset | 1U << kNmi | 1U << kHardFault | 1U << kSvCall | 1U << kPendSv |
                1U << kSysTick};
  Bits active_{};
  Bits line_{};
  std::array<std::uint8_t, kCount> priority_{};
};

}  // namespace mcusim
