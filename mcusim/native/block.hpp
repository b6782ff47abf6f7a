// What is known of a basic block before it runs, and what is counted while it does.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "activity.hpp"
#include "fetch_record.hpp"

namespace mcusim {

// What an instruction does that only the run can tell.
enum class Effect : std::uint8_t {
  kNone = 0,
  kRead = 1,            // data read: address = base + (index << shift) + displacement
  kWrite = 2,           // data write, likewise
  kDivideUnsigned = 3,  // base: dividend, index: divisor
  kDivideSigned = 4,
  kExtra = 5,  // conditional: `extra` cycles when its condition holds
};

inline constexpr std::uint8_t kNoRegister = 255;
// In `shift`: a word access that faults unless aligned (LDM, LDRD, VLDR, LDREX and their stores).
inline constexpr std::uint8_t kNeedsAlignment = 0x80;
// In `shift`: counted as overlapping with the access before, which holds within one memory only.
inline constexpr std::uint8_t kPipelined = 0x40;
// In `shift`: a store that reads the same bytes before (an AMO).
inline constexpr std::uint8_t kAlsoReads = 0x20;

// One instruction; 16 bytes, as mcusim/timing/record.py packs it.
struct Instruction {
  std::uint16_t offset;         // bytes from the start of the block
  std::uint16_t cycles_before;  // static cycles of the block up to this instruction
  std::uint8_t column;          // its class, a Column
  Effect effect;
  std::uint8_t base;
  std::uint8_t index;
  std::uint8_t shift;         // of the index, with kNeedsAlignment, kPipelined and kAlsoReads
  std::uint8_t access_bytes;  // of one of `count` consecutive accesses
  std::uint8_t count;
  std::uint8_t extra;
  std::int32_t displacement;  // absolute address when base is kNoRegister

  bool is_aligned(std::uint32_t address) const {
    return (address & (std::uint32_t{access_bytes} - 1U)) == 0;
  }
};
static_assert(sizeof(Instruction) == 16);

// Instructions of a block that share one cache line.
struct LineUse {
  std::uint32_t line;
  std::uint32_t first_sector;
  std::uint8_t mask;           // sectors used
  std::uint8_t count;          // of them, consecutive
  std::uint16_t first_offset;  // index into Block::sector_cycle
};

// What makes a block more than straight work; most blocks have none of these.
enum BlockFlag : std::uint8_t {
  kCalls = 1,        // ends in BL or BLX
  kReturns = 2,      // ends in a jump to an address from a register or memory
  kStackSelect = 4,  // MSR to CONTROL, MSP or PSP
  kOpenEnd = 8,      // its end can overlap with the next block's start, or is a predicted branch
  kMovesStack = 16,  // writes SP
  kMarked = 32,      // a region of interest or a heap function begins here
  kUsesFpu = 64,
  kInRam = 128,  // its bytes may change
};

// The branch that a block ends in, for a core whose predictor tells them apart.
enum class BranchKind : std::uint8_t {
  kNone = 0,
  kConditional = 1,
  kJump = 2,
  kCall = 3,
  kReturn = 4,
  kIndirect = 5,
  kIndirectCall = 6,
};

// Why the engine looks before each execution of a block.
enum Care : std::uint8_t {
  kCareAlways = 1,
  kCareForFpu = 2,  // whether it is on and has its registers, which a loop's next turn can rely on
};

// A function of the firmware that takes or gives back memory.
enum class HeapKind : std::uint8_t { kGrow, kAllocate, kFree };
struct HeapFunction {
  std::uint32_t address;
  HeapKind kind;
  std::uint8_t argument;  // number of the one that is the size, or the address given back
};

struct Block {
  // Read and written at every execution; kept together.
  std::uint32_t address = 0;
  std::uint32_t size = 0;
  std::uint32_t cycles = 0;  // without wait states and operand-dependent cycles
  std::uint32_t instructions = 0;
  std::uint32_t pending = 0;              // executions since the last flush
  std::uint16_t taken_cycles = 0;         // added when control does not fall through
  std::uint8_t target_penalty = 0;        // added when this block is branched to
  std::uint8_t feels_target_penalty = 0;  // 1 when its own target's penalty counts
  std::uint8_t flags = 0;
  bool by_lines = false;        // fetched line by line, through a cache or an accelerator
  std::uint8_t axi_target = 0;  // that the lines come from, with `behind_axi`
  bool behind_axi = false;
  bool looks_in_cache = false;         // of the flash that the lines come from
  std::uint8_t needs_care = 0;         // of Care
  std::uint8_t mispredict_cycles = 0;  // added when its last branch was predicted wrongly
  BranchKind branch = BranchKind::kNone;
  std::uint8_t late_cycles = 0;  // added when it was predicted rightly, but late
  bool sends_event = false;      // has SEV
  bool spins = false;            // a branch to itself: only an exception ends it
  bool interpreted = false;      // not Unicorn's to execute
  bool may_differ = false;       // from what is in RAM now
  bool sets_stack = false;       // gives SP another value, instead of moving it
  bool sets_main = false;        // ends in MSR to MSP
  bool translated = false;       // as Unicorn has it now, of code in RAM that cores share
  std::uint64_t cache_epoch = ~0ULL;
  std::uint64_t cycles_spent = 0;       // everything included
  Block* successor = nullptr;           // the block that came next the last time
  const Instruction* events = nullptr;  // `dynamic`
  std::uint32_t stack_drop = 0;         // furthest below the entry SP, bytes

  // Static, from the timing model.
  std::uint32_t fetch_words = 0;
  std::uint16_t first_fpu = 0xFFFF;          // offset of the first FPU instruction
  std::uint16_t head_address_registers = 0;  // first instruction can pipeline; else 0
  std::uint8_t tail_load = kNoRegister;      // register that a trailing single load writes
  std::vector<Instruction> code;
  std::vector<Instruction> dynamic;  // those with an effect, then a sentinel
  std::array<std::uint16_t, kColumns> fixed{};

  // Static, from the memory that it lies in.
  std::vector<LineUse> lines;
  std::vector<std::uint16_t> sector_cycle;  // when each sector is first wanted
  std::uint32_t last_sector = 0;
  std::vector<FetchRecord> fetches;  // where the flash keeps records
  std::uint32_t oldest_fetches = 0;
  std::uint32_t ram_fetch_wait = 0;
  std::vector<std::uint8_t> copy;  // the bytes decoded, for code in RAM
  const std::uint8_t* host = nullptr;

  // Marks.
  std::int32_t region = -1;                     // region of interest that begins here
  const HeapFunction* heap_function = nullptr;  // that begins here

  // Counted.
  std::uint64_t executions = 0;
  Activity recent{};  // dynamic events since the last flush
  Activity total{};
  Block* next_here = nullptr;  // another block at the same address

  std::uint32_t fallthrough() const { return address + size; }
  // From its end to the start of the block that it branches to.
  std::uint64_t branch_cycles(const Block& target) const {
    return std::uint64_t{taken_cycles} + (feels_target_penalty & target.target_penalty);
  }
  // What the run has to tell of an instruction: of an AMO, its load and then its store.
  void add_effects(const Instruction& i) {
    if (i.effect == Effect::kNone) return;
    if ((i.shift & kAlsoReads) != 0) {
      dynamic.push_back(i);
      dynamic.back().effect = Effect::kRead;
    }
    dynamic.push_back(i);
  }
  bool has(BlockFlag flag) const { return (flags & flag) != 0; }
};

}  // namespace mcusim
