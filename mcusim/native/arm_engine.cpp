#include "arm_engine.hpp"

#include <array>
#include <stdexcept>
#include <utility>

namespace mcusim {

namespace {

constexpr std::uint32_t kThumb = 1U << 24;  // of xPSR

CoreKind kind_of(int cpu_model) {
  switch (cpu_model) {
    case UC_CPU_ARM_CORTEX_M0:
      return CoreKind::kCortexM0Plus;
    case UC_CPU_ARM_CORTEX_M7:
      return CoreKind::kCortexM7;
    case UC_CPU_ARM_CORTEX_M33:
      return CoreKind::kCortexM33;
    case ArmEngine::kCortexM55Model:
      return CoreKind::kCortexM55;
    default:
      return CoreKind::kCortexM4;
  }
}

int base_model(int cpu_model) {
  return cpu_model == ArmEngine::kCortexM55Model ? static_cast<int>(UC_CPU_ARM_CORTEX_M33)
                                                 : cpu_model;
}

bool is_fetch(uc_err error) { return error == UC_ERR_FETCH_UNMAPPED || error == UC_ERR_FETCH_PROT; }

// The Security Extension has a timer in each state.
std::array<int, 2> add_timers(Timeline& timeline, bool security) {
  const int first = timeline.add_source();
  return {first, security ? timeline.add_source() : first};
}

}  // namespace

ArmEngine::ArmEngine(int cpu_model, bool accurate, int priority_bits, std::uint32_t cpuid,
                     const CoreOptions& options)
    // UC_MODE_MCLASS would silently make every core a Cortex-M33. The Cortex-M55 is a Cortex-M33
    // and what it has more.
    : Engine(UC_ARCH_ARM, UC_MODE_THUMB, base_model(cpu_model)),
      exceptions(priority_bits, options.interrupts),
      system(exceptions, timeline, add_timers(timeline, options.security), cpuid,
             architecture_of(kind_of(cpu_model)), options),
      architecture_(architecture_of(kind_of(cpu_model))),
      options_(options),
      priority_bits_(priority_bits),
      cpuid_(cpuid),
      systick_sources_{0, options.security ? 1 : 0} {
  uc_engine* uc = uc_.get();
  const std::uint32_t* direct = find_arm_registers(uc);
  direct_ = direct != nullptr;
  registers_ = const_cast<std::uint32_t*>(direct);
  special_ = find_special_registers(uc, direct);
  complete_special_registers();
  if (cpu_model == kCortexM55Model) add_vectors();
  accountant.set_core(kind_of(cpu_model));
  accountant.attach(direct_ ? direct : copied_registers_, {13, 14, 0});
  accountant.set_accurate(accurate);
  accountant.attention = [this] { return attention(); };
  // Non-secure stacks are told from the main one as process stacks are.
  accountant.read_control = [this] { return control() | (system.non_secure() ? 2U : 0U); };
  add_hook(UC_HOOK_BLOCK, reinterpret_cast<void*>(&ArmEngine::on_block), this);
  if (accurate)
    add_hook(UC_HOOK_CODE,
             reinterpret_cast<void*>(direct_ ? &ArmEngine::on_code : &ArmEngine::on_code_copying),
             this);
  add_hook(UC_HOOK_INTR, reinterpret_cast<void*>(&ArmEngine::on_interrupt), this);
  invalid_access_ = reinterpret_cast<void*>(&ArmEngine::on_invalid);
  int actual = -1;
  check(uc_ctl_get_cpu_model(uc, &actual), "asking for the core");
  if (actual != base_model(cpu_model))
    throw std::runtime_error("Unicorn runs another core than asked for");
  if (architecture_.profile != Profile::kV8M) map_returns();
  watch_address_cache();
}

void ArmEngine::complete_special_registers() {
  if (architecture_.profile == Profile::kV8M) {
    const bool ready = options_.security ? find_security(uc_.get(), special_)
                                         : remove_security(uc_.get(), registers_, special_);
    if (!ready) throw std::runtime_error("the security state of this Unicorn can't be reached");
    if (!find_stack_limits(uc_.get(), registers_, special_))
      throw std::runtime_error("the stack limits of this Unicorn can't be reached");
    if (options_.security) {
      if (!find_state_stacks(uc_.get(), registers_, special_))
        throw std::runtime_error("the stack pointers of this Unicorn can't be reached");
      banks_ = {special_, non_secure_bank(special_)};
    }
  }
  if (architecture_.priority_masks) return;
  // Armv6-M has neither; what is not there reads as zero.
  special_.faultmask = special_.basepri = special_.fpu_control = &absent_;
}

void ArmEngine::set_memory_system(const CacheGeometry& icache, const CacheGeometry& dcache,
                                  bool store_buffer) {
  Engine::set_memory_system(icache, dcache, store_buffer);
  accountant.memories()->cacheability = [this](std::uint32_t address) {
    return system.mpu.cacheability(address, raised());
  };
  system.features.set_caches(icache, dcache);
}

void ArmEngine::map_returns() {
  std::array<std::uint16_t, kReturnsSize / 2> breakpoints{};
  breakpoints.fill(0xBE00U);
  check(uc_mem_map(uc_.get(), kReturns, kReturnsSize, UC_PROT_EXEC), "mapping EXC_RETURN");
  check(uc_mem_write(uc_.get(), kReturns, breakpoints.data(), kReturnsSize), "mapping EXC_RETURN");
}

void ArmEngine::memory_permissions_changed() { system.mpu_changed = system.mpu.enabled(); }

void ArmEngine::read_registers() {
  for (int i = 0; i < 13; ++i)
    copied_registers_[i] = reg(i == 12 ? UC_ARM_REG_R12 : UC_ARM_REG_R0 + i);
  copied_registers_[13] = reg(UC_ARM_REG_SP);
  copied_registers_[14] = reg(UC_ARM_REG_LR);
}

bool ArmEngine::attention() {
  if (timeline.next() <= accountant.cycles || accountant.next_turn <= accountant.cycles ||
      signal_due() || system.reset_requested || system.mpu_changed || (traps() != accountant.traps))
    return true;
  return exceptions.anything_ready() && exceptions.next(masks()) != 0;
}

bool ArmEngine::timer_expired(int source) {
  for (const bool non_secure : {false, true}) {
    if (source != systick_sources_[non_secure]) continue;
    if (system.systick[non_secure].expire(accountant.now()))
      exceptions.set_pending(kSysTick + (non_secure ? Exceptions::kOfNonSecure : 0));
    return true;
  }
  return false;
}

void ArmEngine::set_line(int number, bool high) {
  if (number < 1 || number >= Exceptions::kCount) throw std::out_of_range("no such exception");
  exceptions.set_line(number, high);
  attend();
}

bool ArmEngine::serve(std::uint32_t pc) {
  if (signal_due()) signal_other();
  run_events();
  accountant.look_later();
  resume_at_ = pc;
  if (system.reset_requested) return false;
  if (exceptions.take_newly_pending() && system.send_event_on_pend()) event_register_ = true;
  const int next = exceptions.anything_ready() ? exceptions.next(masks()) : 0;
  if (next != 0 && !can_take(next)) {
    const bool fpu = stacks_fpu();
    stop_ = StopInfo{Stop::kUnhandled,  Exceptions::plain(next), pc,
                     has_handler(next), frame_address(fpu),      true};
    return false;
  }
  if (next != 0 && !take_exception(next, pc)) {
    locked_up_ = true;
    stop_.reason = Stop::kError;
    stop_.pc = pc;
    return false;
  }
  if (traps() != accountant.traps) watch_traps();
  return !accountant.at_limit();
}

StopInfo ArmEngine::stopped_at_limit() {
  if (stop_.reason != Stop::kError && stop_.reason != Stop::kUnhandled) stop_.reason = Stop::kLimit;
  stop_.pc = resume_at_;
  return stop_;
}

StopInfo ArmEngine::run(std::uint32_t pc, std::uint32_t until) {
  for (resume_at_ = pc;;) {
    stop_ = StopInfo{};
    stopping_ = false;
    error_ = nullptr;
    stopped_at_fpu = 0;
    kept_ = false;
    if (system.mpu_changed) apply_mpu();
    hook_invalid_accesses();
    if (hooked_targets_ < test_targets_.size()) hook_test_targets();
    drop_stale_code();
    if (sleep_interrupted_) {
      sleep_interrupted_ = false;
      stop_.pc = resume_at_;
      if (!sleep() && (!sleep_for_event_ || dozing_)) return stop_;
      if (sleep_interrupted_ || !serve(resume_at_)) return stopped_at_limit();
    }
    const std::uint32_t cut = helium_ != nullptr ? std::exchange(helium_->cut_at, 0U) : 0U;
    const std::uint32_t end = cut != 0 ? cut : until & ~1U;
    // A block translated before does not know that it is to end there.
    if (until != kNowhere || cut != 0)
      check(uc_ctl_remove_cache(uc_.get(), resume_at_, end), "translating");
    const uc_err error = uc_emu_start(uc_.get(), resume_at_ | 1U, end, 0, 0);
    if (error_) std::rethrow_exception(error_);
    stop_.pc = reg(UC_ARM_REG_PC);
    if (kept_) restore_registers();
    if (stop_.reason == Stop::kInterrupt) return stop_;
    if (stop_.reason == Stop::kUnhandled) {
      stop_.pc = resume_at_;
      return stop_;
    }
    if (stop_.reason == Stop::kError && error == UC_ERR_OK) return stop_;
    if (helium_ != nullptr && !stopping_ && !sleeping_ && vectors_follow(error, cut)) continue;
    if (stopping_ && error == UC_ERR_OK) {
      if (stopped_at_fpu != 0 || accountant.at_limit() || !serve(stop_.pc)) return stop_;
      continue;
    }
    if (sleeping_ && error == UC_ERR_OK) {
      // SLEEPONEXIT.
      sleep_for_event_ = false;
      if (!sleep()) return stop_;
      if (!serve(resume_at_)) return stopped_at_limit();
      continue;
    }
    if (error == UC_ERR_INSN_INVALID && (reg(UC_ARM_REG_XPSR) & kThumb) != 0 && hint(stop_.pc)) {
      if (dozing_ && !sleep_interrupted_) return stop_;
      if (!serve(resume_at_)) return stopped_at_limit();
      continue;
    }
    if (error == UC_ERR_EXCEPTION && (violation_ != 0 || bus_denied_)) {
      stop_.reason = Stop::kError;
      stop_.number = stop_.write ? UC_ERR_WRITE_PROT : UC_ERR_READ_PROT;
      stop_.address = accountant.accessed_by(stop_.pc, stop_.address);
      return stop_;
    }
    if (error == UC_ERR_FETCH_UNMAPPED && returns_by(stop_.pc)) {
      if (!resume_from_exception()) return stop_;
      sleep_for_event_ = false;
      if (sleeping_ && !sleep()) return stop_;
      if (!serve(resume_at_)) return stopped_at_limit();
      continue;
    }
    if (error == UC_ERR_INSN_INVALID && run_coprocessor(stop_.pc)) continue;
    const bool invalid_entry = error == UC_ERR_EXCEPTION && enters_invalidly();
    if (invalid_entry) note_invalid_entry();
    if (invalid_entry || (is_fetch(error) && never_executable(stop_.pc))) {
      stop_.reason = Stop::kInterrupt;
      stop_.number = kPrefetchAbort;
      return stop_;
    }
    if (error != UC_ERR_OK) {
      // After a jump without the Thumb bit every instruction is undefined to Unicorn.
      const bool thumb = (reg(UC_ARM_REG_XPSR) & kThumb) != 0;
      const bool state = error == UC_ERR_INSN_INVALID && !thumb;
      stop_.reason = state ? Stop::kInterrupt : Stop::kError;
      stop_.number = state ? kInvalidState : static_cast<int>(error);
      return stop_;
    }
    if (stop_.pc == (until & ~1U) || !waits_for_interrupt(stop_.pc)) return stop_;
    if (!serve(resume_at_)) return stopped_at_limit();
  }
}

void ArmEngine::on_block(uc_engine* uc, std::uint64_t address, std::uint32_t size, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const auto at = static_cast<std::uint32_t>(address);
  if (engine.stopping_) {
    if (at < kReturns) uc_emu_stop(uc);
    return;
  }
  if (engine.careful_ != 0 || !engine.accountant.turn(at, size)) engine.enter(at, size);
}

void ArmEngine::enter(std::uint32_t address, std::uint32_t size) {
  Block* previous = accountant.current();
  Block* block = previous != nullptr ? previous->successor : nullptr;
  if (block == nullptr || block->address != address || block->size != size || block->interpreted ||
      block->may_differ) {
    if (address >= kReturns) return;
    if (helium_ != nullptr && takes_over(address, size)) return;
    block = look_for(previous, address, size);
    if (block == nullptr) return;
  }
  if (!direct_) read_registers();
  if (previous != nullptr && previous->has(kStackSelect)) {
    if (!architecture_.priority_masks && options_.unprivileged) privilege_written(*previous);
    masks_written();
  }
  if (((block->needs_care | careful_) != 0) && !admit(*block)) return;
  if (!accountant.enter(*block)) attend_before(*block);
}

void ArmEngine::masks_written() {
  // Unimplemented bits of BASEPRI read as zero (B1.4.3).
  if (special_.basepri != nullptr)
    *special_.basepri = exceptions.implemented(static_cast<std::uint8_t>(*special_.basepri));
  if (system.any_mpu_enabled()) flush_tlb();
  note_privilege();
  accountant.look_soon();
}

void ArmEngine::privilege_written(const Block& block) {
  // Unicorn's Cortex-M0 is without CONTROL.nPRIV, which the Cortex-M0+ can have: MSR CONTROL, Rn.
  const std::uint32_t at = block.fallthrough() - 4U;
  if (halfword(at + 2) != 0x8814U || (halfword(at) & 0xFFF0U) != 0xF380U || !privileged()) return;
  *special_.control = (*special_.control & ~1U) | (low(static_cast<int>(halfword(at) & 15U)) & 1U);
  refresh_mode(reg(UC_ARM_REG_XPSR));
}

bool ArmEngine::admit(Block& block) {
  if (hooked_targets_ < test_targets_.size()) {
    stop_with(Stop::kLimit, 0, block.address);
    return false;
  }
  if (stale_tlb_) flush_tlb();
  const bool screened = filtered_ && filter.any();
  if (divided_ ? !admit_state(block) : screened && !admit_fetch(block.address)) return false;
  if (system.mpu.enabled() &&
      !system.mpu.allows(block.address, AccessKind::kFetch, privileged(), raised())) {
    stop_with(Stop::kError, UC_ERR_FETCH_PROT, block.address);
    return false;
  }
  if (block.sends_event) {
    event_register_ = true;
    if (shares_time()) signal_after_block();
  }
  if (block.spins) accountant.spin(block);
  if (!block.has(kUsesFpu)) return true;
  if (!system.fpu_enabled() && stopped_at_fpu == 0) {
    stopped_at_fpu = block.address + block.first_fpu;
    stop_with(Stop::kLimit, 0, block.address);
    return false;
  }
  if (system.lazy_active) preserve_fpu();
  return true;
}

void ArmEngine::attend_before(Block& block) {
  // Unicorn goes on at the handler without leaving its loop: a restart costs microseconds.
  const bool outside = system.reset_requested || system.mpu_changed || traps() != accountant.traps;
  while (!accountant.at_limit() && !outside) {
    try {
      if (!serve(block.address) && !accountant.at_limit())
        return stop_with(stop_.reason, stop_.number, block.address);
    } catch (...) {
      return fail(std::current_exception());
    }
    if (resume_at_ != block.address) return redirect(resume_at_, true);
    if (system.mpu_changed || system.reset_requested) break;
    if (accountant.enter(block)) return;
  }
  stop_with(Stop::kLimit, 0, resume_at_);
}

void ArmEngine::redirect(std::uint32_t pc, bool in_block) {
  // Between blocks the core takes its PC from the register file: no need to break its loop.
  if (!in_block && registers_ != nullptr)
    registers_[15] = pc;
  else
    set_reg(UC_ARM_REG_PC, pc | 1U);
}

void ArmEngine::watch_traps() {
  accountant.traps = traps();
  if (accountant.accurate() || trap_hook_ || accountant.traps == 0) return;
  // Fast mode has no hook a instruction; the traps need one, and code translated anew.
  trap_hook_ = true;
  add_hook(UC_HOOK_CODE, reinterpret_cast<void*>(&ArmEngine::on_code_traps), this);
  check(uc_ctl_flush_tb(uc_.get()), "dropping translations");
}

void ArmEngine::on_code(uc_engine*, std::uint64_t address, std::uint32_t, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const auto at = static_cast<std::uint32_t>(address);
  if (!engine.accountant.passes(at)) engine.step(at);
}

void ArmEngine::step(std::uint32_t pc) {
  if (!accountant.step(pc)) [[likely]]
    return;
  // In an IT block Unicorn can't stop: its rest runs, and is undone.
  if (stopping_)
    uc_emu_stop(uc_.get());
  else
    trap(pc);
}

void ArmEngine::on_code_traps(uc_engine* uc, std::uint64_t address, std::uint32_t, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const auto at = static_cast<std::uint32_t>(address);
  if (!engine.direct_) engine.read_registers();
  if (engine.stopping_)
    uc_emu_stop(uc);
  else if (engine.accountant.traps != 0 && engine.accountant.would_trap(at))
    engine.trap(at);
}

void ArmEngine::on_code_copying(uc_engine*, std::uint64_t address, std::uint32_t, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  engine.read_registers();
  const auto at = static_cast<std::uint32_t>(address);
  if (!engine.accountant.passes(at) && engine.accountant.step(at)) engine.trap(at);
}

void ArmEngine::on_interrupt(uc_engine* uc, std::uint32_t number, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  constexpr std::uint32_t kUndefined = 1, kSvcNumber = 2;
  constexpr std::uint32_t kBreakpoint = 7, kNoCoprocessor = 17;
  const std::uint32_t pc = engine.reg(UC_ARM_REG_PC);
  if (number == kBreakpoint && pc >= kReturns) number = kPrefetchAbort;
  bool handled = false;
  if ((number == kUndefined || number == kNoCoprocessor) && engine.extension_at(pc))
    return engine.redirect(pc, false);
  try {
    if ((number == kUndefined || number == kNoCoprocessor) && engine.run_coprocessor(pc))
      return engine.redirect(pc + 4, false);
    if (number == kSvcNumber)
      handled = engine.raise_fault(kSvCall, pc, 0, false, 0);
    else if (number == std::uint32_t{kExceptionExit} && engine.returns_function(pc))
      handled = engine.return_from_function();
    else if ((number == std::uint32_t{kPrefetchAbort} || number == std::uint32_t{kExceptionExit}) &&
             engine.returns_by(pc))
      handled = engine.return_from_exception(engine.exc_return_at(pc));
  } catch (...) {
    return engine.fail(std::current_exception());
  }
  if (handled) {
    engine.redirect(engine.resume_at_, false);
    engine.attend();
    if (engine.sleeping_) uc_emu_stop(uc);
    return;
  }
  // A return that fails as well as its fault leaves nothing to execute.
  engine.locked_up_ = engine.returns_by(pc);
  engine.stop_.reason = Stop::kInterrupt;
  engine.stop_.number = static_cast<int>(number);
  uc_emu_stop(uc);
}

bool ArmEngine::on_invalid(uc_engine*, uc_mem_type type, std::uint64_t address, int size,
                           std::int64_t value, void* self) {
  auto& engine = *static_cast<ArmEngine*>(self);
  const auto at = static_cast<std::uint32_t>(address);
  const bool write = type == UC_MEM_WRITE_UNMAPPED || type == UC_MEM_WRITE_PROT;
  if ((type == UC_MEM_WRITE_PROT || type == UC_MEM_READ_PROT) &&
      engine.guard(write, at, size, value)) {
    engine.forget_it_state();
    return true;
  }
  // Unicorn drops the store where this returns true.
  if (type == UC_MEM_WRITE_PROT && !engine.mpu_denied_ && engine.accountant.drops_store(at)) {
    engine.forget_it_state();
    return true;
  }
  if (engine.kept_) return false;
  engine.stop_.has_address = true;
  engine.stop_.address = at;
  engine.stop_.write = write;
  // After a store that fails, Unicorn runs the block to its end.
  if (write) engine.keep_registers(engine.reg(UC_ARM_REG_PC));
  return false;
}

}  // namespace mcusim
