// Accounts for every block and data access of a run: cycles, events, stacks, regions, trace.
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "area.hpp"
#include "block.hpp"
#include "branch_predictor.hpp"
#include "core_rules.hpp"
#include "flash.hpp"
#include "memory_system.hpp"
#include "rocket_predictor.hpp"
#include "stacks.hpp"
#include "timeline.hpp"

namespace mcusim {

struct RegionCount {
  std::uint64_t calls = 0;
  std::uint64_t cycles_total = 0;
  std::uint64_t cycles_min = ~0ULL;
  std::uint64_t cycles_max = 0;
  Activity activity{};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
};

// Which registers hold what: numbers of the architecture.
struct CallingConvention {
  std::uint8_t stack_pointer;
  std::uint8_t link;  // the return address
  std::uint8_t first_argument;
};

struct Sample {
  std::uint64_t cycle;
  Activity totals;
};

class Accountant {
 public:
  static constexpr std::size_t kMaxSpans = 1000;
  static constexpr std::size_t kMaxSamples = 4096;
  static constexpr std::size_t kMaxFrames = 4096;
  static constexpr std::size_t kMaxPreempted = 256;
  static constexpr std::size_t kMaxHeapCalls = 64;

  // `registers` are those of the running core, always current when a hook runs.
  void attach(const std::uint32_t* registers, const CallingConvention& convention) {
    registers_ = registers;
    sp_ = registers + convention.stack_pointer;
    link_ = registers + convention.link;
    arguments_ = registers + convention.first_argument;
    stack_register_ = convention.stack_pointer;
  }
  void watch_timeline(const Timeline* timeline) { timeline_ = timeline; }
  void look_soon() { next_look_ = 0; }
  void stop_now() { stop_at_cycle_ = next_look_ = 0; }
  void look_later() { rearm_look(); }
  // Before the next two blocks.
  void look_again() { looks_again_ = true; }
  bool at_limit() const { return cycles >= stop_at_cycle_ || instructions >= stop_at_instruction; }
  // The core leaves the current block for an exception's handler; it will return to `pc` and `sp`.
  void enter_exception(std::uint32_t pc, std::uint32_t sp);
  void leave_exception(std::uint32_t pc, std::uint32_t sp);
  void charge_exception(std::uint32_t core_cycles, std::uint32_t words, bool store,
                        std::uint64_t stall);
  // A store to a memory that takes none, which may only drop a cache line; false: it faults.
  bool drops_store(std::uint32_t address);
  // Cycles that `words` accesses from `address` on wait for their memory.
  std::uint64_t data_wait(std::uint32_t address, std::uint32_t words, bool write);
  // Time passes without the core.
  void sleep_until(std::uint64_t cycle);
  // Time passes in which the core's clock starts again.
  void wake_up(std::uint64_t wake_cycles) {
    sleep_until(cycles + wake_cycles);
    waking += wake_cycles;
  }
  // The core is reset: what it was in the middle of is over.
  void reset();
  std::uint64_t limit() const { return stop_at_cycle_; }
  void set_accurate(bool accurate) {
    accurate_ = accurate;
    choose_epoch();
  }
  bool accurate() const { return accurate_; }

  void add_area(std::uint32_t base, std::uint32_t size_bytes, const Area& area);
  void set_flash(std::shared_ptr<Flash> flash) {
    flash_ = std::move(flash);
    fetches_.clear();
    choose_epoch();
  }
  // Has this core see the memories of another, which counts for both over time.
  void share_memories(Accountant& other);
  // Up to date with all fetches so far.
  Flash* flash() {
    settle_fetches();
    return flash_.get();
  }
  void settle_fetches() {
    if (fetches_.empty()) return;
    if (fetches_.pending()) flash_->repeat(fetches_);
    fetches_.clear();
  }
  void set_core(CoreKind core) { core_ = core; }
  void set_memory_system(std::unique_ptr<MemorySystem> memories) {
    memories_ = std::move(memories);
    choose_epoch();
  }
  MemorySystem* memories() { return memories_.get(); }
  // Derives what a block needs of the memory that it lies in.
  void place(Block& block) const;
  // The same for what depends on the flash, which is another one now.
  void place_again(Block& block) const;
  static void place_lines(Block& block, std::uint32_t base, std::uint32_t shift,
                          std::uint32_t line_shift);
  void assume_accesses(Block& block) const;

