#include "stacks.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace mcusim {

void Stacks::remember_frames() {
  if (!frames_are_news_) return;
  // Calls made since then only added frames.
  const auto depth = static_cast<std::ptrdiff_t>(std::min(news_depth_, frames_.size()));
  all[active].frames.assign(frames_.begin(), frames_.begin() + depth);
  frames_are_news_ = false;
}

void Stacks::watch_objects(std::vector<Extent> objects) {
  objects_ = std::move(objects);
  // The main stack that the reset has pointed to may be a variable, too.
  StackUse& stack = all[active];
  if (stack.lowest != StackUse::kUnused && !stack.extent.known())
    stack.extent = extent_of(stack.top);
}

void Stacks::restart() {
  for (StackUse& stack : all) {
    stack.left_at = 0;
    if (stack.extent.caller != 0) stack.freed = true;
    if (!stack.process && !stack.extent.known()) give_up(stack);
  }
  blocks_.clear();
  heap_bytes_ = 0;
  heap_end_ = 0;
}

void Stacks::select(bool process, std::uint32_t sp, std::uint32_t pc) {
  remember_frames();
  active = find(process, sp, pc);
  StackUse& stack = all[active];
  stack.left_at = 0;
  // The first value of a stack pointer is its top; a later, higher one of a task moves it.
  if (stack.lowest == StackUse::kUnused) stack.lowest = sp;
  stack.top = std::max(stack.top, sp);
  rearm();
}

std::size_t Stacks::find(bool process, std::uint32_t sp, std::uint32_t pc) {
  // A task goes on where it was left, even if that is outside of its stack.
  const auto waits = std::find_if(all.begin(), all.end(), [&](const StackUse& stack) {
    return process && stack.process && !stack.freed && stack.left_at == sp;
  });
  if (waits != all.end()) return static_cast<std::size_t>(waits - all.begin());
  const Extent extent = extent_of(sp);
  if (!extent.known()) return without_extent(process, sp, pc);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (is_of_state(all[i], process) && !all[i].freed && all[i].extent.known() &&
        all[i].extent.base == extent.base)
      return i;
  return add(process, extent, pc);
}

std::size_t Stacks::without_extent(bool process, std::uint32_t sp, std::uint32_t pc) {
  if (!process) return main_without_extent(sp, pc);
  const auto may_be = [&](const StackUse& stack) {
    return is_of_state(stack, true) && !stack.extent.known();
  };
  // Deeper than ever, the running task is still on its stack; another one is known by where its
  // stack was in use.
  if (may_be(all[active]) && sp <= all[active].top) return active;
  const bool full = all.size() >= kMaxStacks;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (may_be(all[i]) && (full || all[i].was_at(sp))) return i;
  return add(true, {}, pc);
}

std::size_t Stacks::main_without_extent(std::uint32_t sp, std::uint32_t pc) {
  const auto may_be = [&](const StackUse& stack) {
    return is_of_state(stack, false) && !stack.extent.known();
  };
  const bool full = all.size() >= kMaxStacks;
  // There is one at a time. Nothing pops above its top: there begins another one.
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!may_be(all[i]) || all[i].given_up) continue;
    if (sp > all[i].top && !full) give_up(all[i]);
    if (!all[i].given_up) return i;
  }
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (!may_be(all[i]) || !(full || all[i].was_at(sp))) continue;
    all[i].given_up = false;
    return i;
  }
  return add(false, {}, pc);
}

void Stacks::give_up(StackUse& stack) {
  if (stack.peak_bytes() != 0) {
    stack.given_up = true;
  } else {  // nothing was on it, so that its top moves
    stack.top = 0;
    stack.lowest = StackUse::kUnused;
  }
}

std::size_t Stacks::add(bool process, const Extent& extent, std::uint32_t pc) {
  if (all.size() >= kMaxStacks && extent.known()) return without_extent(process, 0, pc);
  // The entry that waits for the main stack is for one whose extent is unknown, if it is used.
  all.push_back({});
  all.back().process = process;
  all.back().non_secure = non_secure;
  all.back().entry = pc;
  all.back().extent = extent;
  return all.size() - 1;
}

void Stacks::leave(std::uint32_t sp) {
  if (all[active].process) all[active].left_at = sp;
}

