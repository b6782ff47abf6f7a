#include "riscv_engine.hpp"

#include <algorithm>
#include <array>
#include <stdexcept>
#include <utility>

#include "registers.hpp"

namespace mcusim {

namespace {

constexpr std::uint8_t kStackPointer = 2, kReturnAddress = 1, kFirstArgument = 10;

int unicorn_model(const RiscvOptions& options) {
  // The one with F has D too, and the other neither.
  return options.has('F') ? UC_CPU_RISCV32_ANY : UC_CPU_RISCV32_SIFIVE_E31;
}

}  // namespace

RiscvEngine::RiscvEngine(CoreKind core, bool accurate, const RiscvOptions& options)
    : Engine(UC_ARCH_RISCV, UC_MODE_RISCV32, unicorn_model(options)),
      csrs(options),
      options_(options) {
  uc_engine* uc = uc_.get();
  std::array<int, kRegisters - 1> numbers{};  // x0 can't be written
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = static_cast<int>(UC_RISCV_REG_X1) + static_cast<int>(i);
  std::uint32_t* const found = find_registers(uc, numbers);
  constexpr std::uint32_t kSomePc = 0x13579BDCU, kSomeStatus = 0x88U;
  pc_ = find_word_of(uc, found, UC_RISCV_REG_PC, kSomePc);
  std::uint32_t* const status = find_word_of(uc, found, UC_RISCV_REG_MSTATUS, kSomeStatus);
  if (found == nullptr || pc_ == nullptr || status == nullptr)
    throw std::runtime_error("the registers of this Unicorn's RISC-V core can't be reached");
  registers_ = found - 1;
  direct_ = true;
  // Unicorn's bit for TW, which makes an illegal instruction of WFI (QEMU's MSTATUS_TW of then).
  constexpr std::uint32_t kTrapWaits = 0x20000000U;
  *status = kTrapWaits;
  if (options.has('F')) csrs.fpu_state = status;
  set_reg(UC_RISCV_REG_PRIV, RiscvCsrs::kUser);
  accountant.set_core(core);
  accountant.attach(registers_, {kStackPointer, kReturnAddress, kFirstArgument});
  accountant.set_accurate(accurate);
  accountant.attention = [this] { return attention(); };
  accountant.read_control = [] { return 0U; };
  if (options.traps_misaligned) accountant.traps = Accountant::kTrapUnaligned;
  add_hook(UC_HOOK_BLOCK, reinterpret_cast<void*>(&RiscvEngine::on_block), this);
  if (accurate) add_hook(UC_HOOK_CODE, reinterpret_cast<void*>(&RiscvEngine::on_code), this);
  add_hook(UC_HOOK_INTR, reinterpret_cast<void*>(&RiscvEngine::on_interrupt), this);
  invalid_access_ = reinterpret_cast<void*>(&RiscvEngine::on_invalid);
  watch_address_cache();
}

bool RiscvEngine::attention() {
  return timeline.next() <= accountant.cycles || reset_requested_ || interrupt_due() ||
         lacks_guard();
}

bool RiscvEngine::serve(std::uint32_t pc) {
  run_events();
  accountant.look_later();
  resume_at_ = pc;
  if (reset_requested_) return false;
  if (interrupt_due()) {
    const std::uint32_t cause = csrs.ready_interrupt();
    if (!has_handler(cause)) {
      stop_ = StopInfo{Stop::kUnhandled, static_cast<int>(cause), pc};
      return false;
    }
    enter_trap(cause, pc, 0);
  }
  return !accountant.at_limit();
}

StopInfo RiscvEngine::stopped_at_limit() {
  if (stop_.reason != Stop::kUnhandled) stop_.reason = Stop::kLimit;
  stop_.pc = resume_at_;
  return stop_;
}

StopInfo RiscvEngine::run(std::uint32_t pc, std::uint32_t until) {
  for (resume_at_ = pc;;) {
    stop_ = StopInfo{};
    stopping_ = false;
    error_ = nullptr;
    kept_ = false;
    hook_invalid_accesses();
    if (hooked_ < watched_.size()) hook_watched();
    if (lacks_guard()) hook_guard();
    if (sleeping_ || sleep_interrupted_) {
      sleep_interrupted_ = false;
      stop_.pc = resume_at_;
      if (!sleep()) return stop_;
      if (sleep_interrupted_ || !serve(resume_at_)) return stopped_at_limit();
    }
    // A block translated before does not know that it is to end there.
    if (until != kNowhere) check(uc_ctl_remove_cache(uc_.get(), resume_at_, until), "translating");
    const uc_err error = uc_emu_start(uc_.get(), resume_at_, until, 0, 0);
    if (error_) std::rethrow_exception(error_);
    stop_.pc = reg(UC_RISCV_REG_PC);
    if (kept_) restore_registers();
    if (stop_.reason == Stop::kInterrupt || stop_.reason == Stop::kUnhandled) {
      stop_.pc = resume_at_;
      return stop_;
    }
    if (error != UC_ERR_OK) {
      // EBREAK ends the run as if it were unknown; what is unknown comes as an interrupt.
      const bool breakpoint = error == UC_ERR_INSN_INVALID;
      stop_.reason = breakpoint ? Stop::kInterrupt : Stop::kError;
      stop_.number = breakpoint ? static_cast<int>(kBreakpoint) : static_cast<int>(error);
      return stop_;
    }
    if (sleeping_) continue;
    if (!stopping_) return stop_;
    if (accountant.at_limit() || !serve(resume_at_)) return stopped_at_limit();
  }
}

void RiscvEngine::on_block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self) {
  auto& engine = *static_cast<RiscvEngine*>(self);
  if (engine.stopping_) {
    uc_emu_stop(uc);
    return;
  }
  if (size == 0) return;  // begins with an encoding that does not exist
  const auto at = static_cast<std::uint32_t>(address);
  if (!engine.accountant.turn(at, size)) engine.enter(at, size);
}

