// Exceptions of the M profile: what is pending, active and enabled, and which one comes next.
//
// Architecture Reference Manual DDI0403E, B1.5 and B3.4; with the Security Extension DDI0553, rules
// for exceptions of both states. Of an exception that each state has, the Non-secure one has
// kOfNonSecure added to its number. Stacking and the register file are the
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
  kSecureFault = 7,
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

// Those of Secure state, or the only ones; and those of Non-secure state beside them.
struct BankedMasks : Masks {
  Masks non_secure;
};

class Exceptions {
 public:
  static constexpr int kCount = 256;
  static constexpr int kOfNonSecure = 256;
  static constexpr int kLowest = 256;  // priority of thread mode without masks

  // Those that each security state has its own of (DDI0553, exception numbers).
  static bool is_banked(int number) {
    return ((1U << kHardFault | 1U << kMemManage | 1U << kUsageFault | 1U << kSvCall |
             1U << kPendSv | 1U << kSysTick) >>
                (number & 31) &
            1U) != 0 &&
           number < kFirstInterrupt;
  }
  // The number in the vector table and in IPSR.
  static int plain(int number) { return number & (kOfNonSecure - 1); }

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
  void set_group_bits(int prigroup, bool non_secure = false) { prigroup_[non_secure] = prigroup; }
  // AIRCR.BFHFNMINS and PRIS (DDI0553).
  void set_security_rules(bool faults_non_secure, bool prioritise_secure) {
    faults_non_secure_ = faults_non_secure;
    prioritise_secure_ = prioritise_secure;
  }
  bool faults_non_secure() const { return faults_non_secure_; }
  // NVIC_ITNS: an interrupt's state.
  void set_non_secure(int number, bool on) { set(non_secure_, number, on); }
  // Whether it is taken in Non-secure state; never without the Security Extension.
  bool targets_non_secure(int number) const;
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
  int prigroup(bool non_secure = false) const { return prigroup_[non_secure]; }

  // Whether something enabled is pending, whatever its priority.
  bool anything_ready() const;
  // Group priority that execution now has; smaller is more urgent, negative above all settings.
  int execution_priority(const BankedMasks& masks) const;
  // Whether an exception that needs to be taken now may be: a fault or SVC.
  bool may_preempt(int number, const BankedMasks& masks) const {
    return enabled(number) && group_priority(number) < execution_priority(masks);
  }
  // The exception to take next, or 0 when none may preempt.
  int next(const BankedMasks& masks) const;
  // Whether one would preempt were PRIMASK clear: what ends WFI.
  bool wakes(BankedMasks masks) const {
    masks.primask = masks.non_secure.primask = false;
    return anything_ready() && next(masks) != 0;
  }
  // The most urgent pending and enabled one (ICSR.VECTPENDING), or 0.
  int most_urgent() const;
  int active_count() const;

  void enter(int number);
  void leave(int number);
  // Of `first` and `second`, the one whose handler runs first.
  int more_urgent(int first, int second) const {
    return urgency(second) < urgency(first) ? second : first;
  }

 private:
  static constexpr int kSlots = kOfNonSecure + 64;
  using Bits = std::array<std::uint64_t, kSlots / 64>;
  static bool get(const Bits& bits, int n) {
    return (bits[static_cast<std::size_t>(n) / 64] >> (n % 64) & 1U) != 0;
  }
  static void set(Bits& bits, int n, bool on) {
    const std::uint64_t bit = std::uint64_t{1} << (n % 64);
    std::uint64_t& word = bits[static_cast<std::size_t>(n) / 64];
    word = on ? word | bit : word & ~bit;
  }
  int full_priority(int number) const;
  // The full priority as it counts beside those of the other state.
  int urgency(int number) const {
    const int priority = full_priority(number);
    const bool shifted = prioritise_secure_ && priority >= 0 && targets_non_secure(number);
    return shifted ? (priority >> 1) + 0x80 : priority;
  }
  int group_priority(int number) const {
    return group_of(full_priority(number), targets_non_secure(number));
  }
  // PRIS puts Non-secure priorities into the lower half.
  int group_of(int priority, bool non_secure) const;
  int mask_priority(bool non_secure) const { return non_secure && prioritise_secure_ ? 0x80 : 0; }

  int priority_bits_;
  int count_;
  std::array<int, 2> prigroup_{};  // the second is that of Non-secure state
  bool faults_non_secure_ = false;
  bool prioritise_secure_ = false;
  bool newly_pending_ = false;
  Bits pending_{};
  // Those below the interrupts that can't be switched off.
  static constexpr std::uint64_t kAlwaysOn =
      1U << kHardFault | 1U << kSvCall | 1U << kPendSv | 1U << kSysTick;
  Bits enabled_{kAlwaysOn | 1U << kReset | 1U << kNmi, 0, 0, 0, kAlwaysOn};
  Bits active_{};
  Bits line_{};
  Bits non_secure_{};
  std::array<std::uint8_t, kSlots> priority_{};
};

}  // namespace mcusim