void Stacks::jump(std::uint32_t sp, std::uint32_t pc) {
  if (sp == 0) return;  // start-up code clears all registers
  // Where reset gives no stack pointer, the first one that firmware sets is the main stack's.
  if (all[active].lowest == StackUse::kUnused) return select(false, sp, pc);
  const Extent extent = extent_of(sp);
  const StackUse& from = all[active];
  const bool back =
      from.extent.known() && !extent.known() &&
      std::any_of(all.begin(), all.end(), [&](const StackUse& stack) {
        return is_of_state(stack, from.process) && !stack.extent.known() && stack.was_at(sp);
      });
  if (back || (extent.known() && extent.base != from.extent.base))
    return select(from.process, sp, pc);
  if (from.process || extent.known() || from.extent.known()) return;
  const auto is_other = [&](const StackUse& stack) {
    return is_of_state(stack, false) && !stack.extent.known() && stack.was_at(sp);
  };
  // Lower, it may be an array of variable length, or what a function's end takes off.
  if (sp <= from.top && (from.was_at(sp) || std::none_of(all.begin(), all.end(), is_other))) return;
  set_main(sp);
  select(false, sp, pc);
}

void Stacks::set_main(std::uint32_t sp) {
  StackUse& stack = all[active];
  if (!stack.process && !stack.extent.known() && !stack.was_at(sp)) give_up(stack);
}

void Stacks::lower(std::uint32_t lowest, std::uint32_t pc) {
  StackUse& stack = all[active];
  if (stack.lowest == StackUse::kUnused || lowest == 0) return;  // there is none yet
  if (lowest < stack.lowest) {
    stack.lowest = lowest;
    stack.lowest_pc = pc;
    frames_are_news_ = true;
    news_depth_ = frames_.size();
  }
  const std::uint64_t used = stack.extent.counted || stack.top < lowest ? 0 : stack.top - lowest;
  ram_peak = std::max(ram_peak, used + bytes_beside());
  const std::uint32_t limit = limit_of(stack);
  if (lowest < limit && !collision.happened)
    collision = {true, active, lowest, pc, limit, extent_below(limit, lowest), frames_};
  rearm();
}

std::uint32_t Stacks::limit_of(const StackUse& stack) const {
  if (stack.extent.known()) return stack.extent.base;
  // A linker script may put the stack below the heap, which then grows away from it.
  const std::uint32_t heap_end = heap_end_ <= stack.top ? heap_end_ : 0;
  return stack.process ? 0 : std::max(guard_, heap_end);
}

std::uint64_t Stacks::bytes_beside() const {
  std::uint64_t bytes = heap_bytes_;
  for (std::size_t i = 0; i < all.size(); ++i)
    if (i != active && !all[i].extent.counted && !all[i].given_up) bytes += all[i].peak_bytes();
  return bytes;
}

void Stacks::rearm() {
  const StackUse& stack = all[active];
  // Deeper than ever, or deep enough to make a new peak together with the heap of now.
  std::uint64_t watch = stack.lowest;
  if (!stack.extent.counted) {
    const std::uint64_t full = stack.top + bytes_beside();
    if (full > ram_peak) watch = std::max(watch, full - ram_peak);
  }
  watch_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(watch, 0xFFFFFFFFU));
}

Extent Stacks::extent_of(std::uint32_t sp) const {
  const auto block = blocks_.lower_bound(sp);
  if (block != blocks_.begin()) {
    const Extent& extent = std::prev(block)->second;
    if (extent.holds_stack(sp)) return extent;
  }
  const auto after =
      std::lower_bound(objects_.begin(), objects_.end(), sp,
                       [](const Extent& object, std::uint32_t at) { return object.base < at; });
  if (after == objects_.begin() || !std::prev(after)->holds_stack(sp)) return {};
  return *std::prev(after);
}

Extent Stacks::extent_below(std::uint32_t limit, std::uint32_t lowest) const {
  // The nearest of both kinds: a variable that serves as a heap holds its blocks.
  Extent nearest{};
  const auto consider = [&](const Extent& extent) {
    const bool reached = extent.base < limit && lowest < extent.end;
    if (reached && (!nearest.known() || extent.base > nearest.base)) nearest = extent;
  };
  const auto block = blocks_.lower_bound(limit);
  if (block != blocks_.begin()) consider(std::prev(block)->second);
  for (const Extent& object : objects_) consider(object);
  return nearest;
}

void Stacks::heap_grew(std::uint32_t bytes, std::uint32_t end) {
  heap_bytes_ = bytes;
  heap_end_ = end;
  rearm();
}

void Stacks::allocated(std::uint32_t address, std::uint32_t size, std::uint32_t caller) {
  const std::uint32_t end = address + size;
  if (address == 0 || end <= address) return;
  // A block that was given back in a way that nobody watches makes room without a word.
  auto old = blocks_.lower_bound(address);
  if (old != blocks_.begin() && std::prev(old)->second.end > address) --old;
  while (old != blocks_.end() && old->first < end) old = blocks_.erase(old);
  blocks_[address] = {address, end, true, caller};
}

void Stacks::freed(std::uint32_t address) {
  if (blocks_.erase(address) == 0) return;
  for (StackUse& stack : all)
    if (stack.extent.base == address) stack.freed = true;
}

}  // namespace mcusim
