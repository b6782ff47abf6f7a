// An Arm core of the M profile on Unicorn: its exceptions, system control space, MPU and sleep.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "architecture.hpp"
#include "bus_filter.hpp"
#include "chip_coprocessor.hpp"
#include "exceptions.hpp"
#include "helium.hpp"
#include "registers.hpp"
#include "scs.hpp"
#include "unicorn_engine.hpp"

namespace mcusim {

class ArmEngine final : public Engine {
 public:
  ArmEngine(int cpu_model, bool accurate, int priority_bits, std::uint32_t cpuid,
            const CoreOptions& options);

  void set_memory_system(const CacheGeometry& icache, const CacheGeometry& dcache,
                         bool store_buffer) override;
  void note_tcm(std::uint32_t base, std::uint32_t size_bytes) override {
    system.features.set_tcm(base, size_bytes);
  }
  void map_devices(std::uint32_t base, std::uint32_t size_bytes) override;
  void map_system_control();
  // Words at 0x22000000 and 0x42000000 that stand for the bits of RAM and peripherals.
  void map_bit_band();
  StopInfo run(std::uint32_t pc, std::uint32_t until) override;
  void reset() override;
  void request_reset() override;
  bool reset_requested() const override { return system.reset_requested; }
  bool sleep_deep() const override { return system.sleep_deep(); }
  // `number` is that of an exception.
  void set_line(int number, bool high) override;
  // Takes a fault, escalated as needed; false, and nothing changes, on lock-up, without a handler
  // that does anything, or without room for its frame. Run again at `resume_at()`.
  bool raise_fault(int number, std::uint32_t pc, std::uint32_t cfsr, bool has_address,
                   std::uint32_t address);
  // Whether the access that failed was one that the MPU forbids.
  bool mpu_denied() const { return mpu_denied_; }
  // Whether it was one that a controller of the chip keeps out.
  bool bus_denied() const { return bus_denied_; }
  // SFSR of the SecureFault that the failure is, or 0.
  std::uint32_t security_violation() const { return violation_; }
  bool non_secure() const { return system.non_secure(); }
  bool privileged() const override;

  // Beside Unicorn's numbers of models.
  static constexpr int kCortexM55Model = 0x1000;
  static constexpr std::uint32_t kFpuCycles = 17;  // to store or load s0 to s15 and FPSCR
  // Numbers of interrupts that the engine reports beside Unicorn's own.
  static constexpr int kPrefetchAbort = 3;
  static constexpr int kExceptionExit = 8;
  static constexpr int kInvalidState = 18;
  static constexpr int kUnaligned = 22;
  static constexpr int kDivideByZero = 100;

  // A coprocessor of the chip: gets the two halfwords of an MCR, MCRR, MRC, MRRC or CDP and the
  // values of Rt and Rt2, and returns what these are after it; nothing where it has no such
  // instruction.
  using Coprocessor = std::function<std::optional<std::uint64_t>(
      std::uint32_t instruction, std::uint32_t first, std::uint32_t second)>;
  Coprocessor coprocessor;
  // Those that concern their core alone: by their numbers, in place of `coprocessor`.
  std::array<std::unique_ptr<ChipCoprocessor>, 8> chip_coprocessors;
  // Told of a check that one of them made and that failed, and whether the core now stalls.
  std::function<void(bool stalls)> coprocessor_failed = [](bool) {};
  void drop_callbacks() override {
    coprocessor = nullptr;
    coprocessor_failed = nullptr;
    filter.told = nullptr;
  }

  // The chip's controllers in front of memories and devices (arm_filter.cpp), and how they see an
  // access.
  BusFilter filter;
  void filter_memory(std::uint32_t base, std::uint32_t size_bytes, std::uint8_t rule);
  bool secure_access(std::uint32_t address) const;

  Exceptions exceptions;
  SystemControl system;
  bool registers_are_direct() const override { return direct_ && special_.complete(); }

 private:
  enum class Hint : std::uint8_t { kNone = 0, kYield = 1, kWfe = 2, kWfi = 3 };
  struct VectorBus final : mve::Bus {
    explicit VectorBus(ArmEngine* owner) : engine(owner) {}
    std::uint32_t load(std::uint32_t address, std::uint32_t bytes) override;
    void store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) override;
    std::uint8_t* window(std::uint32_t address, std::uint32_t bytes, bool write) override;
    void charge(std::uint32_t address, std::uint32_t bytes, std::uint32_t count,
                bool write) override;
    ArmEngine* engine;
  };

