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
#include "architecture.hpp"
#include "exceptions.hpp"
#include "helium.hpp"
#include "published.hpp"
#include "registers.hpp"
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

  Engine(int cpu_model, bool accurate, int priority_bits, std::uint32_t cpuid,
         const CoreOptions& options);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // `area` tells how the memory answers at each of `bases`, which show the same bytes.
  void map_memory(std::span<const std::pair<std::uint32_t, Area>> bases, std::uint32_t size_bytes,
                  bool executable);
  // A core with L1 caches; `map_memory` afterwards.
  void set_memory_system(const CacheGeometry& icache, const CacheGeometry& dcache);
  // Before the first run, or between two: after a reset the flash may be read otherwise.
  void set_flash(std::unique_ptr<Flash> flash);
  void map_system_control();
  // Whether stores of the core reach flash; without, they fault.
  void set_flash_writable(bool on);
  void map_devices(std::uint32_t base, std::uint32_t size_bytes);
  void add_io_port(std::uint32_t base, std::uint32_t size_bytes) {
    accountant.add_io_port(base, size_bytes);
  }
  // Words at 0x22000000 and 0x42000000 that stand for the bits of RAM and peripherals.
  void map_bit_band();
  std::vector<std::uint8_t> read(std::uint32_t address, std::uint32_t size) const;
  void write(std::uint32_t address, std::span<const std::uint8_t> bytes);

  std::uint32_t reg(int unicorn_register) const;
  void set_reg(int unicorn_register, std::uint32_t value);

  // Runs from `pc` until `until`, a limit of the accountant, a fault or a halt that nothing ends.
  StopInfo run(std::uint32_t pc, std::uint32_t until);

  // Has the core as it is after a reset, but for SP and PC; memories keep what they hold.
  void reset();
  // Asks for a reset: the run stops before the next block, and nothing else wakes the core.
  void request_reset();
  // Lets time pass without the core, until a reset is asked for or a limit is met; false when
  // nothing is left that could ask.
  bool idle();
  // Without SLEEPDEEP: whether SysTick counts, and how long the core takes to wake up. With it,
  // SysTick stands still, and `deep_sleep` has the time pass.
  void set_sleep(bool systick, std::uint64_t wake_cycles);
  // Whether the core sleeps, for good if the run has ended.
  bool dozing() const { return dozing_; }

  // Has code translated anew: needed where a run is to end within a block that ran before.
  void forget_translations();
  // Takes a fault, escalated as needed; false, and nothing changes, on lock-up, without a handler
  // that does anything, or without room for its frame. Run again at `resume_at()`.
  bool raise_fault(int number, std::uint32_t pc, std::uint32_t cfsr, bool has_address,
                   std::uint32_t address);
  std::uint32_t resume_at() const { return resume_at_; }
  // Whether the access that failed was one that the MPU forbids.
  bool mpu_denied() const { return mpu_denied_; }
  bool privileged() const;
  // Has the core look for exceptions before its next block.
  void attend() { accountant.look_soon(); }

  void mark_region(std::uint32_t address, int region);
  // Before the run.
  void mark_heap_function(std::uint32_t address, HeapKind kind, std::uint8_t argument) {
    heap_functions_.push_back({address & ~1U, kind, argument});
  }

  // Beside Unicorn's numbers of models.
  static constexpr int kCortexM55Model = 0x1000;
  static constexpr std::uint32_t kFpuCycles = 17;  // to store or load s0 to s15 and FPSCR
  // Numbers of interrupts that the engine reports beside Unicorn's own.
  static constexpr int kExceptionExit = 8;
  static constexpr int kInvalidState = 18;
  static constexpr int kUnaligned = 22;
  static constexpr int kDivideByZero = 100;
  static constexpr int kNonSecure = 101;

  Accountant accountant;
  Exceptions exceptions;
  Timeline timeline;
  SystemControl system;
  std::function<void(int source)> event;  // a device's time has come
  std::function<void(bool entered)> deep_sleep;
  Decode decode;
  DeviceRead device_read;
  DeviceWrite device_write;
  PublishedRegisters published;
  std::uint32_t stopped_at_fpu = 0;  // address of an FPU instruction met while the FPU is off
  const std::deque<Block>& blocks() const { return blocks_; }
  bool registers_are_direct() const { return direct_ && special_.complete(); }

 private:
  struct Memory {
    std::uint32_t base;
    std::uint32_t size;
    std::uint8_t* host;
    bool owner;
    bool read_only;
    std::uint32_t permissions;  // without the MPU
  };
  enum class Hint : std::uint8_t { kNone = 0, kYield = 1, kWfe = 2, kWfi = 3 };
  struct DeviceWindow {
    Engine* engine;
    std::uint32_t base;
    std::uint32_t size;
  };
  struct VectorBus final : mve::Bus {
    explicit VectorBus(Engine* owner) : engine(owner) {}
    std::uint32_t load(std::uint32_t address, std::uint32_t bytes) override;
    void store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) override;
    std::uint8_t* window(std::uint32_t address, std::uint32_t bytes, bool write) override;
    void charge(std::uint32_t address, std::uint32_t bytes, std::uint32_t count,
                bool write) override;
    Engine* engine;
  };
  struct CloseEngine {
    void operator()(uc_engine* uc) const { uc_close(uc); }
  };

  static void on_block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code_traps(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code_copying(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_interrupt(uc_engine* uc, std::uint32_t number, void* self);
  static void on_test_target(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static bool on_invalid(uc_engine* uc, uc_mem_type type, std::uint64_t address, int size,
                         std::int64_t value, void* self);
  static std::uint64_t on_device_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                      void* window);
  static void on_device_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                              std::uint64_t value, void* window);

  static std::uint64_t on_ram_bit_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                       void* self);
  static void on_ram_bit_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                               std::uint64_t value, void* self);
  // An access of a device, or of one bit of its through the alias.
  std::uint32_t read_device(std::uint32_t address, std::uint32_t size);
  void write_device(std::uint32_t address, std::uint32_t size, std::uint32_t value);

  static std::uint64_t on_system_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                      void* self);
  static void on_system_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                              std::uint64_t value, void* self);

  Masks masks() const;
  std::uint32_t control() const;
  void set_control(std::uint32_t value);
  // r0 to r14, where they live if that is known.
  std::uint32_t low(int number) const;
  void set_low(int number, std::uint32_t value);
  bool raised() const;  // the execution priority is negative
  bool load(std::uint32_t address, std::uint32_t& word) const;
  bool store(std::uint32_t address, std::uint32_t word);
  // Whether the vector of an exception leads to code that does more than branch to itself, or else
  // the fault that a bad vector makes.
  bool has_handler(int number) const;
  std::uint32_t frame_address(bool fpu) const;
  bool stacks_fpu() const;
  bool can_take(int number) const;
  // Both return the fault status bits of what went wrong.
  std::uint32_t push_words(std::uint32_t frame, std::span<const std::uint32_t> words,
                           bool as_privileged);
  std::uint32_t pop_words(std::uint32_t frame, std::span<std::uint32_t> words,
                          bool as_privileged) const;
  std::uint32_t push_fpu(std::uint32_t frame, bool as_privileged);
  void pop_fpu(std::uint32_t frame);
  void preserve_fpu();
  std::uint32_t push_frame(std::uint32_t return_address, std::uint32_t xpsr, bool fpu);
  bool take_exception(int number, std::uint32_t return_address);
  void charge_entry(int number, std::uint32_t frame);
  bool stacking_failed(int number, std::uint32_t status);
  bool vector_to(int number, std::uint32_t xpsr, std::uint32_t exc_return);
  void refresh_mode(std::uint32_t xpsr);
  void reset_registers();
  // Whether a jump to `pc` is an exception return, and which: Unicorn keeps its bit 0 as the T bit.
  bool returns_by(std::uint32_t pc) const;
  std::uint32_t exc_return_at(std::uint32_t pc) const;
  bool resume_from_exception();
  std::uint32_t exc_return_base() const;
  bool on_process_stack() const;
  std::uint32_t stack_limit() const;  // of the stack in use
  bool may_return(std::uint32_t exc_return, int nested) const;
  bool return_from_exception(std::uint32_t exc_return);
  void clear_faultmask();
  void clear_fpu();
  bool chain(std::uint32_t exc_return);
  bool chain_fault(int fault, std::uint32_t status, std::uint32_t exc_return);
  bool unstack(std::uint32_t exc_return);
  void restore(std::uint32_t exc_return, std::uint32_t frame, std::span<const std::uint32_t> words);
  void switch_mode(bool process, bool fpu, std::uint32_t xpsr);
  void translate_fault(int& number, std::uint32_t& cfsr, std::uint32_t pc) const;

  // The interpreter of what Unicorn's core lacks.
  void add_vectors();
  bool extension_at(std::uint32_t pc) const;
  // Unicorn ended before an instruction that is not its.
  bool vectors_follow(uc_err error, std::uint32_t cut);
  static VectorPlan plan_of(std::span<const std::uint8_t> code);
  const VectorPlan& plan_at(std::uint32_t address, std::uint32_t size);
  // Whether Unicorn is not to execute this block; else what it executes of it is `size` long.
  bool takes_over(std::uint32_t address, std::uint32_t& size);
  VectorRun read_run(std::uint32_t address) const;
  VectorRun* run_at(std::uint32_t address);
  Block* block_of(VectorRun& run);
  void load_vector_state();
  void store_vector_state();
  std::uint32_t fpscr() const;
  void set_fpscr(std::uint32_t value);
  std::uint32_t push_predicates(std::uint32_t address, bool as_privileged);
  void begin_vector_context();
  bool begin_interpreted(Block& block);
  void interpret(std::uint32_t pc);
  // False when an instruction did not take effect, and the run ends.
  bool execute(const VectorRun& run);
  bool execute_one(const mve::Instruction& i);
  void interpreted_trap(int number);
  void leave_interpreter(Stop reason, int number);
  void forget_code(std::uint32_t address, std::uint32_t bytes);
  DeviceWindow* device_at(std::uint32_t address, std::uint32_t bytes, bool write);

  // What a block needs before it runs; false when it may not.
  bool admit(Block& block);
  void masks_written();
  void privilege_written(const Block& block);
  // At a block's boundary something is due: serves it, and redirects the core where needed.
  void attend_before(Block& block);
  void redirect(std::uint32_t pc, bool in_block);
  void stop_with(Stop reason, int number, std::uint32_t pc);
  // An instruction may not take effect: what it and the rest of its block change is undone.
  void keep_registers(std::uint32_t pc);
  void restore_registers();
  void trap(std::uint32_t pc);
  bool guard(bool write, std::uint32_t address, int size, std::int64_t value);
  void forget_it_state();
  void apply_mpu();
  void protect(std::uint32_t base, std::uint32_t size, std::uint32_t allowed);
  std::uint32_t permitted(std::uint64_t start, std::uint64_t end) const;
  void flush_tlb();
  std::uint8_t traps() const;
  void watch_traps();
  // Serves what is due and pending at a block's boundary; false when the run is to end here.
  bool serve(std::uint32_t pc);
  bool attention() const;
  void run_events();
  bool woken();
  StopInfo stopped_at_limit();
  // False when nothing is left that could end the sleep.
  bool sleep();
  void doze();
  void wake_up();
  void sleep_to_next_event();
  bool waits_for_interrupt(std::uint32_t pc);
  std::uint16_t halfword(std::uint32_t address) const;
  void find_test_targets(Block& block);
  void hook_test_targets();
  // Whether BXNS or BLXNS led to Non-secure state, which is not modelled: Unicorn faults there.
  bool left_secure_state() const {
    return options_.security && special_.secure != nullptr && *special_.secure == 0;
  }
  std::uint32_t test_target(std::uint32_t address, bool unprivileged) const;
  Hint hint_at(std::uint32_t address) const;
  Hint hint_before(std::uint32_t pc) const;
  bool hint(std::uint32_t pc);

  void complete_special_registers();
  void add_hook(int type, void* callback);
  static void inspect(Block& block, std::span<const std::uint8_t> code);
  static void set_region(Block& block, int region);
  Block* find(std::uint32_t address, std::uint32_t size);
  std::vector<std::uint8_t> code_at(std::uint32_t address, std::uint32_t size) const;
  Block* look_for(Block* previous, std::uint32_t address, std::uint32_t size);
  Block* discover(std::uint32_t address, std::uint32_t size);
  const Memory* memory_at(std::uint32_t address, std::uint32_t size) const;
  void read_registers();
  void fail(std::exception_ptr error);

  const Architecture& architecture_;
  CoreOptions options_;
  std::uint32_t absent_ = 0;  // stands for special registers that the profile lacks
  std::unique_ptr<uc_engine, CloseEngine> uc_;
  std::vector<Memory> memories_;
  std::vector<std::unique_ptr<DeviceWindow>> windows_;
  std::vector<Block**> tables_ = std::vector<Block**>(65536, nullptr);  // by 64 kB of code
  std::deque<Block> blocks_;
  std::vector<std::pair<std::uint32_t, int>> region_marks_;
  std::deque<HeapFunction> heap_functions_;
  bool direct_ = false;
  bool bit_band_ = false;
  std::uint32_t* registers_ = nullptr;  // r0 to r15 in the core, if direct
  SpecialRegisters special_;
  bool locked_up_ = false;
  bool mpu_denied_ = false;
  bool stale_tlb_ = false;
  std::uint8_t careful_ = 0;  // each block is to be admitted
  bool trap_hook_ = false;
  bool kept_ = false;
  std::uint32_t kept_registers_[15] = {};
  std::uint32_t kept_xpsr_ = 0;
  std::uint32_t kept_pc_ = 0;
  std::vector<std::uint32_t> test_targets_;  // addresses of TT, the first of them with a hook
  std::size_t hooked_targets_ = 0;
  std::vector<std::uint64_t> cuts_;  // where the MPU has cut the memory map so far
  std::uint32_t copied_registers_[16] = {};
  StopInfo stop_;
  bool stopping_ = false;
  std::uint32_t last_hint_pc_ = 0;
  std::uint64_t last_hint_count_ = 0;
  std::uint32_t resume_at_ = 0;
  bool sleeping_ = false;
  bool sleep_for_event_ = false;    // WFE
  bool sleep_interrupted_ = false;  // by the end of a slice; the next one goes on with it
  bool event_register_ = false;     // of WFE
  bool dozing_ = false;             // asleep, and told so
  bool dozing_deep_ = false;
  bool systick_in_sleep_ = true;
  std::uint64_t wake_cycles_ = 0;
  int priority_bits_;
  std::uint32_t cpuid_;
  int systick_source_;
  std::exception_ptr error_;
  VectorBus vector_bus_{this};
  std::unique_ptr<Helium> helium_;  // of a core with the vector extension
};

}  // namespace mcusim