void RiscvEngine::enter(std::uint32_t address, std::uint32_t size) {
  Block* previous = accountant.current();
  Block* block = previous != nullptr ? previous->successor : nullptr;
  if (block == nullptr || block->address != address || block->size != size || block->may_differ) {
    block = look_for(previous, address, size);
    if (block == nullptr) return;
  }
  if (block->needs_care != 0 && !admit(*block)) return;
  if (!accountant.enter(*block)) attend_before(*block);
}

bool RiscvEngine::admit(Block& block) {
  if (hooked_ < watched_.size()) {
    stop_with(Stop::kLimit, 0, block.address);
    return false;
  }
  if (block.spins) accountant.spin(block);
  return true;
}

void RiscvEngine::attend_before(Block& block) {
  if (lacks_guard()) return stop_with(Stop::kLimit, 0, block.address);
  resume_at_ = block.address;
  // Unicorn goes on at the handler without leaving its loop: a restart costs microseconds.
  while (!accountant.at_limit() && !reset_requested_) {
    try {
      if (!serve(block.address) && !accountant.at_limit() && !reset_requested_)
        return stop_with(stop_.reason, stop_.number, block.address);
    } catch (...) {
      return fail(std::current_exception());
    }
    if (reset_requested_) break;
    if (resume_at_ != block.address) return redirect(resume_at_, true);
    if (accountant.enter(block)) return;
  }
  stop_with(Stop::kLimit, 0, resume_at_);
}

void RiscvEngine::redirect(std::uint32_t pc, bool in_block) {
  // Between blocks the core takes its PC from the register file: no need to break its loop.
  if (in_block)
    set_reg(UC_RISCV_REG_PC, pc);
  else
    *pc_ = pc;
}

void RiscvEngine::on_code(uc_engine*, std::uint64_t address, std::uint32_t, void* self) {
  auto& engine = *static_cast<RiscvEngine*>(self);
  const auto at = static_cast<std::uint32_t>(address);
  if (engine.guarded()) [[unlikely]]
    return engine.step_guarded(at);
  if (!engine.accountant.passes(at)) engine.step(at);
}

void RiscvEngine::step(std::uint32_t pc) {
  if (accountant.step(pc)) [[unlikely]]
    trap_misaligned(pc);
}

void RiscvEngine::step_guarded(std::uint32_t pc) {
  if (!refuses(pc) && !accountant.passes(pc)) step(pc);
}

void RiscvEngine::on_interrupt(uc_engine* uc, std::uint32_t number, void* self) {
  auto& engine = *static_cast<RiscvEngine*>(self);
  // Unicorn has gone on by four bytes, whatever the instruction's size.
  const std::uint32_t pc = *engine.pc_ - 4U;
  try {
    if (number == kIllegalInstruction) {
      if (const auto next = engine.execute_system(pc)) {
        engine.redirect(*next, false);
        engine.attend();
        if (engine.sleeping_) uc_emu_stop(uc);
        return;
      }
    } else if (number == kUserCall) {
      return engine.call_environment(pc);
    }
  } catch (...) {
    return engine.fail(std::current_exception());
  }
  if (number == kLoadMisaligned || number == kStoreMisaligned) {
    // Of atomic accesses, whose address is a register's.
    engine.stop_.has_address = true;
    engine.stop_.address = engine.registers_[engine.word(pc) >> 15 & 31U];
    engine.stop_.write = engine.stores_at(pc);
    number = engine.stop_.write ? kStoreMisaligned : kLoadMisaligned;
  }
  engine.stop_with(Stop::kInterrupt, static_cast<int>(number), pc);
}

void RiscvEngine::call_environment(std::uint32_t pc) {
  const std::uint32_t cause = privileged() ? kMachineCall : kUserCall;
  accountant.give_back(pc);  // it does not retire (3.3.1)
  if (!raise_trap(cause, pc, 0)) return stop_with(Stop::kUnhandled, static_cast<int>(cause), pc);
  redirect(resume_at_, false);
  attend();
}

bool RiscvEngine::on_invalid(uc_engine*, uc_mem_type type, std::uint64_t address, int, std::int64_t,
                             void* self) {
  auto& engine = *static_cast<RiscvEngine*>(self);
  if (engine.kept_ || type == UC_MEM_FETCH_UNMAPPED || type == UC_MEM_FETCH_PROT) return false;
  const std::uint32_t pc = engine.reg(UC_RISCV_REG_PC);
  engine.stop_.has_address = true;
  engine.stop_.address = static_cast<std::uint32_t>(address);
  engine.stop_.write = engine.stores_at(pc);
  // After a store that fails, Unicorn runs the block to its end.
  if (type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT) engine.keep_registers(pc);
  return false;
}

}  // namespace mcusim