  // Another turn of a loop that is one block: `enter` of the block under way, of which nothing is
  // new but its fetches and the time. False: it has to be asked.
  [[gnu::always_inline]] inline bool turn(std::uint32_t address, std::uint32_t size) {
    Block* const block = turning_;
    if (block == nullptr || block->address != address || block->size != size) return false;
    if (cycles >= next_look_ || instructions >= stop_at_instruction || block->may_differ)
      return false;
    const std::uint64_t start = cycles + branch_cycles_;
    block->cycles_spent += start - entered_at_;
    entered_at_ = start;
    ++block->pending;
    count(*block, start);
    return true;
  }
  // Returns false when the run is to stop before this block.
  [[gnu::always_inline]] inline bool enter(Block& block) {
    if (cycles >= next_look_ && !look_up()) return false;
    if (instructions >= stop_at_instruction) return false;
    Block* previous = current_;
    if (previous != nullptr) [[likely]] {
      const bool taken = block.address != previous->fallthrough();
      if (taken) cycles += previous->branch_cycles(block);
      previous->cycles_spent += cycles - entered_at_;
    }
    const std::uint8_t flags = previous != nullptr ? previous->flags : std::uint8_t{kMovesStack};
    entered_at_ = cycles;
    current_ = &block;
    if ((flags & kOpenEnd) != 0) meet(*previous, block);
    if ((flags & (kCalls | kReturns | kStackSelect)) != 0 || block.has(kMarked) ||
        ((flags & kOpenEnd) != 0 && may_return(block.address)))
      arrive(previous, block);
    if (block.pending++ == 0) dirty_.push_back(&block);
    count(block, cycles);
    if (((flags | block.flags) & kMovesStack) != 0) {
      const std::uint32_t lowest = *sp_ - block.stack_drop;
      if (lowest < stacks.watch()) lower_stack(lowest, previous, block);
    }
    turning_ = nullptr;
    if (previous == &block) prepare_turn(block);
    return true;
  }
  // Before `enter` of a branch to itself: once its turns cost the same, and nothing but the time
  // changes, those up to the next look are accounted for together.
  void spin(Block& block);
  // Whether the instruction at `pc`, about to execute, is one that nothing depends on.
  bool passes(std::uint32_t pc) const { return pc < next_event_pc_; }
  // Of one that doesn't: true when it traps instead.
  bool step(std::uint32_t pc);
  // An access of the instruction at `offset` whose address the block's record does not tell.
  void vector_access(std::uint32_t offset, std::uint32_t address, std::uint32_t bytes,
                     std::uint32_t count, bool write);
  // The same without accounting, for fast mode.
  bool would_trap(std::uint32_t pc);
  // The current block was left before the instruction at `pc`: gives the rest back.
  void give_back(std::uint32_t pc);
  // The access under way in the current block, for exact time in devices; fast mode finds it by its
  // address, unless `found_at` has told.
  void locate_access(std::uint32_t address, bool write);
  // The access that comes next is of the instruction at `pc`.
  void found_at(std::uint32_t pc) { found_pc_ = pc; }
  // Where the instruction at `pc` in the block under way accesses memory: the first byte that lies
  // at `page` or behind it, `page` itself if that is not known.
  std::uint32_t accessed_by(std::uint32_t pc, std::uint32_t page) const;
  void access_done() {
    in_access_ = false;
    found_pc_ = kNoEvent;
    cycles -= port_cycles_;
    port_cycles_ = 0;
    if (bus_wait_ != 0 && current_ != nullptr) wait(bus_wait_);
    bus_wait_ = 0;
  }
  // Devices at these addresses answer later than a memory without wait states.
  void add_device_bus(const DeviceBus& bus) { device_buses_.push_back(bus); }
  // Single loads and stores of these addresses take a cycle less (Cortex-M0+, DDI0484C 3.3).
  void add_io_port(std::uint32_t base, std::uint32_t size_bytes) {
    io_port_.emplace_back(base, size_bytes);
  }
  // Cycles, and instructions, before the one at `pc` of the current block.
  std::pair<std::uint64_t, std::uint64_t> counts_before(std::uint32_t pc) const;
  // Cycle at which the instruction under way began.
  std::uint64_t now() const;
  // SP was switched by software, an exception or reset; execution goes on at `pc`.
  void select_stack(bool process, std::uint32_t sp, std::uint32_t pc) {
    stacks.select(process, sp, pc);
  }
  // An exception stacks its frame down to `sp`.
  void stack_frame(std::uint32_t sp, std::uint32_t pc);
  void settle();

