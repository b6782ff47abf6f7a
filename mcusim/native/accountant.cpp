#include "accountant.hpp"

#include <algorithm>

namespace mcusim {

bool Accountant::look_up() {
  if (cycles >= stop_at_cycle_) return false;
  if (attention && attention()) return false;
  if (cycles >= next_sample_) sample();
  rearm_look();
  return true;
}

void Accountant::spin(Block& block) {
  const Spin last = spin_;
  spin_ = {&block, cycles, instructions, fetch_stall, block.pending, block.recent, 0, {}};
  // A flush in between would have taken `pending` back.
  const bool one_turn = last.block == &block && current_ == &block &&
                        block.pending == last.pending + 1 &&
                        instructions - last.instructions == block.instructions;
  // A turn that waits depends on when the flash is ready.
  if (!one_turn || fetch_stall != last.fetch_stall) return;
  spin_.turn_cycles = cycles - last.cycles;
  for (std::size_t column = 0; column < kColumns; ++column)
    spin_.turn[column] = block.recent[column] - last.recent[column];
  if (spin_.turn_cycles != last.turn_cycles || spin_.turn != last.turn) return;
  if (cycles >= next_look_ || instructions >= stop_at_instruction) return;
  const std::uint64_t turns = std::min(
      {(next_look_ - 1 - cycles) / spin_.turn_cycles,
       (stop_at_instruction - 1 - instructions) / block.instructions, std::uint64_t{1} << 30});
  cycles += turns * spin_.turn_cycles;
  entered_at_ += turns * spin_.turn_cycles;
  block.cycles_spent += turns * spin_.turn_cycles;
  instructions += turns * block.instructions;
  block.pending += static_cast<std::uint32_t>(turns);
  for (std::size_t column = 0; column < kColumns; ++column)
    block.recent[column] += spin_.turn[column] * static_cast<std::int64_t>(turns);
}

void Accountant::prepare_turn(Block& block) {
  constexpr std::uint8_t kPlain = kOpenEnd | kInRam | kUsesFpu;
  if ((block.flags & ~kPlain) != 0 || (block.needs_care & ~kCareForFpu) != 0 || block.interpreted)
    return;
  if (block.has(kOpenEnd) && may_return(block.address)) return;
  if (block.mispredict_cycles != 0 && !foresees_turn(block)) return;
  turning_ = &block;
  branch_cycles_ = block.branch_cycles(block);
}

bool Accountant::foresees_turn(const Block& block) const {
  if (block.branch == BranchKind::kNone)
    return predictor_.is_certain(block.fallthrough(), block.address);
  return block.branch == BranchKind::kConditional &&
         rocket_predictor_.is_certain(block.fallthrough(), block.address);
}

std::uint32_t Accountant::mispredicted(const Block& previous, std::uint32_t target) {
  const std::uint32_t fallthrough = previous.fallthrough();
  if (previous.branch == BranchKind::kNone)
    return predictor_.predicted(fallthrough, target) ? 0 : previous.mispredict_cycles;
  switch (
      rocket_predictor_.judge(previous.branch, fallthrough, target, previous.late_cycles != 0)) {
    case RocketPredictor::Guess::kWrong:
      return previous.mispredict_cycles;
    case RocketPredictor::Guess::kLate:
      return previous.late_cycles;
    default:
      return 0;
  }
}

void Accountant::arrive(Block* previous, Block& block) {
  if (previous != nullptr) {
    follow_stack(*previous, block.address);
    if (previous->has(kCalls) || previous->has(kReturns)) follow_calls(*previous, block);
  }
  regions_and_heap(block);
}

void Accountant::follow_stack(const Block& previous, std::uint32_t pc) {
  if (previous.has(kStackSelect)) {
    const bool process = (read_control() & 2U) != 0;
    if (previous.sets_main && !process) stacks.set_main(*sp_);
    select_stack(process, *sp_, pc);
  } else if (previous.sets_stack) {
    stacks.jump(*sp_, pc);
  }
}

void Accountant::follow_calls(const Block& previous, const Block& block) {
  const std::uint32_t sp = *sp_;
  if (previous.has(kCalls)) {
    if (block.address == previous.fallthrough()) return;
    if (frames.size() < kMaxFrames) frames.push_back({block.address, previous.fallthrough(), sp});
  } else if (sp > top_sp_ || (sp == top_sp_ && block.address == top_return_)) {
    // A return, or frames that a longjmp left behind.
    stacks.remember_frames();
    while (!frames.empty() &&
           (sp > frames.back().sp ||
            (sp == frames.back().sp && block.address == frames.back().return_address)))
      frames.pop_back();
  }
  refresh_top();
}

void Accountant::refresh_top() {
  top_sp_ = frames.empty() ? 0xFFFFFFFFU : frames.back().sp;
  top_return_ = frames.empty() ? 1U : frames.back().return_address;
}

void Accountant::lower_stack(std::uint32_t lowest, const Block* previous, const Block& block) {
  if (previous != nullptr && previous->sets_stack) {
    stacks.jump(*sp_, block.address);
    if (lowest >= stacks.watch()) return;
  }
  stacks.lower(lowest, block.address);
}

void Accountant::regions_and_heap(const Block& block) {
  const std::uint32_t sp = *sp_;
  for (std::size_t which = active_.size(); which-- > 0;) {
    const Active& active = active_[which];
    if (active.return_address == 0) continue;  // a pin or a marker ends it
    const bool returned =
        active.stack == stacks.active &&
        ((block.address == active.return_address && sp == active.sp) || sp > active.sp);
    if (!returned) break;
    close(which);
  }
  if (block.region >= 0) open(block.region, *link_ & ~1U, sp);
  if (!heap_calls_.empty()) finish_heap_call(block.address, sp);
  if (block.heap_function != nullptr) begin_heap_call(*block.heap_function);
}

void Accountant::renew_awaited() {
  const auto innermost = std::find_if(active_.rbegin(), active_.rend(), [](const Active& active) {
    return active.return_address != 0;
  });
  const bool none = innermost == active_.rend();
  awaited_sp_ = !heap_calls_.empty() ? 0 : none ? 0xFFFFFFFFU : innermost->sp;
  awaited_return_ = none ? 1 : innermost->return_address;
}

void Accountant::stack_frame(std::uint32_t sp, std::uint32_t pc) {
  // The block that just ended may have switched stacks, and no other one has run since.
  if (current_ != nullptr) follow_stack(*current_, pc);
  if (sp < stacks.watch()) stacks.lower(sp, pc);
}

void Accountant::begin_heap_call(const HeapFunction& function) {
  const std::uint32_t argument = arguments_[function.argument];
  if (function.kind == HeapKind::kFree) return stacks.freed(argument);
  if (heap_calls_.size() >= kMaxHeapCalls) heap_calls_.erase(heap_calls_.begin());
  heap_calls_.push_back({&function, *link_ & ~1U, *sp_, argument});
  renew_awaited();
}

void Accountant::finish_heap_call(std::uint32_t pc, std::uint32_t sp) {
  // Another task may have made a call meanwhile.
  const auto found = std::find_if(
      heap_calls_.rbegin(), heap_calls_.rend(),
      [&](const HeapCall& call) { return call.return_address == pc && call.sp == sp; });
  if (found == heap_calls_.rend()) return;
  const HeapCall call = *found;
  heap_calls_.erase(std::next(found).base());
  renew_awaited();
  const std::uint32_t address = arguments_[0];
  if (call.function->kind == HeapKind::kAllocate) return stacks.allocated(address, call.size, pc);
  if (address == 0xFFFFFFFFU) return;
  heap_seen = true;
  // Without a symbol that tells, the heap starts where it first grows from.
  if (heap_start_ == 0) heap_start_ = address;
  heap_end_ = address + call.size;
  heap_peak = std::max(heap_peak, heap_end_ - heap_start_);
  stacks.heap_grew(heap_end_ - heap_start_, heap_end_);
  if (sp < stacks.watch()) stacks.lower(sp, pc);
}

void Accountant::divide(const Instruction& i) {
  std::uint32_t dividend = 0;
  std::uint32_t divisor = 0;
  if (i.effect == Effect::kDivideUnsigned) {
    dividend = registers_[i.base];
    divisor = registers_[i.index];
  } else if (i.effect == Effect::kDivideSigned) {
    const auto magnitude = [](std::uint32_t v) { return v >> 31 ? 0U - v : v; };
    dividend = magnitude(registers_[i.base]);
    divisor = magnitude(registers_[i.index]);
  } else {
    return;
  }
  cycles += divide_cycles(core_, dividend, divisor) - 1;
}

bool Accountant::divides_by_zero(const Instruction& i) {
  if ((traps & kTrapDivision) == 0) return false;
  if (i.effect != Effect::kDivideUnsigned && i.effect != Effect::kDivideSigned) return false;
  trapped_by_division = registers_[i.index] == 0;
  return trapped_by_division;
}

bool Accountant::misaligned(const Instruction& i, std::uint32_t address) {
  // LDM, LDRD and the like need aligned words whatever CCR says (A3.2.1).
  if ((i.shift & kNeedsAlignment) == 0 && (traps & kTrapUnaligned) == 0) return false;
  trapped_by_division = false;
  trapped_address = address;
  return true;
}

bool Accountant::traps_at(const Instruction& i) {
  if (i.effect != Effect::kRead && i.effect != Effect::kWrite) return divides_by_zero(i);
  const std::uint32_t address = address_of(i);
  return !i.is_aligned(address) && misaligned(i, address);
}

bool Accountant::would_trap(std::uint32_t pc) {
  if (current_ == nullptr || pc < current_->address || pc >= current_->fallthrough()) return false;
  const std::uint32_t offset = pc - current_->address;
  for (const Instruction* i = current_->events; i->offset <= offset; ++i)
    if (i->offset == offset) return traps_at(*i);
  return false;
}

void Accountant::written(std::uint32_t address, const Instruction& i) {
  const std::uint32_t end = address + std::uint32_t{i.access_bytes} * i.count;
  if (end > heap_limit_) return;
  if (end < *sp_ && !stacks.all[stacks.active].process) heap_written_ = end;
}

bool Accountant::on_io_port(std::uint32_t address) const {
  return std::any_of(io_port_.begin(), io_port_.end(),
                     [address](const auto& range) { return address - range.first < range.second; });
}

std::uint32_t Accountant::bus_wait(std::uint32_t address, bool write) const {
  for (const DeviceBus& bus : device_buses_)
    if (address - bus.base < bus.size_bytes) return write ? bus.write_wait : bus.read_wait;
  return 0;
}

void Accountant::locate_access(std::uint32_t address, bool write) {
  in_access_ = true;
  if (current_ == nullptr) return;
  ++current_->recent[kDevice];
  if (accurate_) {
    bus_wait_ = bus_wait(address, write);
    // `access` has just been there, and the cursor is behind it; unless Unicorn executes what no
    // manual defines, and the record of the block has no access for it.
    const bool single = cursor_ != current_->events && cursor_[-1].count == 1;
    port_cycles_ = single && on_io_port(address) ? 1 : 0;
    return;
  }
  under_way_ = 0;
  if (found_pc_ != kNoEvent || sought_in_ != instructions) {
    cursor_ = current_->events;
    accesses_ = 0;
    sought_in_ = instructions;
  }
  access_offset_ = cursor_->offset;
  for (const Instruction* i = cursor_; i->offset != 0xFFFF; ++i) {
    if (!makes_access(*i, address, write)) continue;
    access_offset_ = i->offset;
    port_cycles_ = i->count == 1 && on_io_port(address) ? 1 : 0;
    accesses_ = i == cursor_ ? accesses_ + 1 : 1;
    // The next one is another instruction's, unless this one makes several.
    cursor_ = i;
    if (accesses_ >= i->count) {
      cursor_ = i + 1;
      accesses_ = 0;
    }
    return;
  }
}

std::uint32_t Accountant::accessed_by(std::uint32_t pc, std::uint32_t page) const {
  if (current_ == nullptr) return page;
  for (const Instruction& i : current_->code)
    if (i.offset == pc - current_->address && i.access_bytes != 0)
      return std::max(page, address_of(i));
  return page;
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
  return cycles - static_cast<std::uint64_t>(rest[kCycles]) - under_way_;
}

std::pair<std::uint64_t, std::uint64_t> Accountant::counts_before(std::uint32_t pc) const {
  if (current_ == nullptr || pc < current_->address || pc >= current_->fallthrough())
    return {cycles, instructions};
  const Activity rest = unexecuted(*current_, pc - current_->address);
  std::uint64_t left = 0;
  for (std::size_t column = kAlu; column <= kOther; ++column)
    left += static_cast<std::uint64_t>(rest[column]);
  return {cycles - static_cast<std::uint64_t>(rest[kCycles]), instructions - left};
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

void Accountant::enter_exception(std::uint32_t pc, std::uint32_t sp) {
  if (current_ != nullptr && pc != current_->fallthrough()) cycles += current_->taken_cycles;
  settle();
  stacks.leave(sp);
  if (preempted_.size() >= kMaxPreempted) preempted_.erase(preempted_.begin());
  preempted_.emplace_back(sp, std::move(frames));
  frames.clear();
  refresh_top();
}

void Accountant::leave_exception(std::uint32_t, std::uint32_t sp) {
  settle();
  // A scheduler may return to another task than the one preempted last: its SP tells.
  const auto found = std::find_if(preempted_.rbegin(), preempted_.rend(),
                                  [&](const auto& entry) { return entry.first == sp; });
  frames.clear();
  if (found != preempted_.rend()) {
    frames = std::move(found->second);
    preempted_.erase(std::next(found).base());
  }
  refresh_top();
}

void Accountant::charge_exception(std::uint32_t core_cycles, std::uint32_t words, bool store,
                                  std::uint64_t stall) {
  cycles += core_cycles + stall;
  totals_[kStall] += static_cast<std::int64_t>(stall);
  totals_[store ? kRamWrite : kRamRead] += words;
  entered_at_ = cycles;
}

void Accountant::sleep_until(std::uint64_t cycle) {
  if (cycle <= cycles) return;
  const std::uint64_t slept = cycle - cycles;
  asleep += slept;
  cycles = cycle;
  entered_at_ = cycle;
}

void Accountant::reset() {
  settle();
  in_access_ = false;
  while (!active_.empty()) close(active_.size() - 1);
  frames.clear();
  preempted_.clear();
  refresh_top();
  spin_ = Spin{};
  heap_end_ = heap_start_;
  heap_calls_.clear();
  renew_awaited();
  stacks.restart();
}

void Accountant::settle() {
  stacks.remember_frames();
  if (current_ == nullptr) return;
  current_->cycles_spent += cycles - entered_at_;
  entered_at_ = cycles;
  current_ = turning_ = nullptr;
  next_event_pc_ = kNoEvent;
}

void Accountant::flush() {
  turning_ = nullptr;  // the next turn has to note again that the block has counts
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
  totals_[kCycles] = static_cast<std::int64_t>(cycles - asleep);
}

Activity Accountant::snapshot() {
  flush();
  Activity totals = totals_;
  if (in_access_ && current_ != nullptr) {
    // The flush emptied the block under way; count what it still adds where it belongs.
    const Activity rest = unexecuted(*current_, access_offset_);
    for (std::size_t column = 0; column < kColumns; ++column) totals[column] -= rest[column];
    totals[kCycles] -= under_way_;
    dirty_.push_back(current_);  // for the events that it has still to come
  }
  return totals;
}

Activity Accountant::snapshot_of_all() {
  Activity totals = snapshot();
  if (beside_ != nullptr) add(totals, beside_->snapshot());
  return totals;
}

int Accountant::add_region() {
  regions.emplace_back();
  return static_cast<int>(regions.size()) - 1;
}

void Accountant::open(int region, std::uint32_t return_address, std::uint32_t sp) {
  for (const Active& active : active_)
    if (active.region == region) return;  // recursion: the outermost call counts
  active_.push_back({region, return_address, sp, stacks.active, now(), snapshot()});
  renew_awaited();
}

void Accountant::close(std::size_t which) {
  const Active active = active_[which];
  active_.erase(active_.begin() + static_cast<std::ptrdiff_t>(which));
  renew_awaited();
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
  samples.push_back({cycles, snapshot_of_all()});
  if (samples.size() >= kMaxSamples) {
    // Every second row goes: totals are cumulative, so that nothing else is lost.
    for (std::size_t i = 0; i < kMaxSamples / 2; ++i) samples[i] = samples[2 * i + 1];
    samples.resize(kMaxSamples / 2);
    sample_interval_ *= 2;
  }
  next_sample_ = cycles + sample_interval_;
  rearm_look();
}

}  // namespace mcusim