  static void on_block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code_traps(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code_copying(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_interrupt(uc_engine* uc, std::uint32_t number, void* self);
  static void on_test_target(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static bool on_invalid(uc_engine* uc, uc_mem_type type, std::uint64_t address, int size,
                         std::int64_t value, void* self);
  static std::uint64_t on_ram_bit_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                       void* self);
  static void on_ram_bit_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                               std::uint64_t value, void* self);
  // An access of a device, or of one bit of its through the alias.
  std::uint32_t read_device(std::uint32_t address, std::uint32_t size) override;
  void write_device(std::uint32_t address, std::uint32_t size, std::uint32_t value) override;

  static std::uint64_t on_system_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                      void* self);
  static void on_system_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                              std::uint64_t value, void* self);

  static std::uint64_t on_screened_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                        void* self);
  static void on_screened_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                                std::uint64_t value, void* self);
  static std::uint64_t on_alias_read(uc_engine* uc, std::uint64_t offset, unsigned size,
                                     void* self);
  static void on_alias_write(uc_engine* uc, std::uint64_t offset, unsigned size,
                             std::uint64_t value, void* self);

  BankedMasks masks() const;
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
                           BusFilter::Master as);
  std::uint32_t pop_words(std::uint32_t frame, std::span<std::uint32_t> words,
                          BusFilter::Master as);
  // Of the present state.
  BusFilter::Master stacker(bool as_privileged) const {
    return {options_.security && !system.non_secure(), as_privileged};
  }
  // Whether a word of a frame is kept out, and what that adds to the fault status.
  bool frame_kept_out(std::uint32_t address, bool write, BusFilter::Master as,
                      std::uint32_t& status);
  std::uint32_t push_fpu(std::uint32_t frame, bool as_privileged);
  void pop_fpu(std::uint32_t frame);
  void preserve_fpu();
  std::uint32_t push_frame(std::uint32_t return_address, std::uint32_t xpsr, bool fpu);
  bool take_exception(int number, std::uint32_t return_address);
  void charge_entry(int number, std::uint32_t frame);
  bool stacking_failed(int number, std::uint32_t status);
  bool vector_to(int number, std::uint32_t xpsr, std::uint32_t exc_return, bool chained);
  // The HardFault that a fault of the present state becomes.
  int hard_fault() const;
  std::uint32_t vector_of(int number) const;  // its address

  // The Security Extension: BXNS and BLXNS are Unicorn's, the rest is ours (arm_security.cpp).
  // Whether the core is in the state that the block's address asks for, or has come to it.
  bool admit_state(const Block& block);
  // Where Unicorn finds a page, or that it is to fault.
  struct Screen {
    std::uint32_t place;
    bool open;
  };
  Screen screen_of(std::uint32_t page, bool write);
  bool fill_tlb(std::uint32_t page, uc_mem_type type, uc_tlb_entry& entry) override;
  bool fill_attributed(std::uint32_t at, uc_mem_type type, uc_tlb_entry& entry);
  // What code branches to that returns from an exception. Where Unicorn finds nothing to fetch it
  // leaves its loop, which costs more than a handler; a breakpoint comes to `on_interrupt`.
  static constexpr std::uint32_t kReturns = 0xFFFFFC00U, kReturnsSize = 0x400U;
  void map_returns();
  bool never_executable(std::uint32_t address) const override;
  bool permissions_vary() const override { return system.any_mpu_enabled(); }
  // Looks at each page, once there is something to keep out.
  void screen_pages();
  void note_privilege();
  BusFilter::Master master_of(std::uint32_t address, BusFilter::Access access) const;
  bool keeps_out(std::uint32_t address, BusFilter::Access access, BusFilter::Master master) const;
  bool kept_out(std::uint32_t address, BusFilter::Access access, BusFilter::Master master);
  void map_screen();
  bool kept_out(std::uint32_t address, BusFilter::Access access);
  bool keeps_out(std::uint32_t address, BusFilter::Access access) const;
  // Throws mve::AccessFault where that is a bus error.
  bool kept_out_of_vector(std::uint32_t address, bool write);
  bool admit_fetch(std::uint32_t address);
  void adopt_state();
  // Throws mve::AccessFault where Non-secure code may not reach an interpreted access's data.
  void check_attribution(std::uint32_t address, std::uint32_t bytes, bool write);
  // BXNS or BLXNS has led to Non-secure state while all memory is Secure.
  bool enters_invalidly() const { return options_.security && !divided_ && *special_.secure == 0; }
  void note_invalid_entry();
  void switch_state(bool non_secure);
  void enter_by_gateway();
  bool returns_function(std::uint32_t pc) const;
  bool return_from_function();
  std::uint32_t enter_target(int number, std::uint32_t exc_return, bool chained,
                             std::uint32_t& status);
  std::uint32_t push_callee_registers(std::uint32_t exc_return, bool chained);
  void hide_registers(std::uint32_t exc_return);
  bool pop_callee_registers(std::uint32_t exc_return, std::uint32_t& frame);
  std::uint32_t secure_frame_bits() const;
  bool violates_return(std::uint32_t& exc_return);
  bool chain_security_fault(std::uint32_t status, std::uint32_t exc_return);
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
  // The exception that ends, by its number in `exceptions`.
  int returning(std::uint32_t exc_return) const;
  void clear_faultmask();
  void clear_fpu();
  bool chain(std::uint32_t exc_return);
  bool chain_fault(int fault, std::uint32_t status, std::uint32_t exc_return);
  bool unstack(std::uint32_t exc_return);
  void restore(std::uint32_t exc_return, std::uint32_t frame, std::span<const std::uint32_t> words);
  void switch_mode(bool process, bool fpu, std::uint32_t xpsr);
  void translate_fault(int& number, std::uint32_t& cfsr, std::uint32_t pc) const;

  // Has the chip execute the coprocessor instruction at `pc`, to go on at `resume_at_`; false when
  // it is none of its.
  bool run_coprocessor(std::uint32_t pc);
  std::optional<std::uint64_t> execute_coprocessor(std::uint32_t number, std::uint32_t instruction,
                                                   std::uint32_t first, std::uint32_t second);
  void advance_it_state();

  // The interpreter of what Unicorn's core lacks.
  void add_vectors();
  bool extension_at(std::uint32_t pc) const;
  // Unicorn ended before an instruction that is not its.
  bool vectors_follow(uc_err error, std::uint32_t cut);
  static VectorPlan plan_of(std::span<const std::uint8_t> code);
  const VectorPlan& plan_at(std::uint32_t address, std::uint32_t size);
  // Whether Unicorn is not to execute this block; else what it executes of it is `size` long.
  [[gnu::noinline]] bool takes_over(std::uint32_t address, std::uint32_t& size);
  VectorRun read_run(std::uint32_t address) const;
  VectorRun* run_at(std::uint32_t address);
  Block* block_of(VectorRun& run);
  void load_vector_state();
  void store_vector_state();
  void load_security_state();
  void store_security_state();
  std::uint32_t fpscr() const;
  void set_fpscr(std::uint32_t value);
  std::uint32_t push_predicates(std::uint32_t address, bool as_privileged);
  void begin_vector_context();
  bool begin_interpreted(Block& block);
  void interpret(std::uint32_t pc);
  void go_on_at(std::uint32_t pc, int scalar_blocks);
  // False when an instruction did not take effect, and the run ends.
  bool execute(const VectorRun& run);
  bool execute_one(const mve::Instruction& i);
  void interpreted_trap(int number);
  void leave_interpreter(Stop reason, int number);
  void forget_code(std::uint32_t address, std::uint32_t bytes);
  DeviceWindow* device_at(std::uint32_t address, std::uint32_t bytes, bool write);

  // The core is about to execute a block.
  [[gnu::noinline]] void enter(std::uint32_t address, std::uint32_t size);
  // What a block needs before it runs; false when it may not.
  [[gnu::noinline]] bool admit(Block& block);
  [[gnu::noinline]] void masks_written();
  [[gnu::noinline]] void privilege_written(const Block& block);
  // At a block's boundary something is due: serves it, and redirects the core where needed.
  // An instruction is about to execute that something depends on.
  [[gnu::noinline]] void step(std::uint32_t pc);
  [[gnu::noinline]] void attend_before(Block& block);
  void redirect(std::uint32_t pc, bool in_block);
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
  bool attention();
  bool timer_expired(int source) override;
  bool woken() override;
  void receive_event() override {
    event_register_ = true;
    attend();
  }
  bool needs_host(const StopInfo& stop) const override {
    return Engine::needs_host(stop) || stopped_at_fpu != 0;
  }
  void sleep_ends() override;
  void hold_timer() override;
  void resume_timer() override;
  StopInfo stopped_at_limit();
  bool waits_for_interrupt(std::uint32_t pc);
  void find_test_targets(Block& block);
  void hook_test_targets();
  std::uint32_t test_target(std::uint32_t address, bool unprivileged, bool alternate) const;
  Hint hint_at(std::uint32_t address) const;
  Hint hint_before(std::uint32_t pc) const;
  bool hint(std::uint32_t pc);

  void complete_special_registers();
  void read_registers() override;
  std::uint32_t decode_state() const override;
  void inspect(Block& block, std::span<const std::uint8_t> code) override;
  void memory_permissions_changed() override;

  const Architecture& architecture_;
  CoreOptions options_;
  std::uint32_t absent_ = 0;  // stands for special registers that the profile lacks
  bool bit_band_ = false;
  std::uint32_t* registers_ = nullptr;       // r0 to r15 in the core, if direct
  SpecialRegisters special_;                 // of the present state
  std::array<SpecialRegisters, 2> banks_{};  // with the Security Extension: Secure, Non-secure
  bool divided_ = false;                     // the firmware has made memory Non-secure
  bool filtered_ = false;                    // something keeps accesses out
  std::uint32_t violation_ = 0;
  bool locked_up_ = false;
  bool mpu_denied_ = false;
  bool bus_denied_ = false;
  bool screen_mapped_ = false;
  std::unordered_map<std::uint32_t, std::uint32_t> screened_;  // pages by address: their number
  std::vector<std::uint32_t> screened_pages_;                  // and back
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
  std::uint32_t last_hint_pc_ = 0;
  std::uint64_t last_hint_count_ = 0;
  bool sleep_for_event_ = false;  // WFE
  bool event_register_ = false;   // of WFE
  int priority_bits_;
  std::uint32_t cpuid_;
  std::array<int, 2> systick_sources_;
  VectorBus vector_bus_{this};
  std::unique_ptr<Helium> helium_;  // of a core with the vector extension
};

}  // namespace mcusim