  Activity snapshot();
  // With what the other core has done, where this one counts for both.
  Activity snapshot_of_all();
  void flush();

  int add_region();
  void begin_region(int id);
  void end_region(int id);
  // `limit`: what is written at or beyond it is no heap; another core's stack, for example.
  void watch_heap(std::uint32_t start, std::uint32_t limit) {
    heap_start_ = heap_end_ = heap_written_ = start;
    heap_limit_ = limit;
  }

  void set_limits(std::uint64_t cycle, std::uint64_t instruction) {
    stop_at_cycle_ = cycle;
    stop_at_instruction = instruction;
    look_soon();  // something may have become pending since the core ran
  }

  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
  std::uint64_t fetch_stall = 0;
  std::uint64_t stop_at_instruction = ~0ULL;
  static constexpr std::uint64_t kNever = ~0ULL;
  std::uint64_t next_turn = kNever;  // when another core is to run
  std::uint32_t heap_peak = 0;
  bool heap_seen = false;
  std::uint32_t heap_written() const { return heap_start_ == 0 ? 0 : heap_written_ - heap_start_; }
  std::vector<RegionCount> regions;
  std::vector<Sample> samples;
  std::vector<Frame> frames;
  Stacks stacks{frames};
  Block* current() { return current_; }
  std::uint64_t asleep = 0;  // of `cycles`
  std::uint64_t waking = 0;  // of `asleep`
  // What CCR has trap, and which of both it was.
  static constexpr std::uint8_t kTrapDivision = 1, kTrapUnaligned = 2;
  std::uint8_t traps = 0;
  bool trapped_by_division = false;
  std::uint32_t trapped_address = 0;  // else: of the access
  std::function<bool()> attention;    // whether something is to be served before the next block
  std::function<std::uint32_t()> read_control;  // CONTROL register, after an MSR

