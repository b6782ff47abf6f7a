// What is due when: one entry a source, in cycles of the run.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace mcusim {

class Timeline {
 public:
  static constexpr std::uint64_t kNever = ~0ULL;

  int add_source() {
    due_.push_back(kNever);
    return static_cast<int>(due_.size()) - 1;
  }
  void schedule(int source, std::uint64_t cycle) {
    due_[static_cast<std::size_t>(source)] = cycle;
    next_ = *std::min_element(due_.begin(), due_.end());
  }
  void cancel(int source) { schedule(source, kNever); }
  std::uint64_t next() const { return next_; }
  // The earliest source that is due at `cycle`, taken off; -1 when none is.
  int take(std::uint64_t cycle) {
    if (next_ > cycle) return -1;
    const auto earliest = std::min_element(due_.begin(), due_.end());
    const auto source = static_cast<int>(earliest - due_.begin());
    cancel(source);
    return source;
  }

 private:
  std::vector<std::uint64_t> due_;
  std::uint64_t next_ = kNever;
};

}  // namespace mcusim
