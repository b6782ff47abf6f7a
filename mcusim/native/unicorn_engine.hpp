// The one place that touches Unicorn: a core with its memories, run in slices, watched by hooks.
//
// What every architecture has. A class of its own adds its exceptions, and the hooks of its blocks:
// what happens once a block is never a virtual call.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>
#include <cstring>
#include <deque>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "accountant.hpp"
#include "latched_counter.hpp"
#include "published.hpp"
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
  // `state` is what the decoding depends on beside the code.
  using Decode = std::function<Block(std::uint32_t address, std::span<const std::uint8_t> code,
                                     std::uint32_t state)>;
  using DeviceRead = std::function<std::uint32_t(std::uint32_t address, std::uint32_t size)>;
  using DeviceWrite =
      std::function<void(std::uint32_t address, std::uint32_t size, std::uint32_t value)>;

  virtual ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // `area` tells how the memory answers at each of `bases`, which show the same bytes.
  void map_memory(std::span<const std::pair<std::uint32_t, Area>> bases, std::uint32_t size_bytes,
                  bool executable);
  // A core with L1 caches; `map_memory` afterwards.
  virtual void set_memory_system(const CacheGeometry& icache, const CacheGeometry& dcache,
                                 bool store_buffer);
  virtual void note_tcm(std::uint32_t, std::uint32_t) {}
  // Before the first run, or between two: after a reset the flash may be read otherwise.
  void set_flash(std::shared_ptr<Flash> flash);
  // Whether stores of the core reach flash; without, they fault.
  void set_flash_writable(bool on);
  virtual void map_devices(std::uint32_t base, std::uint32_t size_bytes);
  void add_device_bus(const DeviceBus& bus) { accountant.add_device_bus(bus); }
  void add_io_port(std::uint32_t base, std::uint32_t size_bytes) {
    accountant.add_io_port(base, size_bytes);
  }
  std::vector<std::uint8_t> read(std::uint32_t address, std::uint32_t size) const;
  void write(std::uint32_t address, std::span<const std::uint8_t> bytes);

  std::uint32_t reg(int unicorn_register) const;
  void set_reg(int unicorn_register, std::uint32_t value);

  // Runs from `pc` until `until`, a limit of the accountant, a fault or a halt that nothing ends.
  virtual StopInfo run(std::uint32_t pc, std::uint32_t until) = 0;

  // Has the core as it is after a reset, but for SP and PC; memories keep what they hold.
  virtual void reset() = 0;
  // Asks for a reset: the run stops before the next block, and nothing else wakes the core.
  virtual void request_reset() = 0;
  virtual bool reset_requested() const = 0;
  // Lets time pass without the core, until a reset is asked for or a limit is met; false when
  // nothing is left that could ask.
  bool idle();
  // Out of deep sleep: whether the core's own timer counts, and how long the core takes to wake up.
  // In deep sleep that timer stands still, and `deep_sleep` has the time pass.
  void set_sleep(bool timer, std::uint64_t wake_cycles);
  // Whether the core sleeps, for good if the run has ended.
  bool dozing() const { return dozing_; }
  // Whether the core's next sleep is a deep one.
  virtual bool sleep_deep() const = 0;

  // Has code translated anew: needed where a run is to end within a block that ran before.
  void forget_translations();
  std::uint32_t resume_at() const { return resume_at_; }
  // Whether the code that runs has all rights.
  virtual bool privileged() const = 0;
  // Has the core look for exceptions before its next block.
  void attend() {
    accountant.look_soon();
    if (waits_) call_back();
  }
  // A level of the core's own interrupt input `number`; throws std::out_of_range for none.
  virtual void set_line(int number, bool high) = 0;

  // Two cores (two_cores.cpp). This one leads: `other` has its memories, and runs when this one
  // lets it, up to the same time. Before the first run.
  void lead(Engine& other);
  // The core of the two that follows: held in reset, or begun at `pc` after a reset.
  void hold();
  void release(std::uint32_t pc);
  bool held() const { return held_; }
  // What ended the follower's turn, if the host has to do something; it then waits for `go_on`.
  std::optional<StopInfo> take_stop();
  void go_on(std::uint32_t pc);
  // `instruction` counts those of both cores.
  void set_limits(std::uint64_t cycle, std::uint64_t instruction);
  // Cycles that all cores slept at the same time, without those of waking up.
  std::uint64_t asleep_together() const {
    return follower_ != nullptr ? asleep_together_ : accountant.asleep - accountant.waking;
  }

  void mark_region(std::uint32_t address, int region);
  // Before the run.
  void mark_heap_function(std::uint32_t address, HeapKind kind, std::uint8_t argument) {
    heap_functions_.push_back({address & ~1U, kind, argument});
  }

  // Lets go of what a core of this architecture calls beside these.
  virtual void drop_callbacks() {}

  Accountant accountant;
  Timeline timeline;
  std::function<void(int source)> event;  // a device's time has come
  std::function<void(bool entered)> deep_sleep;
  Decode decode;
  DeviceRead device_read;
  DeviceWrite device_write;
  PublishedRegisters published;
  LatchedCounters latched_counters;
  ClockSegment clock;                // the present one
  std::uint32_t stopped_at_fpu = 0;  // address of an FPU instruction met while the FPU is off
  const std::deque<Block>& blocks() const { return blocks_; }
  virtual bool registers_are_direct() const { return direct_; }

 protected:
  static constexpr std::uint32_t kNowhere = 0xFFFFFFFEU;  // `until` of a run without an end

  struct Memory {
    std::uint32_t base;
    std::uint32_t size;
    std::uint8_t* host;
    bool owner;
    bool read_only;
    std::uint32_t permissions;  // without an MPU
    std::uint8_t* at(std::uint32_t address) const { return host + (address - base); }
  };
  struct DeviceWindow {
    Engine* engine;
    std::uint32_t base;
    std::uint32_t size;
  };
  struct CloseEngine {
    void operator()(uc_engine* uc) const { uc_close(uc); }
  };

  Engine(uc_arch arch, uc_mode mode, int cpu_model);

  // Of a reset, what all architectures have; devices place and publish their registers anew.
  void restart();

  // Throws what Unicorn has to say.
  static void check(uc_err error, const char* what);
  // For all addresses; `self` is what the callback gets.
  void add_hook(int type, void* callback, void* self);
  static std::uint64_t on_device_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                      void* window);
  static void on_device_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                              std::uint64_t value, void* window);
  // Answers for each page that Unicorn's address cache lacks (address_cache.cpp); the last thing
  // that a constructor does.
  void watch_address_cache();
  // Before a run.
  void hook_invalid_accesses();
  // False: the core gets no access of this `type`.
  virtual bool fill_tlb(std::uint32_t page, uc_mem_type type, uc_tlb_entry& entry);
  // Whether the architecture has no code there, whatever the memory.
  virtual bool never_executable(std::uint32_t) const { return false; }
  // Whether memory protection has Unicorn's permissions differ from page to page and by alias.
  virtual bool permissions_vary() const { return false; }
  // Has devices below `at` and from there on apart, for permissions of their own: where Unicorn
  // divides a window itself, it loses how far an access is from the window's start.
  void cut_devices(std::uint32_t at);
  // An access of a device.
  virtual std::uint32_t read_device(std::uint32_t address, std::uint32_t size);
  virtual void write_device(std::uint32_t address, std::uint32_t size, std::uint32_t value);

  // Copies the registers to where the accountant looks, if it can't see them directly.
  virtual void read_registers() = 0;
  // What the decoding of a new block depends on beside its code.
  virtual std::uint32_t decode_state() const = 0;
  // Notes in a new block what its execution will need to know of it.
  virtual void inspect(Block& block, std::span<const std::uint8_t> code) = 0;
  virtual void memory_permissions_changed() {}

  void stop_with(Stop reason, int number, std::uint32_t pc);
  void fail(std::exception_ptr error);

  // Calls `event` for the sources that are due; the core's own timer serves itself.
  void run_events();
  // The same before the access under way, where its block began before that.
  void run_events_before_access() {
    if (timeline.next() <= accountant.cycles && timeline.next() <= accountant.now()) run_events();
  }
  // Before a device's access: finds the instruction that makes it, and has come what is due.
  void begin_access(std::uint32_t address, bool write);
  virtual bool timer_expired(int) { return false; }
  // False when nothing is left that could end the sleep.
  bool sleep();
  void doze();
  void wake_up();
  void sleep_to_next_event();
  virtual bool woken() = 0;
  // Before the core wakes up.
  virtual void sleep_ends() {}
  // The clock of the core's own timer stops and starts again.
  virtual void hold_timer() {}
  virtual void resume_timer() {}

  // Has the follower's time reach `until`.
  void catch_up(std::uint64_t until);
  bool follower_runs() const { return follower_ != nullptr; }
  bool shares_time() const { return follower_ != nullptr || leader_ != nullptr; }
  // The block about to run sends an event to the other core, which gets it after the block.
  void signal_after_block() {
    signals_ = true;
    signals_after_ = accountant.instructions;
    accountant.look_soon();
  }
  bool signal_due() {
    if (!signals_) return false;
    accountant.look_again();
    return accountant.instructions > signals_after_;
  }
  void signal_other();
  virtual void receive_event() {}
  // Whether something may yet come from the other core, to a sleeping one.
  bool other_may_wake();
  // Whether the follower's turn ended for the host to do something.
  virtual bool needs_host(const StopInfo& stop) const { return stop.reason != Stop::kLimit; }
  void drop_stale_code();

  std::uint16_t halfword(std::uint32_t address) const;
  const Memory* memory_at(std::uint32_t address, std::uint32_t size) const;
  std::vector<std::uint8_t> code_at(std::uint32_t address, std::uint32_t size) const;
  Block* look_for(Block* previous, std::uint32_t address, std::uint32_t size);

  std::unique_ptr<uc_engine, CloseEngine> uc_;
  std::vector<Memory> memories_;
  std::vector<std::unique_ptr<DeviceWindow>> windows_;
  bool direct_ = false;  // hooks see the core's registers
  StopInfo stop_;
  bool stopping_ = false;
  std::uint32_t resume_at_ = 0;
  bool sleeping_ = false;
  bool sleep_interrupted_ = false;  // by the end of a slice; the next one goes on with it
  bool dozing_ = false;             // asleep, and told so
  bool dozing_deep_ = false;
  bool signals_ = false;
  std::uint64_t signals_after_ = 0;  // instructions
  std::exception_ptr error_;
  void* invalid_access_ = nullptr;  // the hook of accesses that Unicorn does not allow

 private:
  // The most that the follower is behind, in cycles, at the leader's blocks.
  static constexpr std::uint64_t kTurnCycles = 500;

  void follow(std::uint64_t until);
  // The leader sleeps: its follower runs on. Returns the time up to which nothing concerns it.
  std::uint64_t let_follower_run(std::uint64_t until);
  void call_back();
  std::uint64_t instructions_left() const;
  bool translation_is_current(const Block* block, std::uint32_t address, std::uint32_t size);
  template <typename Visit>
  void each_at(std::uint32_t address, Visit visit);

  Engine* follower_ = nullptr;
  Engine* leader_ = nullptr;
  Flash::Client flash_client_;  // of the follower, while the leader runs; the leader's, else
  bool held_ = false;
  bool waits_ = false;   // asleep, while the follower runs
  bool called_ = false;  // the follower has something for it
  bool host_needed_ = false;
  StopInfo host_stop_;
  std::uint64_t instruction_limit_ = ~0ULL;
  std::uint64_t asleep_together_ = 0;
  std::uint32_t stale_at_ = 0;  // code that the other core wrote, and Unicorn has as it was
  std::uint32_t stale_size_ = 0;
  std::uint32_t translated_at_ = 1;  // where it was dropped last; no code is at an odd address
  static void set_region(Block& block, int region);
  // Code that changed is translated anew before it runs: until then, blocks in RAM that were
  // compared with it need not be again. With two cores they are each time.
  static bool on_tlb_fill(uc_engine* uc, std::uint64_t address, uc_mem_type type,
                          uc_tlb_entry* entry, void* self);
  void hook_invalid_accesses(std::uint64_t begin, std::uint64_t end);
  // Where the memory is that is at `address` in `memory`, and perhaps elsewhere as well.
  std::uint32_t first_place_of(const Memory& memory, std::uint32_t address) const;
  static void on_translation(uc_engine* uc, uc_tb* translated, uc_tb* before, void* self);
  void compare_again();
  // Of code that the host wrote: Unicorn sees what its core writes.
  void drop_translations(std::uint32_t address, std::uint32_t size);
  Block* find(std::uint32_t address, std::uint32_t size);
  Block* discover(std::uint32_t address, std::uint32_t size);

  std::vector<Block**> tables_ = std::vector<Block**>(65536, nullptr);  // by 64 kB of code
  std::deque<Block> blocks_;
  std::unordered_set<const std::uint8_t*> executed_pages_;  // of writable memory, in the host
  bool hooked_outside_ = false;                             // of writable memory, and within
  bool hooked_within_ = false;
  std::vector<Block*> compared_;  // since the last translation
  std::vector<std::pair<std::uint32_t, int>> region_marks_;
  std::deque<HeapFunction> heap_functions_;
  bool timer_in_sleep_ = true;
  std::uint64_t wake_cycles_ = 0;
};

}  // namespace mcusim