 private:
  // What the turns of a branch to itself cost, seen before each.
  struct Spin {
    const Block* block = nullptr;
    std::uint64_t cycles = 0;
    std::uint64_t instructions = 0;
    std::uint64_t fetch_stall = 0;
    std::uint32_t pending = 0;
    Activity recent{};
    std::uint64_t turn_cycles = 0;
    Activity turn{};
  };
  // A call that takes or gives back memory, under way.
  struct HeapCall {
    const HeapFunction* function;
    std::uint32_t return_address;
    std::uint32_t sp;
    std::uint32_t size;
  };
  struct Active {
    int region;
    std::uint32_t return_address;
    std::uint32_t sp;
    std::size_t stack;
    std::uint64_t start;
    Activity totals;
  };
  void move_cursor(const Instruction* to) {
    cursor_ = to;
    next_event_pc_ = current_->address + to->offset;
  }
  bool on_io_port(std::uint32_t address) const;
  std::uint32_t bus_wait(std::uint32_t address, bool write) const;
  [[gnu::noinline]] bool look_up();
  void rearm_look() {
    next_look_ = std::min(stop_at_cycle_, next_sample_);
    next_look_ = std::min(next_look_, next_turn);
    if (std::exchange(looks_again_, false)) next_look_ = 0;
    if (timeline_ != nullptr) next_look_ = std::min(next_look_, timeline_->next());
  }
  // Time and fetches of a block that begins at `start`.
  [[gnu::always_inline]] void count(Block& block, std::uint64_t start) {
    instructions += block.instructions;
    cycles = start + block.cycles;
    if (block.by_lines && block.cache_epoch == *fetch_epoch_)
      *line_buffer_ = block.last_sector;
    else if (block.by_lines || block.ram_fetch_wait != 0)
      fetch(block);
    if (accurate_) move_cursor(block.events);
  }
  // `block` has been entered from its own end.
  [[gnu::noinline]] void prepare_turn(Block& block);
  [[gnu::noinline]] void arrive(Block* previous, Block& block);
  // What the block before costs more or less for what came after it.
  [[gnu::always_inline]] void meet(Block& previous, const Block& block) {
    if (previous.mispredict_cycles != 0) {
      const std::uint32_t lost = mispredicted(previous, block.address);
      if (lost == 0) return;
      cycles += lost;
      previous.cycles_spent += lost;
    } else if (block.address == previous.fallthrough() && block.head_address_registers != 0 &&
               (block.head_address_registers >> previous.tail_load & 1U) == 0) {
      // The translator cut a run of pipelined loads in two.
      --cycles;
      --previous.cycles_spent;
    }
    entered_at_ = cycles;
  }
  // Whether the branch at the end of `block` is predicted to go back to its start, and changes
  // nothing of the prediction when it does.
  bool foresees_turn(const Block& block) const;
  // Cycles lost to the prediction of the branch that `previous` ends in.
  std::uint32_t mispredicted(const Block& previous, std::uint32_t target);
  void regions_and_heap(const Block& block);
  // Whether a region or a call of a heap function may end here.
  bool may_return(std::uint32_t pc) const {
    return *sp_ > awaited_sp_ || (*sp_ == awaited_sp_ && pc == awaited_return_);
  }
  void renew_awaited();
  // While the fill count stands still, a block that hit the cache hits again. Where loads count as
  // well, the order of use has to stand still, too, and the line buffer to hold the block's end.
  void choose_epoch() {
    line_buffer_ = &no_line_buffer_;
    if (memories_ != nullptr) {
      // Its caches keep no order of use.
      fetch_epoch_ = &memories_->icache.changes();
      return;
    }
    fetch_epoch_ = &kNeverEpoch;
    if (flash_ == nullptr || flash_->icache.hit_wait_cycles() != 0) return;
    const bool ordered = accurate_ || flash_->icache.serves_data();
    fetch_epoch_ = ordered ? &flash_->icache.order() : &flash_->icache.fills();
    if (ordered) line_buffer_ = flash_->line_buffer();
  }
  [[gnu::noinline]] void fetch(Block& block);
  bool hits_cache(Block& block);
  void fetch_lines(Block& block);
  // What the fetches of a block that begins at `start` did before, and do now for the first time.
  void repeat(Block& block, FetchRecord& record, std::uint64_t start);
  void keep(Block& block, FetchRecord& record, std::uint64_t start, CacheUse cache_use);
  // The fetches of a block that begins at `start`; returns the cycles that they take longer.
  std::uint64_t fetch_from(Block& block, std::uint64_t start, CacheUse cache_use);
  void wait_for_fetches(std::uint64_t stall);
  void fetch_over_axi(Block& block);
  // The stack that is in use behind `previous`.
  void follow_stack(const Block& previous, std::uint32_t pc);
  void follow_calls(const Block& previous, const Block& block);
  [[gnu::noinline]] void lower_stack(std::uint32_t lowest, const Block* previous,
                                     const Block& block);
  void begin_heap_call(const HeapFunction& function);
  void finish_heap_call(std::uint32_t pc, std::uint32_t sp);
  void refresh_top();
  // Of the instruction at `offset`, when it isn't at the cursor or has two effects.
  [[gnu::noinline]] bool step_far(std::uint16_t offset);
  // True when it traps instead.
  bool execute(const Instruction& i);
  [[gnu::noinline]] bool calculate(const Instruction& i);
  void access(const Instruction& i, std::uint32_t address);
  void access_ram(const Instruction& i, std::uint32_t address, const Area& area);
  [[gnu::noinline]] void access_elsewhere(const Instruction& i, std::uint32_t address,
                                          const Area& area);
  // Whether two overlapping accesses don't overlap after all. Cortex-M4: only in one memory;
  // Cortex-M7: only one of an even word with one of an odd word (jnk0le/random, cortex_m7.md).
  bool collides(std::uint32_t address, std::uint8_t where) const {
    if (core_ == CoreKind::kCortexM7) return ((address ^ last_address_) & 4U) == 0;
    return where != last_area_;
  }
  void wait(std::uint64_t stall) {
    cycles += stall;
    current_->recent[kStall] += static_cast<std::int64_t>(stall);
  }
  void divide(const Instruction& i);
  // Whether it traps, which is noted.
  bool divides_by_zero(const Instruction& i);
  bool misaligned(const Instruction& i, std::uint32_t address);
  bool traps_at(const Instruction& i);
  // Whether the instruction makes this access, as far as fast mode can tell.
  bool makes_access(const Instruction& i, std::uint32_t address, bool write) const {
    if (found_pc_ != kNoEvent) return current_->address + i.offset == found_pc_;
    return i.effect == (write ? Effect::kWrite : Effect::kRead) &&
           address - address_of(i) < std::uint32_t{i.access_bytes} * i.count;
  }
  void split_read(std::uint32_t address, const Instruction& i);
  void read_elsewhere(const Instruction& i, std::uint32_t address, const Area& area);
  void write_elsewhere(const Instruction& i, std::uint32_t address, const Area& area);
  // Cycle at which an instruction of the current block executes, waits so far included.
  std::uint64_t begin_of(const Instruction& i) const {
    return cycles - (current_->cycles - i.cycles_before);
  }
  void written(std::uint32_t address, const Instruction& i);
  std::uint32_t address_of(const Instruction& i) const {
    auto address = static_cast<std::uint32_t>(i.displacement);
    if (i.base != kNoRegister) address += registers_[i.base];
    if (i.index != kNoRegister) address += registers_[i.index] << (i.shift & 0x1FU);
    return address;
  }
  void sample();
  void open(int region, std::uint32_t return_address, std::uint32_t sp);
  void close(std::size_t active);
  Activity unexecuted(const Block& block, std::uint32_t offset) const;

