// The stacks of a run, the main one and one for each task: how deep they went, what they ran over.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace mcusim {

struct Frame {
  std::uint32_t callee = 0;
  std::uint32_t return_address = 0;
  std::uint32_t sp = 0;
};

// A piece of RAM that can hold a stack: a variable, or a block of the heap.
struct Extent {
  std::uint32_t base = 0;
  std::uint32_t end = 0;     // 0: unknown
  bool counted = false;      // as static data or heap, so that a stack in it takes no further RAM
  std::uint32_t caller = 0;  // of a block: where the call that gave it returned to
  bool known() const { return end != 0; }
  bool holds_stack(std::uint32_t sp) const { return base < sp && sp <= end; }
};

struct StackUse {
  static constexpr std::uint32_t kUnused = 0xFFFFFFFFU;
  bool process = false;
  bool non_secure = false;  // of the Security Extension's other state
  std::uint32_t top = 0;
  std::uint32_t lowest = kUnused;
  std::uint32_t lowest_pc = 0;
  std::uint32_t entry = 0;    // where execution began on it
  std::uint32_t left_at = 0;  // SP when an exception interrupted its task; 0: it runs, or unknown
  bool freed = false;
  bool given_up = false;  // a main stack whose pointer was set elsewhere, as by a bootloader
  Extent extent;
  std::vector<Frame> frames;  // at the lowest SP
  bool was_at(std::uint32_t sp) const { return lowest <= sp && sp <= top; }
  std::uint64_t peak_bytes() const { return top > lowest ? top - lowest : 0; }
};

struct Collision {
  bool happened = false;
  std::size_t stack = 0;
  std::uint32_t sp = 0;
  std::uint32_t pc = 0;
  std::uint32_t limit = 0;
  Extent hit;  // what lies there, if known
  std::vector<Frame> frames;
};

class Stacks {
 public:
  static constexpr std::size_t kMaxStacks = 256;

  explicit Stacks(const std::vector<Frame>& frames) : frames_(frames) {}

  // Before the run: what the main stack meets first, and variables by rising address.
  void watch_guard(std::uint32_t lowest_allowed) { guard_ = lowest_allowed; }
  void watch_objects(std::vector<Extent> objects);

  // Tasks and heap begin anew; what was seen of them stays.
  void restart();
  // The block at `pc` is the first that runs with this SP after a switch.
  void select(bool process, std::uint32_t sp, std::uint32_t pc);
  // An exception interrupts the code whose stack is in use.
  void leave(std::uint32_t sp);
  // SP was set, not moved: to another stack perhaps.
  void jump(std::uint32_t sp, std::uint32_t pc);
  // The main stack's pointer, which is in use, was set to this.
  void set_main(std::uint32_t sp);
  // SP below this is news for `lower`.
  std::uint32_t watch() const { return watch_; }
  void lower(std::uint32_t lowest, std::uint32_t pc);
  void remember_frames();

  void heap_grew(std::uint32_t bytes, std::uint32_t end);
  void allocated(std::uint32_t address, std::uint32_t size, std::uint32_t caller);
  void freed(std::uint32_t address);

  bool non_secure = false;  // the state of what selects a stack from now on

  std::vector<StackUse> all = std::vector<StackUse>(1);  // the main stack comes first
  std::size_t active = 0;
  Collision collision;
  std::uint64_t ram_peak = 0;  // highest sum of heap and stacks that are not in static data, bytes

 private:
  bool is_of_state(const StackUse& stack, bool process) const {
    return stack.process == process && stack.non_secure == non_secure;
  }
  std::size_t find(bool process, std::uint32_t sp, std::uint32_t pc);
  std::size_t without_extent(bool process, std::uint32_t sp, std::uint32_t pc);
  std::size_t main_without_extent(std::uint32_t sp, std::uint32_t pc);
  static void give_up(StackUse& stack);
  std::size_t add(bool process, const Extent& extent, std::uint32_t pc);
  Extent extent_of(std::uint32_t sp) const;
  Extent extent_below(std::uint32_t limit, std::uint32_t lowest) const;
  std::uint32_t limit_of(const StackUse& stack) const;
  std::uint64_t bytes_beside() const;
  void rearm();

  const std::vector<Frame>& frames_;  // of the running code
  std::vector<Extent> objects_;
  std::map<std::uint32_t, Extent> blocks_;  // of the heap, by address
  std::uint32_t guard_ = 0;
  std::uint32_t heap_end_ = 0;
  std::uint64_t heap_bytes_ = 0;
  std::uint32_t watch_ = StackUse::kUnused;
  bool frames_are_news_ = false;
  std::size_t news_depth_ = 0;
};

}  // namespace mcusim
