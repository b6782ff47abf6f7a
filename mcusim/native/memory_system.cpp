#include "memory_system.hpp"

#include <algorithm>

namespace mcusim {

namespace {

constexpr std::uint32_t kLineBytes = 1U << L1Cache::kLineShift;
constexpr std::uint32_t kLineInBeats = L1Cache::kLineShift - MemorySystem::kBeatShift;
constexpr int kFullLinesToStream = 3;  // TRM, 5.9.1

std::uint32_t line_of(std::uint32_t address) { return address >> L1Cache::kLineShift; }

std::uint32_t beat_of(std::uint32_t address) {
  return address >> MemorySystem::kBeatShift & (MemorySystem::kBeats - 1);
}

}  // namespace

std::uint8_t MemorySystem::add_target(std::uint32_t latency, std::uint32_t read_bytes) {
  targets_.push_back({latency, read_bytes});
  return static_cast<std::uint8_t>(targets_.size() - 1);
}

MemorySystem::LineFill MemorySystem::start_fill(AxiTarget& target, std::uint32_t address,
                                                std::uint64_t now, Column column,
                                                Activity& activity) {
  // The wanted beat comes first, and is there before the line is (TRM, 5.9: critical word first).
  LineFill fill;
  fill.line = line_of(address);
  std::uint64_t at = std::max(now, target.busy_until) + std::uint64_t{target.latency} * divider;
  std::uint64_t array = at;  // busy until then
  const std::uint32_t first_word = target.read_bytes == 0 ? 0 : address / target.read_bytes;
  for (std::uint32_t k = 0; k < kBeats; ++k) {
    const std::uint32_t beat = (beat_of(address) + k) % kBeats;
    const std::uint32_t from = fill.line * kLineBytes + (beat << kBeatShift);
    if (target.read_bytes == 0) {
      activity[kRamRead] += 2;
    } else if (k == 0 || from / target.read_bytes != first_word) {
      array = read_array(target, from, array, column, activity);
      at = std::max(at, array);
    }
    fill.ready[beat] = at;
    at += divider;
  }
  fill.done = at - divider;
  target.busy_until = fill.done;
  return fill;
}

std::uint64_t MemorySystem::read_array(AxiTarget& target, std::uint32_t address, std::uint64_t now,
                                       Column column, Activity& activity) {
  const std::uint32_t word = address / target.read_bytes;
  if (word == target.buffered) return now;
  target.buffered = word;
  ++activity[column];
  return now + std::uint64_t{1 + wait_states} * divider;
}

std::uint64_t MemorySystem::fetch(std::uint8_t target, std::uint32_t beat, std::uint32_t count,
                                  const std::uint16_t* wanted, std::uint64_t start,
                                  Activity& activity) {
  const std::uint32_t line = beat >> kLineInBeats;
  const std::uint64_t now = start + wanted[0];
  if (instruction_fill_.line != line && !(icache.enabled() && icache.holds(line))) {
    // The prefetch queue holds a line's worth (TRM, 2.1): the next line is asked for while the core
    // executes this one. One instruction line fill is under way at a time.
    const bool sequential = line == last_fetched_ + 1;
    const std::uint64_t asked =
        sequential ? std::max(last_fetched_at_, instruction_fill_.done) : now;
    instruction_fill_ =
        start_fill(targets_[target], beat << kBeatShift, asked, kFlashFetch, activity);
    if (icache.enabled()) icache.fill(line);
  }
  last_fetched_ = line;
  last_fetched_at_ = now;
  if (instruction_fill_.line != line || instruction_fill_.done <= now) return 0;
  std::uint64_t stall = 0;
  for (std::uint32_t k = 0; k < count; ++k) {
    const std::uint64_t ready = instruction_fill_.ready[(beat + k) % kBeats];
    const std::uint64_t at = start + wanted[k] + stall;
    if (ready > at) stall += ready - at;
  }
  last_fetched_at_ += stall;
  return stall;
}

std::uint64_t MemorySystem::read(std::uint8_t target, std::uint32_t address, std::uint32_t bytes,
                                 std::uint64_t now, Activity& activity) {
  std::uint64_t at = now;
  const std::uint32_t end = address + bytes - 1;
  for (std::uint32_t line = line_of(address); line <= line_of(end); ++line) {
    const std::uint32_t first = std::max(address, line * kLineBytes);
    const std::uint32_t last = std::min(end, line * kLineBytes + (kLineBytes - 1));
    at = read_line(targets_[target], first, last, at, activity);
  }
  return at - now;
}

std::uint64_t MemorySystem::read_line(AxiTarget& target, std::uint32_t first, std::uint32_t last,
                                      std::uint64_t now, Activity& activity) {
  const std::uint32_t line = line_of(first);
  if (!dcache.enabled()) return read_uncached(target, first, last, now, activity);
  if (!dcache.holds(line)) {
    if (line == streamed_line_) read_allocate_ = false;
    const Cacheability policy = cacheability(first);
    if (policy == Cacheability::kNone) return read_uncached(target, first, last, now, activity);
    data_fill_ = start_fill(target, first, now, kFlashData, activity);
    take_in(target, line, policy, activity);
  }
  activity[kCacheRead] += (last - first) / 4 + 1;
  std::uint64_t at = now;
  for (const LineFill* fill : {&data_fill_, &write_fill_})
    if (fill->line == line && fill->done > now)
      at = std::max({at, fill->ready[beat_of(first)], fill->ready[beat_of(last)]});
  return at;
}

std::uint64_t MemorySystem::read_uncached(AxiTarget& target, std::uint32_t first,
                                          std::uint32_t last, std::uint64_t now,
                                          Activity& activity) {
  std::uint64_t at = std::max(now, target.busy_until) + std::uint64_t{target.latency} * divider;
  for (std::uint32_t beat = first >> kBeatShift; beat <= last >> kBeatShift; ++beat) {
    if (target.read_bytes != 0)
      at = read_array(target, beat << kBeatShift, at, kFlashData, activity);
    else
      ++activity[kRamRead];
    at += divider;
  }
  target.busy_until = at - divider;
  return target.busy_until;
}

void MemorySystem::take_in(AxiTarget& target, std::uint32_t line, Cacheability policy,
                           Activity& activity) {
  const bool through = policy == Cacheability::kWriteThrough;
  if (dcache.fill(line, through) == L1Cache::kNoLine) return;
  activity[kRamWrite] += kLineBytes / 4;
  target.busy_until += std::uint64_t{kBeats} * divider;
}

std::uint64_t MemorySystem::write(std::uint8_t target_number, std::uint32_t address,
                                  std::uint32_t bytes, std::uint64_t now, Activity& activity) {
  AxiTarget& target = targets_[target_number];
  const std::uint32_t line = line_of(address);
  ++activity[kRamWrite];
  std::uint64_t earliest = now;
  if (dcache.enabled() && dcache.holds(line)) {
    if (!dcache.make_dirty(line)) earliest = post(target, now);
    note_full_line(line, bytes, now);
  } else if (dcache.enabled() && !read_allocate_ &&
             cacheability(address) == Cacheability::kWriteBackAllocate) {
    earliest = allocate(target, address, now, activity);
    note_full_line(line, bytes, now);
  } else {
    if (line != streamed_line_) {
      if (streamed_bytes_ < kLineBytes) read_allocate_ = false;
      streamed_line_ = line;
      streamed_bytes_ = 0;
    }
    streamed_bytes_ += bytes;
    // In dynamic read allocate mode the words of a line go out as one burst.
    if (!read_allocate_ || streamed_bytes_ % (1U << kBeatShift) == 0) earliest = post(target, now);
  }
  return stores_.put(now, address, earliest, partial(address, bytes));
}

std::uint64_t MemorySystem::post(AxiTarget& target, std::uint64_t now) const {
  const std::uint64_t begin = std::max(now, target.busy_until);
  target.busy_until = begin + divider;
  return begin;
}

std::uint64_t MemorySystem::allocate(AxiTarget& target, std::uint32_t address, std::uint64_t now,
                                     Activity& activity) {
  // Two data line fills may be under way: the store waits in its buffer until one is free.
  const std::uint64_t begin = std::max(now, earlier_write_fill_done_);
  if (bytes_written_ < kLineBytes) full_lines_ = 0;
  bytes_written_ = 0;
  earlier_write_fill_done_ = write_fill_.done;
  write_fill_ = start_fill(target, address, begin, kFlashData, activity);
  take_in(target, write_fill_.line, Cacheability::kWriteBackAllocate, activity);
  dcache.make_dirty(write_fill_.line);
  return begin;
}

void MemorySystem::note_full_line(std::uint32_t line, std::uint32_t bytes, std::uint64_t now) {
  if (line != write_fill_.line || now >= write_fill_.done) return;
  bytes_written_ += bytes;
  if (bytes_written_ != kLineBytes || ++full_lines_ < kFullLinesToStream) return;
  read_allocate_ = true;
  streamed_bytes_ = kLineBytes;
  full_lines_ = 0;
}

void MemorySystem::maintain(std::uint32_t offset, std::uint32_t value) {
  // DDI0403E, B2.2.7; set and way as CCSIDR has them, the way in the topmost bits.
  const std::uint32_t line = line_of(value);
  const auto by_way = [&](bool invalidate) {
    const std::uint32_t ways = dcache.ways();
    if (ways == 0) return;
    std::uint32_t bits = 0;
    while (1U << bits < ways) ++bits;
    const std::uint32_t way = bits == 0 ? 0 : value >> (32 - bits);
    dcache.clean_way(line & (dcache.sets() - 1), way, invalidate);
  };
  switch (offset) {
    case 0xF50:  // ICIALLU
      icache.invalidate_all();
      instruction_fill_ = LineFill{};
      return;
    case 0xF58:  // ICIMVAU
      return icache.invalidate(line);
    case 0xF5C:  // DCIMVAC
      return dcache.invalidate(line);
    case 0xF60:  // DCISW
    case 0xF74:  // DCCISW
      return by_way(true);
    case 0xF64:  // DCCMVAU
    case 0xF68:  // DCCMVAC
      return dcache.clean(line, false);
    case 0xF6C:  // DCCSW
      return by_way(false);
    case 0xF70:  // DCCIMVAC
      return dcache.clean(line, true);
    default:
      return;
  }
}

}  // namespace mcusim