  static constexpr std::uint64_t kNeverEpoch = ~0ULL - 1;
  // Without a block under way: an encoding that does not exist is stepped at all the same.
  static constexpr std::uint32_t kNoEvent = ~0U;
  const std::uint64_t* fetch_epoch_ = &kNeverEpoch;
  std::uint32_t no_line_buffer_ = 0;
  std::uint32_t* line_buffer_ = &no_line_buffer_;  // the flash's, where it matters
  std::uint64_t stop_at_cycle_ = ~0ULL;
  std::uint64_t next_look_ = 0;
  bool looks_again_ = false;
  const Timeline* timeline_ = nullptr;
  std::vector<std::pair<std::uint32_t, std::vector<Frame>>> preempted_;  // by SP
  const std::uint32_t* registers_ = nullptr;
  const std::uint32_t* sp_ = nullptr;
  const std::uint32_t* link_ = nullptr;
  const std::uint32_t* arguments_ = nullptr;
  std::uint8_t stack_register_ = 0;
  bool accurate_ = true;
  CoreKind core_ = CoreKind::kCortexM4;
  std::shared_ptr<Flash> flash_;
  FetchChain fetches_;
  Accountant* beside_ = nullptr;  // another core's, whose counts the samples contain as well
  std::unique_ptr<MemorySystem> memories_;
  BranchPredictor predictor_;
  RocketPredictor rocket_predictor_;
  std::vector<Area> areas_{Area{}};
  std::vector<std::uint8_t> area_of_ = std::vector<std::uint8_t>(65536, 0);

  Block* current_ = nullptr;
  const Instruction* cursor_ = nullptr;     // next instruction of the block with an effect (fast:
                                            // after the last device access)
  std::uint32_t next_event_pc_ = kNoEvent;  // its address
  std::uint64_t entered_at_ = 0;
  bool in_access_ = false;
  std::uint8_t last_area_ = 0;  // of the last data access
  std::uint32_t last_address_ = 0;
  std::uint16_t access_offset_ = 0;
  std::uint8_t accesses_ = 0;          // found of the instruction at `cursor_` (fast)
  std::uint64_t sought_in_ = 0;        // `instructions` in the block that `cursor_` is in (fast)
  std::uint32_t found_pc_ = kNoEvent;  // of the access under way, where it is known (fast)
  std::vector<std::pair<std::uint32_t, std::uint32_t>> io_port_;  // base and size
  std::uint32_t port_cycles_ = 0;                                 // that the access under way saves
  std::vector<DeviceBus> device_buses_;
  std::uint32_t bus_wait_ = 0;   // of the access under way
  std::uint32_t under_way_ = 0;  // cycles already added for the access under way
  Spin spin_;
  Block* turning_ = nullptr;         // the block under way, after a turn that tells of the next
  std::uint64_t branch_cycles_ = 0;  // of that turn
  std::vector<Block*> dirty_;
  Activity totals_{};

  std::vector<Active> active_;
  // Where the innermost region ends; where calls of heap functions may, too, anywhere.
  std::uint32_t awaited_sp_ = 0xFFFFFFFFU;
  std::uint32_t awaited_return_ = 1;
  std::uint32_t top_sp_ = 0xFFFFFFFFU;  // of the innermost frame
  std::uint32_t top_return_ = 1;        // no code is at an odd address
  std::uint32_t heap_start_ = 0;
  std::uint32_t heap_end_ = 0;
  std::uint32_t heap_limit_ = 0xFFFFFFFFU;
  std::uint32_t heap_written_ = 0xFFFFFFFFU;  // end of the highest write into the heap
  std::vector<HeapCall> heap_calls_;
  std::uint64_t sample_interval_ = 1024;
  std::uint64_t next_sample_ = 1024;
};

}  // namespace mcusim
