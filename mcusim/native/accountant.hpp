// Accounts for every block and data access of a run: cycles, events, stacks, regions, trace.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "block.hpp"
#include "flash.hpp"

namespace mcusim {

enum class Place : std::uint8_t { kDevice = 0, kFlash = 1, kRam = 2 };

struct Area {
  Place place = Place::kDevice;
  std::uint32_t base = 0;
  std::uint32_t read_wait = 0;
  std::uint32_t write_wait = 0;
};

struct Frame {
  std::uint32_t callee = 0;
  std::uint32_t return_address = 0;
  std::uint32_t sp = 0;
};

struct StackUse {
  std::uint32_t top = 0;
  std::uint32_t lowest = 0xFFFFFFFFU;
  std::uint32_t lowest_pc = 0;
  std::vector<Frame> frames;  // at the lowest SP
};

struct RegionCount {
  std::uint64_t calls = 0;
  std::uint64_t cycles_total = 0;
  std::uint64_t cycles_min = ~0ULL;
  std::uint64_t cycles_max = 0;
  Activity activity{};
  std::vector<std::pair<std::uint64_t, std::uint64_t>> spans;
};

struct Sample {
  std::uint64_t cycle;
  Activity totals;
};

struct Collision {
  bool happened = false;
  std::uint32_t sp = 0;
  std::uint32_t pc = 0;
  std::uint32_t limit = 0;
  std::vector<Frame> frames;
};

class Accountant {
 public:
  static constexpr std::size_t kMaxSpans = 1000;
  static constexpr std::size_t kMaxSamples = 4096;
  static constexpr std::size_t kMaxFrames = 4096;

  // `registers` are r0 to r15 of the running core, always current when a hook runs.
  void attach(const std::uint32_t* registers) { registers_ = registers; }
  void set_accurate(bool accurate) { accurate_ = accurate; }
  bool accurate() const { return accurate_; }

  void add_area(std::uint32_t base, std::uint32_t size_bytes, const Area& area);
  void set_flash(std::unique_ptr<Flash> flash) { flash_ = std::move(flash); }
  Flash* flash() { return flash_.get(); }
  // Derives what a block needs of the memory that it lies in.
  void place(Block& block) const;

  // Returns false when the run is to stop before this block.
  bool enter(Block& block);
  // An instruction of the current block is about to execute.
  void step(std::uint32_t pc) {
    const auto offset = static_cast<std::uint16_t>(pc - current_->address);
    const Instruction* i = cursor_;
    if (i->offset > offset) return;
    while (i->offset < offset) ++i;
    cursor_ = i;
    if (i->offset == offset) {
      cursor_ = i + 1;
      execute(*i);
    }
  }
  // The current block was left before the instruction at `pc`: gives the rest back.
  void give_back(std::uint32_t pc);
  // An instruction that the host executed in place of the core.
  void add_instruction(Column column, std::uint32_t cycles);
  // The access under way in the current block, found by its address; for exact time in devices.
  void locate_access(std::uint32_t address, bool write);
  void access_done() { in_access_ = false; }
  // Cycle at which the instruction under way began.
  std::uint64_t now() const;
  // SP was switched by software or reset.
  void select_stack(int which, std::uint32_t sp);
  void settle();

  Activity snapshot();
  void flush();

  int add_region();
  void begin_region(int id);
  void end_region(int id);
  void watch_heap(std::uint32_t start) { heap_start_ = heap_end_ = heap_written_ = start; }
  void watch_guard(std::uint32_t lowest_allowed) { guard_ = lowest_allowed; }
  void set_sample_interval(std::uint64_t interval) { sample_interval_ = next_sample_ = interval; }

  std::uint64_t cycles = 0;
  std::uint64_t instructions = 0;
  std::uint64_t fetch_stall = 0;
  std::uint64_t stop_at_cycle = ~0ULL;
  std::uint64_t stop_at_instruction = ~0ULL;
  std::uint64_t ram_peak = 0;  // highest sum of heap and stacks, bytes
  std::uint32_t heap_peak = 0;
  bool heap_seen = false;
  std::uint32_t heap_written() const { return heap_written_ - heap_start_; }
  StackUse stacks[2];
  int active_stack = 0;
  Collision collision;
  std::vector<RegionCount> regions;
  std::vector<Sample> samples;
  std::vector<Frame> frames;
  Block* current() { return current_; }
  std::function<std::uint32_t()> read_control;  // CONTROL register, after an MSR

 private:
  struct Active {
    int region;
    std::uint32_t return_address;
    std::uint32_t sp;
    std::uint64_t start;
    Activity totals;
  };
  void events(Block& block);
  void fetch(Block& block);
  void fetch_lines(Block& block);
  void follow_calls(const Block& previous, const Block& block, bool taken);
  void lower_stack(std::uint32_t lowest, std::uint32_t pc);
  void remember_frames();
  void rearm_stack_watch();
  void execute(const Instruction& i);
  void access(const Instruction& i);
  std::uint32_t address_of(const Instruction& i) const;
  void sample();
  void open(int region, std::uint32_t return_address, std::uint32_t sp);
  void close(std::size_t active);
  Activity unexecuted(const Block& block, std::uint32_t offset) const;

  const std::uint32_t* registers_ = nullptr;
  bool accurate_ = true;
  std::unique_ptr<Flash> flash_;
  std::vector<Area> areas_{Area{}};
  std::vector<std::uint8_t> area_of_ = std::vector<std::uint8_t>(65536, 0);

  Block* current_ = nullptr;
  const Instruction* cursor_ = nullptr;
  std::uint64_t entered_at_ = 0;
  bool in_access_ = false;
  std::uint16_t access_offset_ = 0;
  std::vector<Block*> dirty_;
  Activity totals_{};

  std::vector<Active> active_;
  std::uint32_t top_sp_ = 0xFFFFFFFFU;  // of the innermost frame
  std::uint32_t top_return_ = 1;        // no code is at an odd address
  std::uint32_t stack_watch_ = 0;  // SP below this is news
  bool frames_are_news_ = false;
  std::uint32_t heap_start_ = 0;
  std::uint32_t heap_end_ = 0;
  std::uint32_t heap_written_ = 0;
  std::uint32_t guard_ = 0;
  std::uint32_t sbrk_return_ = 0;
  std::uint32_t sbrk_increment_ = 0;
  std::uint64_t sample_interval_ = 1024;
  std::uint64_t next_sample_ = 1024;
};

// Cycles of SDIV/UDIV beyond the first, by operand value (Armv7E-M: 2 to 12 in all).
std::uint32_t divide_cycles(std::uint32_t dividend, std::uint32_t divisor);

}  // namespace mcusim
