// A RISC-V hart on Unicorn: its traps, interrupts, control and status registers and sleep.
//
// Unicorn's core stays in user mode, where each privileged instruction is an illegal one: all of
// them come here, and so machine mode and its registers are ours.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "riscv_csrs.hpp"
#include "unicorn_engine.hpp"

namespace mcusim {

class RiscvEngine final : public Engine {
 public:
  RiscvEngine(CoreKind core, bool accurate, const RiscvOptions& options);

  StopInfo run(std::uint32_t pc, std::uint32_t until) override;
  void reset() override;
  void request_reset() override;
  bool reset_requested() const override { return reset_requested_; }
  bool sleep_deep() const override { return sleep_deep_; }
  // What the chip's power controller makes of the next WFI.
  void set_sleep_deep(bool on) { sleep_deep_ = on; }
  bool privileged() const override { return csrs.privilege == RiscvCsrs::kMachine; }
  // `number` is that of mip: 3 for software, 7 for the timer, 11 for external ones.
  void set_line(int number, bool high) override;
  // The cause of the most urgent interrupt of a vendor's controller, 0 for none.
  void set_vendor_cause(std::uint32_t cause);

  // Takes an exception that the firmware can handle; false, and nothing changes, without a handler
  // that does anything, or in a loop of traps. Run again at `resume_at()`.
  bool raise_trap(std::uint32_t cause, std::uint32_t pc, std::uint32_t value);
  // The same, of a trap whose vector is the code just behind: it goes on there, in no handler.
  bool step_over(std::uint32_t cause, std::uint32_t pc, std::uint32_t value);
  // Whether an instruction of a handler traps again and again.
  bool in_trap_loop() const { return repeats_ >= kMostRepeats; }
  // The cause of the trap that is served, 0 after an MRET or once the firmware enables interrupts.
  std::uint32_t trap_cause() const { return trap_cause_; }
  std::uint32_t read_csr(std::uint32_t number) const;

  // Numbers of interrupts that the engine reports are causes; of errors, Unicorn's.
  RiscvCsrs csrs;

 private:
  static constexpr int kRegisters = 32;
  static constexpr std::uint32_t kMostRepeats = 16;

  static void on_block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_code(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_interrupt(uc_engine* uc, std::uint32_t number, void* self);
  static void on_guarded(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static void on_watched(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self);
  static bool on_invalid(uc_engine* uc, uc_mem_type type, std::uint64_t address, int size,
                         std::int64_t value, void* self);

  void read_registers() override {}
  std::uint32_t decode_state() const override { return 0; }
  void inspect(Block& block, std::span<const std::uint8_t> code) override;
  bool woken() override { return csrs.ready_interrupt() != 0; }

  std::uint32_t word(std::uint32_t address) const {
    return halfword(address) | std::uint32_t{halfword(address + 2)} << 16;
  }

  bool attention();
  bool interrupt_due() const { return csrs.interrupts_enabled() && csrs.ready_interrupt() != 0; }
  bool serve(std::uint32_t pc);
  // The core is about to execute a block.
  [[gnu::noinline]] void enter(std::uint32_t address, std::uint32_t size);
  [[gnu::noinline]] bool admit(Block& block);
  // An instruction is about to execute that something depends on.
  [[gnu::noinline]] void step(std::uint32_t pc);
  // One is about to execute under physical memory protection.
  [[gnu::noinline]] void step_guarded(std::uint32_t pc);
  [[gnu::noinline]] void attend_before(Block& block);
  void redirect(std::uint32_t pc, bool in_block);
  StopInfo stopped_at_limit();

  // An instruction that Unicorn takes for illegal: executes it if it is not. Where to go on.
  std::optional<std::uint32_t> execute_system(std::uint32_t pc);
  bool access_csr(std::uint32_t code, std::uint32_t pc);
  std::uint32_t return_from_trap();
  void wait_for_interrupt(std::uint32_t pc);
  // Whether Unicorn executes an instruction in a way that is not the hart's: a read of a counter,
  // or what the hart lacks.
  bool is_watched(std::uint32_t code) const;
  void hook_watched();

  bool has_handler(std::uint32_t cause) const;
  void enter_trap(std::uint32_t cause, std::uint32_t pc, std::uint32_t value);
  void note_repeat(std::uint32_t cause, std::uint32_t pc);
  bool stores_at(std::uint32_t pc) const;
  void trap_misaligned(std::uint32_t pc);
  void call_environment(std::uint32_t pc);
  // What physical memory protection has to do, after a change of it or of the level.
  void look_at_protection();
  bool guarded() const { return guards_code_ || guards_data_; }
  bool lacks_guard() const { return guarded() && !guard_hooked_ && !accountant.accurate(); }
  void hook_guard();
  // Whether the instruction at `pc` may not be fetched, or what it loads or stores not be accessed.
  bool refuses(std::uint32_t pc);
  bool forbid(std::uint32_t cause, std::uint32_t pc, std::uint32_t address);
  void keep_registers(std::uint32_t pc);
  void restore_registers();

  RiscvOptions options_;
  std::uint32_t* registers_;  // x0 to x31, in the core
  std::uint32_t* pc_;
  std::uint32_t kept_registers_[kRegisters] = {};
  std::uint32_t kept_pc_ = 0;
  bool kept_ = false;
  bool reset_requested_ = false;
  bool sleep_deep_ = false;
  std::vector<std::uint32_t> watched_;  // addresses of instructions, the first of them with a hook
  std::size_t hooked_ = 0;
  bool guards_code_ = false;
  bool guards_data_ = false;
  bool guard_hooked_ = false;
  std::uint32_t trap_cause_ = 0;
  std::uint32_t repeated_pc_ = 0;
  std::uint32_t repeated_cause_ = 0;
  std::uint32_t repeats_ = 0;  // of the same exception, without an MRET between
};

}  // namespace mcusim
