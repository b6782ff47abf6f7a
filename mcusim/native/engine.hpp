// The one place that touches Unicorn: a core with its memories, run in slices, watched by hooks.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "accountant.hpp"
#include "exceptions.hpp"
#include "scs.hpp"
#include "timeline.hpp"

namespace mcusim {

// kUnhandled: `number` is that of an exception that the firmware has no handler for, or, with an
// address, of one whose frame has no room on the stack at `address`.
enum class Stop : std::uint8_t { kLimit, kInterrupt, kError, kHalt, kUnhandled };

struct StopInfo {
  Stop reason = Stop::kHalt;
  int number = 0;  // of Unicorn's interrupt or of the exception, or Unicorn's error code
  std::uint32_t pc = 0;
  bool has_address = false;
  std::uint32_t address = 0;  // of the data access that failed, or of the frame
  bool write = false;
};

class Engine {
 public:
  using Decode = std::function<Block(std::uint32_t address, std::span<const std::uint8_t> code,
                                     std::uint32_t xpsr)>;
  using DeviceRead = std::function<std::uint32_t(std::uint32_t address, std::uint32_t size)>;
  using DeviceWrite =
      std::function<void(std::uint32_t address, std::uint32_t size, std::uint32_t value)>;

  Engine(int cpu_model, bool accurate, int priority_bits, std::uint32_t cpuid);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void map_memory(std::uint32_t base, std::uint32_t size_bytes, Place place,
                  const std::vector<std::uint32_t>& aliases, std::uint32_t read_wait,
                  std::uint32_t write_wait, bool executable);
  void map_system_control();
  // Whether stores of the core reach flash; without, they fault.
  void set_flash_writable(bool on);
  void map_devices(std::uint32_t base, std::uint32_t size_bytes);
  std::vector<std::uint8_t> read(std::uint32_t address, std::uint32_t size) const;
  void write(std::uint32_t address, std::span<const std::uint8_t> bytes);

  std::uint32_t reg(int unicorn_register) const;
  void set_reg(int unicorn_register, std::uint32_t value);

  // Runs from `pc` until `until`, a limit of the accountant, a fault or a halt that nothing ends.
  StopInfo run(std::uint32_t pc, std::uint32_t until);

  // Has code translated anew: needed where a run is to end within a block that ran before.
  void forget_translations();
  // Takes a fault, escalated as needed; false, and nothing changes, on lock-up, without a handler
  // that does anything, or without room for its frame. Run again at `resume_at()`.
  bool raise_fault(int number, std::uint32_t pc, std::uint32_t cfsr, bool has_address,
                   std::uint32_t address);
  std::uint32_t resume_at() const { return resume_at_; }
  // Has the core look for exceptions before its next block.
  void attend() { accountant.look_soon(); }

  void mark_region(std::uint32_t address, int region);
  void mark_sbrk(std::uint32_t address) { sbrk_ = address & ~1U; }

  static constexpr std::uint32_t kEntryCycles = 12;  // TRM 100166, 3.9: zero wait states
  static constexpr std::uint32_t kReturnCycles = 10;
  static constexpr std::uint32_t kTailChainCycles = 6;

  Accountant accountant;
  Exceptions exceptions;
  Timeline timeline;
  SystemControl system;
  std::function<void(int source)> event;  // a device's time has come
  Decode decode;
  DeviceRead device_read;
  DeviceWrite device_write;
  std::uint32_t stopped_at_fpu = 0;  // address of an FPU instruction met while the FPU is off
  const std::deque<Block>& blocks() const { return blocks_; }
  bool registers_are_direct() const { return direct_; }

 private:
  struct Memory {
    std::uint32_t base;
    std::uint32_t size;
    std::uint8_t* host;
    bool owner;
    bool read_only;
    bool executable;
  };
  enum class Hint : std::uint8_t { kNone = 0, kYield = 1, kWfe = 2, kWfi = 3 };
  struct DeviceWindow {
    Engine* engine;
    std::uint32_t base;
  };
  struct CloseEngine {
    void operator()(uc_engine* uc) const { uc_close(uc); }
  };

  static void on_block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code_copying(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_interrupt(uc_engine* uc, std::uint32_t number, void* self);
  static bool on_invalid(uc_engine* uc, uc_mem_type type, std::uint64_t address, int size,
                         std::int64_t value, void* self);
  static std::uint64_t on_device_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                      void* window);
  static void on_device_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                              std::uint64_t value, void* window);

  static std::uint64_t on_system_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                      void* self);
  static void on_system_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                              std::uint64_t value, void* self);

  Masks masks() const;
  bool load(std::uint32_t address, std::uint32_t& word) const;
  bool store(std::uint32_t address, std::uint32_t word);
  // Whether the vector of an exception leads to code that does more than branch to itself.
  bool has_handler(int number) const;
  std::uint32_t frame_address(bool& align) const;
  bool has_room_for_frame() const;
  void push_frame(std::uint32_t return_address, std::uint32_t xpsr);
  bool take_exception(int number, std::uint32_t return_address);
  void vector_to(int number, std::uint32_t xpsr, std::uint32_t exc_return);
  bool return_from_exception(std::uint32_t exc_return);
  void switch_mode(bool thread, bool process, std::uint32_t xpsr);
  int escalate(int number) const;
  // Serves what is due and pending at a block's boundary; false when the run is to end here.
  bool serve(std::uint32_t pc);
  bool attention() const;
  void run_events();
  StopInfo stopped_at_limit();
  bool sleep();
  bool waits_for_interrupt(std::uint32_t pc);
  std::uint16_t halfword(std::uint32_t address) const;
  Hint hint_at(std::uint32_t address) const;
  Hint hint_before(std::uint32_t pc) const;
  bool hint(std::uint32_t pc);

  void add_hook(int type, void* callback);
  static void set_region(Block& block, int region);
  Block* find(std::uint32_t address, std::uint32_t size);
  void trap_unaligned();
  std::vector<std::uint8_t> code_at(std::uint32_t address, std::uint32_t size) const;
  Block* look_for(Block* previous, std::uint32_t address, std::uint32_t size);
  void stop_before_block(uc_engine* uc);
  Block* discover(std::uint32_t address, std::uint32_t size);
  const Memory* memory_at(std::uint32_t address, std::uint32_t size) const;
  void read_registers();
  void fail(std::exception_ptr error);

  std::unique_ptr<uc_engine, CloseEngine> uc_;
  std::vector<Memory> memories_;
  std::vector<std::unique_ptr<DeviceWindow>> windows_;
  std::vector<Block**> tables_ = std::vector<Block**>(65536, nullptr);  // by 64 kB of code
  std::deque<Block> blocks_;
  std::vector<std::pair<std::uint32_t, int>> region_marks_;
  std::uint32_t sbrk_ = 0xFFFFFFFFU;
  bool direct_ = false;
  std::uint32_t copied_registers_[16] = {};
  StopInfo stop_;
  bool stopping_ = false;
  std::uint32_t last_hint_pc_ = 0;
  std::uint64_t last_hint_count_ = 0;
  std::uint32_t resume_at_ = 0;
  bool sleeping_ = false;
  bool sleep_interrupted_ = false;  // by the end of a slice; the next one goes on with it
  bool event_register_ = false;     // of WFE
  int systick_source_;
  std::exception_ptr error_;
};

}  // namespace mcusim
