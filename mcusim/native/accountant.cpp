#include "accountant.hpp"

#include <algorithm>
#include <bit>

namespace mcusim {

std::uint32_t divide_cycles(std::uint32_t dividend, std::uint32_t divisor) {
  // Early termination on the operands' leading zeros: one step a 4 quotient bits.
  if (divisor == 0 || dividend < divisor) return 2;
  const auto quotient_bits =
      static_cast<std::uint32_t>(std::countl_zero(divisor) - std::countl_zero(dividend)) + 1;
  return 4 + (quotient_bits + 3) / 4;
}

void Accountant::add_area(std::uint32_t base, std::uint32_t size_bytes, const Area& area) {
  areas_.push_back(area);
  areas_.back().base = base;
  const auto id = static_cast<std::uint8_t>(areas_.size() - 1);
  const std::uint32_t last = (base + (size_bytes - 1)) >> 16;
  for (std::uint32_t granule = base >> 16; granule <= last; ++granule) area_of_[granule] = id;
}

void Accountant::place(Block& block) const {
  const Area& area = areas_[area_of_[block.address >> 16]];
  block.in_flash = area.place == Place::kFlash && flash_ != nullptr;
  block.fixed[block.in_flash ? kCacheRead : kRamFetch] =
      static_cast<std::uint16_t>(block.fetch_words);
  block.lines.clear();
  block.sector_cycle.clear();
  if (!block.in_flash) {
    block.ram_fetch_wait = area.read_wait * block.fetch_words;
    return;
  }
  const std::uint32_t shift = flash_->read_shift();
  const std::uint32_t per_line = 1U << flash_->icache.sectors_shift();
  std::uint32_t sector = (block.address - area.base) >> shift;
  const std::uint32_t last = (block.fallthrough() - 1 - area.base) >> shift;
  auto instruction = block.code.begin();
  for (; sector <= last; ++sector) {
    const std::uint32_t line = flash_->icache.line_of(sector);
    if (block.lines.empty() || block.lines.back().line != line)
      block.lines.push_back(
          {line, sector, 0, 0, static_cast<std::uint16_t>(block.sector_cycle.size())});
    LineUse& use = block.lines.back();
    use.mask = static_cast<std::uint8_t>(use.mask | (1U << (sector % per_line)));
    ++use.count;
    // First instruction that has a byte in this sector.
    const std::uint32_t start = area.base + (sector << shift);
    while (instruction + 1 != block.code.end() && block.address + instruction[1].offset <= start)
      ++instruction;
    block.sector_cycle.push_back(instruction->cycles_before);
  }
}

bool Accountant::enter(Block& block) {
  if (cycles >= stop_at_cycle || instructions >= stop_at_instruction) return false;
  bool taken = false;
  if (Block* previous = current_) {
    taken = block.address != previous->fallthrough();
    if (taken) {
      cycles += previous->taken_cycles;
      if (previous->feels_target_penalty) cycles += block.target_penalty;
    } else if (previous->tail_load != kNoRegister && block.head_address_registers != 0 &&
               (block.head_address_registers >> previous->tail_load & 1U) == 0) {
      --cycles;  // the translator cut a run of pipelined loads in two
    }
    previous->cycles_spent += cycles - entered_at_;
    if (previous->writes_stack_select) select_stack(read_control() & 2U ? 1 : 0, registers_[13]);
    const std::uint32_t sp = registers_[13];
    if ((previous->is_call && taken) || sp > top_sp_ ||
        (sp == top_sp_ && block.address == top_return_))
      follow_calls(*previous, block, taken);
  }
  entered_at_ = cycles;
  current_ = &block;
  if (block.region >= 0 || block.is_sbrk || !active_.empty() || sbrk_return_ != 0) events(block);
  if (cycles >= next_sample_) sample();

  if (block.pending++ == 0) dirty_.push_back(&block);
  instructions += block.instructions;
  cycles += block.cycles;
  fetch(block);
  cursor_ = block.dynamic.data();

  const std::uint32_t lowest = registers_[13] - block.stack_drop;
  if (lowest < stack_watch_) lower_stack(lowest, block.address);
  return true;
}

void Accountant::fetch(Block& block) {
  if (!block.in_flash) {
    if (block.ram_fetch_wait != 0) {
      cycles += block.ram_fetch_wait;
      fetch_stall += block.ram_fetch_wait;
      block.recent[kStall] += block.ram_fetch_wait;
    }
    return;
  }
  LineCache& cache = flash_->icache;
  if (!cache.enabled()) return fetch_lines(block);
  if (!accurate_ && block.cache_epoch == cache.fills()) return;
  for (const LineUse& use : block.lines)
    if (!cache.touch(use.line, use.mask)) return fetch_lines(block);
  flash_->fetched_from_cache(block.lines.back().first_sector + block.lines.back().count - 1);
  block.cache_epoch = cache.fills();
}

void Accountant::fetch_lines(Block& block) {
  const std::uint64_t start = cycles - block.cycles;
  std::uint64_t stall = 0;
  for (const LineUse& use : block.lines)
    for (std::uint32_t k = 0; k < use.count; ++k)
      stall += flash_->fetch(use.first_sector + k,
                             start + block.sector_cycle[use.first_offset + k] + stall,
                             block.recent);
  cycles += stall;
  fetch_stall += stall;
  block.recent[kStall] += static_cast<std::int64_t>(stall);
}

void Accountant::follow_calls(const Block& previous, const Block& block, bool taken) {
  const std::uint32_t sp = registers_[13];
  if (previous.is_call && taken) {
    if (frames.size() < kMaxFrames) frames.push_back({block.address, previous.fallthrough(), sp});
  } else {
    // A return, or frames that a longjmp left behind.
    if (frames_are_news_) remember_frames();
    while (!frames.empty() &&
           (sp > frames.back().sp ||
            (sp == frames.back().sp && block.address == frames.back().return_address)))
      frames.pop_back();
  }
  top_sp_ = frames.empty() ? 0xFFFFFFFFU : frames.back().sp;
  top_return_ = frames.empty() ? 1U : frames.back().return_address;
}

void Accountant::remember_frames() {
  stacks[active_stack].frames = frames;
  frames_are_news_ = false;
}

void Accountant::select_stack(int which, std::uint32_t sp) {
  if (frames_are_news_) remember_frames();
  active_stack = which;
  StackUse& stack = stacks[which];
  // The first value of a stack pointer is its top; a later, higher one moves it.
  if (stack.lowest == 0xFFFFFFFFU) stack.lowest = sp;
  stack.top = std::max(stack.top, sp);
  rearm_stack_watch();
}

void Accountant::rearm_stack_watch() {
  const StackUse& stack = stacks[active_stack];
  const StackUse& other = stacks[1 - active_stack];
  const std::uint64_t other_bytes = other.top > other.lowest ? other.top - other.lowest : 0;
  const std::uint64_t beside = heap_end_ - heap_start_ + other_bytes;
  // Deeper than ever, or deep enough to make a new peak together with the heap of now.
  std::uint64_t watch = stack.lowest;
  if (stack.top + beside > ram_peak) watch = std::max(watch, stack.top + beside - ram_peak);
  stack_watch_ = static_cast<std::uint32_t>(std::min<std::uint64_t>(watch, 0xFFFFFFFFU));
}

void Accountant::lower_stack(std::uint32_t lowest, std::uint32_t pc) {
  StackUse& stack = stacks[active_stack];
  if (lowest < stack.lowest) {
    stack.lowest = lowest;
    stack.lowest_pc = pc;
    frames_are_news_ = true;
  }
  const StackUse& other = stacks[1 - active_stack];
  const std::uint64_t other_bytes = other.top > other.lowest ? other.top - other.lowest : 0;
  const std::uint64_t used = stack.top > lowest ? stack.top - lowest : 0;
  ram_peak = std::max(ram_peak, used + other_bytes + (heap_end_ - heap_start_));
  const std::uint32_t limit = std::max(guard_, heap_end_);
  if (active_stack == 0 && lowest < limit && !collision.happened)
    collision = {true, lowest, pc, limit, frames};
  rearm_stack_watch();
}

void Accountant::events(Block& block) {
  const std::uint32_t sp = registers_[13];
  while (!active_.empty() && active_.back().return_address != 0 &&
         ((block.address == active_.back().return_address && sp == active_.back().sp) ||
          sp > active_.back().sp))
    close(active_.size() - 1);
  if (block.region >= 0) open(block.region, registers_[14] & ~1U, sp);
  if (sbrk_return_ != 0 && block.address == sbrk_return_) {
    sbrk_return_ = 0;
    if (registers_[0] != 0xFFFFFFFFU) {
      heap_seen = true;
      heap_end_ = registers_[0] + sbrk_increment_;
      heap_peak = std::max(heap_peak, heap_end_ - heap_start_);
      rearm_stack_watch();
      if (sp < stack_watch_) lower_stack(sp, block.address);
    }
  }
  if (block.is_sbrk) {
    sbrk_return_ = registers_[14] & ~1U;
    sbrk_increment_ = registers_[0];
  }
}

std::uint32_t Accountant::address_of(const Instruction& i) const {
  auto address = static_cast<std::uint32_t>(i.displacement);
  if (i.base != kNoRegister) address += registers_[i.base];
  if (i.index != kNoRegister) address += registers_[i.index] << i.shift;
  return address;
}

void Accountant::execute(const Instruction& i) {
  switch (i.effect) {
    case Effect::kRead:
    case Effect::kWrite:
      access(i);
      break;
    case Effect::kDivideUnsigned:
      cycles += divide_cycles(registers_[i.base], registers_[i.index]) - 1;
      break;
    case Effect::kDivideSigned: {
      const auto magnitude = [](std::uint32_t v) { return v >> 31 ? 0U - v : v; };
      cycles +=
          divide_cycles(magnitude(registers_[i.base]), magnitude(registers_[i.index])) - 1;
      break;
    }
    case Effect::kExtra:
    case Effect::kNone:
      break;
  }
  cycles += i.extra;
}

void Accountant::access(const Instruction& i) {
  const std::uint32_t address = address_of(i);
  const bool write = i.effect == Effect::kWrite;
  const Area& area = areas_[area_of_[address >> 16]];
  Activity& events_here = current_->recent;
  std::uint64_t stall = 0;
  access_offset_ = i.offset;
  switch (area.place) {
    case Place::kRam:
      events_here[write ? kRamWrite : kRamRead] += i.count;
      stall = std::uint64_t{write ? area.write_wait : area.read_wait} * i.count;
      if (write && heap_start_ != 0 && i.base != 13) {  // SP-relative is stack
        const std::uint32_t end = address + std::uint32_t{i.access_bytes} * i.count;
        if (end > heap_written_ && address >= heap_start_ && end < registers_[13] &&
            active_stack == 0)
          heap_written_ = end;
      }
      break;
    case Place::kFlash: {
      if (write) break;  // faults
      const std::uint64_t start = cycles - (current_->cycles - i.cycles_before);
      std::uint32_t last_sector = 0xFFFFFFFFU;
      for (std::uint32_t k = 0; k < i.count; ++k) {
        const std::uint32_t offset = address + k * i.access_bytes - area.base;
        const std::uint32_t sector = offset >> flash_->read_shift();
        if (sector == last_sector) continue;
        last_sector = sector;
        stall += flash_->read(offset, start + stall, events_here);
      }
      break;
    }
    case Place::kDevice:
      events_here[kDevice] += i.count;
      break;
  }
  if (!write && (address & (std::uint32_t{i.access_bytes} - 1U)) != 0) {
    // Split in two, or in three for a word at an odd address (DDI0439B 3.3.2).
    cycles += (address & 1U) != 0 && i.access_bytes == 4 ? 2 : 1;
  }
  cycles += stall;
  events_here[kStall] += static_cast<std::int64_t>(stall);
}

void Accountant::locate_access(std::uint32_t address, bool write) {
  in_access_ = true;
  if (accurate_ || current_ == nullptr) return;  // `access` has just been there
  const Effect wanted = write ? Effect::kWrite : Effect::kRead;
  for (const Instruction* i = cursor_; i->offset != 0xFFFF; ++i) {
    if (i->effect != wanted) continue;
    const std::uint32_t start = address_of(*i);
    if (address - start < std::uint32_t{i->access_bytes} * i->count) {
      access_offset_ = i->offset;
      current_->recent[kDevice] += 1;
      cursor_ = i;
      return;
    }
  }
}

Activity Accountant::unexecuted(const Block& block, std::uint32_t offset) const {
  Activity rest{};
  bool first = true;
  for (const Instruction& i : block.code) {
    if (i.offset < offset) continue;
    if (first) rest[kCycles] = block.cycles - i.cycles_before;
    first = false;
    ++rest[i.column];
  }
  return rest;
}

std::uint64_t Accountant::now() const {
  if (!in_access_ || current_ == nullptr) return cycles;
  const Activity rest = unexecuted(*current_, access_offset_);
  return cycles - static_cast<std::uint64_t>(rest[kCycles]);
}

void Accountant::give_back(std::uint32_t pc) {
  if (current_ == nullptr || pc < current_->address || pc >= current_->fallthrough()) return;
  const Activity rest = unexecuted(*current_, pc - current_->address);
  dirty_.push_back(current_);  // a flush may have passed since it was entered
  cycles -= static_cast<std::uint64_t>(rest[kCycles]);
  for (std::size_t column = kAlu; column <= kOther; ++column) {
    instructions -= static_cast<std::uint64_t>(rest[column]);
    current_->recent[column] -= rest[column];
  }
  settle();
}

void Accountant::settle() {
  if (current_ == nullptr) return;
  current_->cycles_spent += cycles - entered_at_;
  entered_at_ = cycles;
  current_ = nullptr;
}

void Accountant::add_instruction(Column column, std::uint32_t extra_cycles) {
  ++instructions;
  cycles += extra_cycles;
  ++totals_[column];
}

void Accountant::flush() {
  for (Block* block : dirty_) {
    for (std::size_t column = 0; column < kColumns; ++column)
      block->recent[column] += std::int64_t{block->fixed[column]} * block->pending;
    add(totals_, block->recent);
    add(block->total, block->recent);
    block->executions += block->pending;
    block->recent = Activity{};
    block->pending = 0;
  }
  dirty_.clear();
  totals_[kCycles] = static_cast<std::int64_t>(cycles);
}

Activity Accountant::snapshot() {
  flush();
  Activity totals = totals_;
  if (in_access_ && current_ != nullptr) {
    // The flush emptied the block under way; count what it still adds where it belongs.
    const Activity rest = unexecuted(*current_, access_offset_);
    for (std::size_t column = 0; column < kColumns; ++column) totals[column] -= rest[column];
    dirty_.push_back(current_);  // for the events that it has still to come
  }
  return totals;
}

int Accountant::add_region() {
  regions.emplace_back();
  return static_cast<int>(regions.size()) - 1;
}

void Accountant::open(int region, std::uint32_t return_address, std::uint32_t sp) {
  for (const Active& active : active_)
    if (active.region == region) return;  // recursion: the outermost call counts
  active_.push_back({region, return_address, sp, now(), snapshot()});
}

void Accountant::close(std::size_t which) {
  const Active active = active_[which];
  active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(which));
  const Activity totals = snapshot();
  RegionCount& region = regions[static_cast<std::size_t>(active.region)];
  const std::uint64_t end = now();
  const std::uint64_t spent = end - active.start;
  ++region.calls;
  region.cycles_total += spent;
  region.cycles_min = std::min(region.cycles_min, spent);
  region.cycles_max = std::max(region.cycles_max, spent);
  for (std::size_t column = 0; column < kColumns; ++column)
    region.activity[column] += totals[column] - active.totals[column];
  if (region.spans.size() < kMaxSpans) region.spans.emplace_back(active.start, end);
}

void Accountant::begin_region(int id) { open(id, 0, 0); }

void Accountant::end_region(int id) {
  for (std::size_t which = active_.size(); which-- > 0;)
    if (active_[which].region == id) return close(which);
}

void Accountant::sample() {
  samples.push_back({cycles, snapshot()});
  if (samples.size() >= kMaxSamples) {
    // Every second row goes: totals are cumulative, so that nothing else is lost.
    for (std::size_t i = 0; i < kMaxSamples / 2; ++i) samples[i] = samples[2 * i + 1];
    samples.resize(kMaxSamples / 2);
    sample_interval_ *= 2;
  }
  next_sample_ = cycles + sample_interval_;
}

}  // namespace mcusim
