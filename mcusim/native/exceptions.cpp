#include "exceptions.hpp"

#include <algorithm>
#include <bit>

namespace mcusim {

namespace {

template <typename Bits, typename Visit>
void for_each(const Bits& bits, Visit visit) {
  for (std::size_t w = 0; w < bits.size(); ++w)
    for (std::uint64_t word = bits[w]; word != 0; word &= word - 1)
      visit(static_cast<int>(w * 64) + std::countr_zero(word));
}

}  // namespace

void Exceptions::set_line(int number, bool high) {
  if (high && !get(line_, number)) set_pending(number);
  set(line_, number, high);
}

void Exceptions::set_priority(int number, std::uint8_t priority) {
  // Unimplemented low bits read as zero (B3.4.9).
  priority_[static_cast<std::size_t>(number)] = implemented(priority);
}

bool Exceptions::targets_non_secure(int number) const {
  if (number >= kOfNonSecure) return true;
  if (number == kNmi || number == kBusFault) return faults_non_secure_;
  return get(non_secure_, number);
}

int Exceptions::full_priority(int number) const {
  // DDI0553, ExceptionPriority(): BFHFNMINS lifts the Secure HardFault above the NMI.
  if (number == kHardFault && faults_non_secure_) return -3;
  if (plain(number) <= kHardFault) return plain(number) - 4;  // reset -3, NMI -2, HardFault -1
  return priority_[static_cast<std::size_t>(number)];
}

int Exceptions::group_of(int priority, bool non_secure) const {
  // B1.5.4: bits [7:prigroup+1] are the group, the rest the subpriority.
  if (priority < 0) return priority;
  const int shift = prigroup_[non_secure] + 1;
  const int group = priority >> shift << shift;
  return non_secure && prioritise_secure_ ? (group >> 1) + 0x80 : group;
}

bool Exceptions::anything_ready() const {
  for (std::size_t w = 0; w < pending_.size(); ++w)
    if ((pending_[w] & enabled_[w]) != 0) return true;
  return false;
}

int Exceptions::execution_priority(const BankedMasks& masks) const {
  int priority = kLowest;
  for_each(active_, [&](int number) { priority = std::min(priority, group_priority(number)); });
  for (const bool non_secure : {false, true}) {
    const Masks& own = non_secure ? masks.non_secure : masks;
    if (own.basepri != 0) priority = std::min(priority, group_of(own.basepri, non_secure));
    if (own.primask) priority = std::min(priority, mask_priority(non_secure));
    if (!own.faultmask) continue;
    // DDI0553, FAULTMASK: it raises Non-secure state to -1 with BFHFNMINS alone.
    const int raised = non_secure ? (faults_non_secure_ ? -1 : mask_priority(true))
                                  : (faults_non_secure_ ? -3 : -1);
    priority = std::min(priority, raised);
  }
  return priority;
}

int Exceptions::most_urgent() const {
  int best = 0;
  int best_priority = kLowest;
  for (std::size_t w = 0; w < pending_.size(); ++w)
    for (std::uint64_t word = pending_[w] & enabled_[w]; word != 0; word &= word - 1) {
      const int number = static_cast<int>(w * 64) + std::countr_zero(word);
      const int priority = urgency(number);
      // Equal priorities: the lower number goes first, and of one number the Secure exception.
      const bool lower = priority == best_priority && plain(number) < plain(best);
      if (priority < best_priority || lower) {
        best = number;
        best_priority = priority;
      }
    }
  return best;
}

int Exceptions::next(const BankedMasks& masks) const {
  const int candidate = most_urgent();
  if (candidate == 0) return 0;
  return group_priority(candidate) < execution_priority(masks) ? candidate : 0;
}

int Exceptions::active_count() const {
  int count = 0;
  for (const std::uint64_t word : active_) count += std::popcount(word);
  return count;
}

void Exceptions::enter(int number) {
  set(active_, number, true);
  set(pending_, number, false);
}

void Exceptions::leave(int number) {
  set(active_, number, false);
  if (get(line_, number)) set_pending(number);
}

}  // namespace mcusim
