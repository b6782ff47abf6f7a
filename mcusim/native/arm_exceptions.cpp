// Exception entry and return of M-profile cores on Unicorn's register file (DDI0403E B1.5.6 to 8).
#include "arm_bits.hpp"
#include "arm_engine.hpp"

namespace mcusim {

BankedMasks ArmEngine::masks() const {
  if (options_.security) {
    const auto of = [this](const SpecialRegisters& bank) {
      return Masks{*bank.primask != 0, *bank.faultmask != 0,
                   exceptions.implemented(static_cast<std::uint8_t>(*bank.basepri))};
    };
    return {of(banks_[0]), of(banks_[1])};
  }
  if (special_.complete())
    return {{*special_.primask != 0, *special_.faultmask != 0,
             exceptions.implemented(static_cast<std::uint8_t>(*special_.basepri))},
            {}};
  return {{(reg(UC_ARM_REG_PRIMASK) & 1U) != 0, (reg(UC_ARM_REG_FAULTMASK) & 1U) != 0,
           exceptions.implemented(static_cast<std::uint8_t>(reg(UC_ARM_REG_BASEPRI)))},
          {}};
}

std::uint32_t ArmEngine::control() const {
  if (!special_.complete()) return reg(UC_ARM_REG_CONTROL);
  return (*special_.control & ~kFpuActive) | (*special_.fpu_control & kFpuActive);
}

void ArmEngine::set_control(std::uint32_t value) {
  if (!special_.complete()) return set_reg(UC_ARM_REG_CONTROL, value);
  *special_.control = (*special_.control & kFpuActive) | (value & ~kFpuActive);
  *special_.fpu_control = (*special_.fpu_control & ~kFpuActive) | (value & kFpuActive);
}

std::uint32_t ArmEngine::low(int number) const {
  if (registers_ != nullptr) return registers_[number];
  return reg(number == 12   ? UC_ARM_REG_R12
             : number == 13 ? UC_ARM_REG_SP
             : number == 14 ? UC_ARM_REG_LR
                            : UC_ARM_REG_R0 + number);
}

void ArmEngine::set_low(int number, std::uint32_t value) {
  if (registers_ != nullptr) {
    registers_[number] = value;
    return;
  }
  set_reg(number == 12   ? UC_ARM_REG_R12
          : number == 13 ? UC_ARM_REG_SP
          : number == 14 ? UC_ARM_REG_LR
                         : UC_ARM_REG_R0 + number,
          value);
}

bool ArmEngine::privileged() const {
  return system.active_exception != 0 || (control() & kUnprivileged) == 0;
}

bool ArmEngine::raised() const { return exceptions.execution_priority(masks()) < 0; }

bool ArmEngine::load(std::uint32_t address, std::uint32_t& word) const {
  const Memory* memory = memory_at(address, 4);
  if (memory == nullptr) return false;
  std::memcpy(&word, memory->at(address), 4);
  return true;
}

bool ArmEngine::store(std::uint32_t address, std::uint32_t word) {
  const Memory* memory = memory_at(address, 4);
  if (memory == nullptr || memory->read_only) return false;
  std::memcpy(memory->at(address), &word, 4);
  return true;
}

int ArmEngine::hard_fault() const {
  return exceptions.faults_non_secure() ? system.own(kHardFault) : static_cast<int>(kHardFault);
}

std::uint32_t ArmEngine::vector_of(int number) const {
  const bool non_secure = options_.security && exceptions.targets_non_secure(number);
  const std::uint32_t table = system.of_state(non_secure).vector_table;
  return table + 4 * static_cast<std::uint32_t>(Exceptions::plain(number));
}

bool ArmEngine::has_handler(int number) const {
  constexpr std::uint16_t kBranchToSelf = 0xE7FE;
  std::uint32_t vector = 0;
  const bool read = load(vector_of(number), vector);
  const std::uint32_t entry = vector & ~1U;
  const Memory* memory = memory_at(entry, 2);
  const bool code = read && (vector & 1U) != 0 && entry != 0 && memory != nullptr &&
                    (memory->permissions & UC_PROT_EXEC) != 0;
  if (!code) return Exceptions::plain(number) > kHardFault && has_handler(hard_fault());
  return halfword(entry) != kBranchToSelf;
}

bool ArmEngine::returns_by(std::uint32_t pc) const {
  return pc >= architecture_.lowest_return && system.active_exception != 0;
}

std::uint32_t ArmEngine::exc_return_at(std::uint32_t pc) const {
  // Before Armv8-M bit 0 is always one; then it is ES.
  if (architecture_.profile != Profile::kV8M) return pc | 1U;
  return (pc & ~1U) | ((reg(UC_ARM_REG_XPSR) & kThumb) != 0 ? 1U : 0U);
}

bool ArmEngine::resume_from_exception() {
  if (return_from_exception(exc_return_at(stop_.pc))) return true;
  locked_up_ = true;
  stop_.reason = Stop::kInterrupt;
  stop_.number = kExceptionExit;
  return false;
}

std::uint32_t ArmEngine::exc_return_base() const {
  // DDI0553, EXC_RETURN: S and ES are clear without the Security Extension. With it, ES is the
  // target's.
  if (architecture_.profile != Profile::kV8M) return 0xFFFFFFE1U;
  const bool secure = options_.security && !system.non_secure();
  return 0xFFFFFFA0U | (secure ? kSecureStack : 0U);
}

bool ArmEngine::on_process_stack() const {
  return system.active_exception == 0 && (control() & kStackSelectBit) != 0;
}

std::uint32_t ArmEngine::stack_limit() const {
  if (!architecture_.stack_limits()) return 0;
  return on_process_stack() ? *special_.process_limit : *special_.main_limit;
}

bool ArmEngine::can_take(int number) const {
  if (!has_handler(number)) return false;
  const bool fpu = stacks_fpu();
  const std::uint32_t frame = frame_address(fpu);
  if (frame < stack_limit()) return has_handler(system.own(kUsageFault));
  for (const std::uint32_t at : {frame, frame + (fpu ? kFpuFrame : kBasicFrame) - 4U}) {
    const Memory* memory = memory_at(at, 4);
    if (memory == nullptr || memory->read_only) return has_handler(hard_fault());
  }
  return true;
}

bool ArmEngine::take_exception(int number, std::uint32_t return_address) {
  exceptions.set_pending(number);
  const std::uint32_t xpsr = reg(UC_ARM_REG_XPSR) | kThumb;
  const std::uint32_t before = control();
  const bool thread = system.active_exception == 0;
  const bool fpu = stacks_fpu();
  std::uint32_t exc_return = exc_return_base();
  if (!fpu) exc_return |= kNoFpuFrame;
  if (thread) exc_return |= kThread;
  if (thread && (before & kStackSelectBit) != 0 && !options_.security) exc_return |= kProcessStack;
  accountant.stack_frame(frame_address(fpu), return_address);
  accountant.enter_exception(return_address, low(13));
  const std::uint32_t status = push_frame(return_address, xpsr, fpu);
  if (status != 0 && !stacking_failed(number, status)) return false;
  charge_entry(number, low(13));
  // Late arrival (B1.5.12): what became pending during the stacking may take this frame over.
  run_events();
  const int next = exceptions.next(masks());
  return vector_to(has_handler(next) ? next : number, xpsr, exc_return, false);
}

void ArmEngine::charge_entry(int number, std::uint32_t frame) {
  // The vector is fetched while the frame is stored: a wait of one hides behind the other when the
  // memories differ (TRM 100166, 3.9).
  const std::uint32_t vector = vector_of(number);
  const std::uint64_t stacking = accountant.data_wait(frame, kBasicWords, true);
  const std::uint64_t fetching = accountant.data_wait(vector, 1, false);
  const bool same = architecture_.one_bus || memory_at(vector, 4) == memory_at(frame, 4);
  constexpr std::uint64_t kSlack = 3;  // nine cycles of stacking, six of fetching
  const std::uint64_t behind = fetching > kSlack ? fetching - kSlack : 0;
  accountant.charge_exception(architecture_.entry_cycles, kBasicWords, true,
                              same ? stacking + fetching : std::max(stacking, behind));
}

bool ArmEngine::stacking_failed(int number, std::uint32_t status) {
  // A fault on entry to HardFault or NMI can't be taken: lock-up (B1.5.15).
  if (Exceptions::plain(number) <= kHardFault) return false;
  const bool violation = (status & kStackViolation) != 0;
  if (violation) system.report_secure_fault(kAttributionViolation, false, 0);
  const int fault = system.own(violation                        ? kSecureFault
                               : (status & kStackOverflow) != 0 ? kUsageFault
                               : (status & kMemManageBits) != 0 ? kMemManage
                                                                : kBusFault);
  const bool able = exceptions.may_preempt(fault, masks());
  system.report_fault(status & ~kStackViolation, able ? 0U : kForced, false, 0);
  exceptions.set_pending(able ? fault : hard_fault());
  return true;
}

bool ArmEngine::vector_to(int number, std::uint32_t xpsr, std::uint32_t exc_return, bool chained) {
  std::uint32_t vector = 0;
  if (!load(vector_of(number), vector)) {
    if (Exceptions::plain(number) <= kHardFault) return false;
    system.report_fault(0, kVectTbl, false, 0);
    exceptions.set_pending(hard_fault());
    return vector_to(hard_fault(), xpsr, exc_return, chained);
  }
  const bool was_non_secure = system.non_secure();
  if (options_.security) {
    std::uint32_t status = 0;
    exc_return = enter_target(number, exc_return, chained, status);
    if (status != 0 && !stacking_failed(number, status)) return false;
  }
  exceptions.enter(number);
  system.active_exception = Exceptions::plain(number);
  const std::uint32_t now = (xpsr & ~(kNumber | kItBits)) | kThumb |
                            static_cast<std::uint32_t>(Exceptions::plain(number));
  // Writing the number switches the stack pointer's bank.
  set_reg(UC_ARM_REG_XPSR_NZCVQG, now);
  if (options_.security) {
    switch_state(exceptions.targets_non_secure(number));
    *banks_[0].control &= ~(kFpuActive | kSecureFpuActive);
    if (system.non_secure()) hide_registers(exc_return);
  }
  const std::uint32_t was = control();
  set_control(was & kUnprivileged);  // ExceptionTaken(): SPSEL and FPCA are cleared
  if ((was & kUnprivileged) != 0 || was_non_secure != system.non_secure()) refresh_mode(now);
  set_low(14, exc_return);
  event_register_ = true;
  resume_at_ = vector & ~1U;
  accountant.select_stack(system.non_secure(), low(13), resume_at_);
  if ((vector & 1U) != 0) return true;
  return raise_fault(kUsageFault, resume_at_, kInvState, false, 0);
}

void ArmEngine::reset_registers() {
  // B1.5.5: masks, CONTROL and the number of the exception are 0, LR all ones.
  set_reg(UC_ARM_REG_XPSR_NZCVQG, kThumb);
  if (special_.complete()) {
    *special_.primask = *special_.faultmask = *special_.basepri = 0;
  } else {
    set_reg(UC_ARM_REG_PRIMASK, 0);
    set_reg(UC_ARM_REG_FAULTMASK, 0);
    set_reg(UC_ARM_REG_BASEPRI, 0);
  }
  if (architecture_.stack_limits()) *special_.main_limit = *special_.process_limit = 0;
  if (options_.security) {
    const SpecialRegisters& other = banks_[1];
    *other.primask = *other.faultmask = *other.basepri = *other.control = 0;
    *other.main_limit = *other.process_limit = 0;
    *banks_[0].control = 0;
  }
  set_control(0);
  refresh_mode(kThumb);
  set_reg(UC_ARM_REG_FPSCR, 0);
  set_low(14, 0xFFFFFFFFU);
}

void ArmEngine::refresh_mode(std::uint32_t xpsr) {
  // Unicorn keeps the privilege with its translation state; a write to the flags renews it.
  set_reg(UC_ARM_REG_APSR_NZCV, xpsr & 0xF0000000U);
  if (system.any_mpu_enabled()) flush_tlb();
  note_privilege();
}

bool ArmEngine::may_return(std::uint32_t exc_return, int nested) const {
  // B1.5.8, ExceptionReturn(): integrity checks.
  const std::uint32_t expected = exc_return_base();
  // Without the Security Extension its bits should be 0, 1, 0 (DDI0553, R_XLCP: else
  // UNPREDICTABLE). Chips disregard them: RIOT starts each thread of an STM32U5 or STM32L5 by
  // 0xFFFFFFFD.
  const std::uint32_t security =
      architecture_.profile == Profile::kV8M ? kSecureStack | kCalleeNotStacked | kToSecure : 0U;
  const std::uint32_t variable =
      kThread | kProcessStack | security | (options_.fpu ? kNoFpuFrame : 0U);
  if (((exc_return ^ expected) & ~(variable | kNoFpuFrame)) != 0) return false;
  if (!options_.fpu && (exc_return & kNoFpuFrame) == 0) return false;
  if (!exceptions.active(returning(exc_return))) return false;
  // DDI0553: any stack goes with any mode; the frame decides on the rest.
  if (architecture_.profile == Profile::kV8M) return true;
  switch (exc_return & 15U) {
    case 1:
      return nested > 1;
    case 9:
    case 13:
      return nested == 1 || system.thread_from_nested();
    default:
      return false;
  }
}

int ArmEngine::returning(std::uint32_t exc_return) const {
  const int number = system.active_exception;
  const bool of_non_secure = options_.security && (exc_return & kToSecure) == 0;
  return of_non_secure && Exceptions::is_banked(number) ? number + Exceptions::kOfNonSecure
                                                        : number;
}

bool ArmEngine::return_from_exception(std::uint32_t exc_return) {
  const bool violates = options_.security && violates_return(exc_return);
  const int number = returning(exc_return);
  const bool valid = may_return(exc_return, exceptions.active_count());
  if (exceptions.active(number)) exceptions.leave(number);
  // DeActivate(): FAULTMASK falls on return from all but NMI.
  if (number != kNmi) clear_faultmask();
  if (options_.security) {
    std::uint32_t& word = *banks_[(exc_return & kToSecure) == 0].control;
    word = (word & ~kStackSelectBit) | ((exc_return & kProcessStack) != 0 ? kStackSelectBit : 0U);
  }
  event_register_ = true;
  accountant.settle();
  if (system.clears_fpu_on_return() && (control() & kFpuActive) != 0) clear_fpu();
  if (violates) return chain_security_fault(kInvReturn, exc_return);
  if (!valid) return chain_fault(kUsageFault, kInvPc, exc_return);
  run_events();
  const int next = exceptions.anything_ready() ? exceptions.next(masks()) : 0;
  if (next != 0 && has_handler(next)) return chain(exc_return);
  return unstack(exc_return);
}

void ArmEngine::clear_faultmask() {
  if (special_.faultmask != nullptr)
    *special_.faultmask = 0;
  else
    set_reg(UC_ARM_REG_FAULTMASK, 0);
}

bool ArmEngine::chain(std::uint32_t exc_return) {
  // Tail-chaining: the frame stays for the next handler.
  const int next = exceptions.next(masks());
  accountant.charge_exception(architecture_.tail_chain_cycles, 0, false,
                              accountant.data_wait(vector_of(next), 1, false));
  return vector_to(next, reg(UC_ARM_REG_XPSR), exc_return, true);
}

bool ArmEngine::chain_fault(int fault, std::uint32_t status, std::uint32_t exc_return) {
  const BankedMasks now = masks();
  if (!exceptions.may_preempt(hard_fault(), now)) return false;
  fault = system.own(fault);
  const bool able = exceptions.may_preempt(fault, now);
  const int taken = able ? fault : hard_fault();
  if (!has_handler(taken)) return false;
  system.report_fault(status, able ? 0U : kForced, false, 0);
  exceptions.set_pending(taken);
  return chain(exc_return | 0xF0000000U);
}

bool ArmEngine::unstack(std::uint32_t exc_return) {
  const bool thread = (exc_return & kThread) != 0;
  if (options_.security) {
    switch_state((exc_return & kSecureStack) == 0);
    // Which stack has the frame is the business of the state returned to.
    exc_return &= ~kProcessStack;
    if ((*special_.control & kStackSelectBit) != 0) exc_return |= kProcessStack;
  }
  const bool process = thread && (exc_return & kProcessStack) != 0;
  std::uint32_t frame = process ? reg(UC_ARM_REG_PSP) : low(13);
  if (options_.security && !pop_callee_registers(exc_return, frame))
    return chain_security_fault(kInvIntegrity, exc_return);
  std::uint32_t words[kBasicWords] = {};
  const bool to_privileged = !thread || (control() & kUnprivileged) == 0;
  const std::uint32_t status = pop_words(frame, words, stacker(to_privileged));
  if ((status & kStackViolation) != 0)
    return chain_security_fault(kAttributionViolation, exc_return);
  if (status != 0)
    return chain_fault((status & kMemManageBits) != 0 ? kMemManage : kBusFault, status, exc_return);
  const std::uint32_t xpsr = words[7];
  // B1.5.8: the mode returned to and the number stacked have to agree.
  if (thread != ((xpsr & kNumber) == 0)) return chain_fault(kUsageFault, kInvPc, exc_return);
  restore(exc_return, frame, words);
  if (thread && system.sleep_on_exit()) sleeping_ = true;
  if ((xpsr & kThumb) != 0) return true;
  return raise_fault(kUsageFault, resume_at_, kInvState, false, 0);
}

void ArmEngine::restore(std::uint32_t exc_return, std::uint32_t frame,
                        std::span<const std::uint32_t> words) {
  const bool fpu = (exc_return & kNoFpuFrame) == 0;
  const bool process = (exc_return & (kThread | kProcessStack)) == (kThread | kProcessStack);
  const std::uint32_t xpsr = words[7];
  accountant.charge_exception(architecture_.return_cycles, kBasicWords, false,
                              accountant.data_wait(frame, kBasicWords, false));
  if (fpu && system.lazy_active)
    system.lazy_active = false;  // nothing was stored: the registers are still good
  else if (fpu)
    pop_fpu(frame + kBasicFrame);
  switch_mode(process, fpu, xpsr);
  for (std::size_t i = 0; i < 6; ++i) set_low(kLowRegisters[i], words[i]);
  const std::uint32_t sp =
      frame + (fpu ? kFpuFrame : kBasicFrame) + ((xpsr & kAligned) != 0 ? 4U : 0U);
  set_low(13, sp);
  resume_at_ = words[6] & ~1U;
  accountant.leave_exception(resume_at_, sp);
  accountant.select_stack(process || system.non_secure(), sp, resume_at_);
}

void ArmEngine::switch_mode(bool process, bool fpu, std::uint32_t xpsr) {
  const std::uint32_t privilege = control() & kUnprivileged;
  system.active_exception = static_cast<int>(xpsr & kNumber);
  const bool secure = options_.security && !system.non_secure();
  const std::uint32_t context = secure && (xpsr & kFrameSecureFpu) != 0 ? kSecureFpuActive : 0U;
  set_control(privilege | (process ? kStackSelectBit : 0U) | (fpu ? kFpuActive : 0U) | context);
  const std::uint32_t now = (xpsr & ~(kAligned | kFrameSecureFpu)) | kThumb;
  set_reg(UC_ARM_REG_XPSR_NZCVQG, now);
  if (privilege != 0 || options_.security) refresh_mode(now);
}

void ArmEngine::translate_fault(int& number, std::uint32_t& cfsr, std::uint32_t pc) const {
  if (violation_ != 0) {
    number = kSecureFault;
    cfsr = 0;
    return;
  }
  // What the memory map shows as a bus error can be the MPU's (B3.5) or the default map's.
  const bool fetch = (cfsr & (kIbusErr | kInvPc)) != 0 && (pc >= 0xF0000000U || cfsr == kIbusErr);
  if (fetch && !system.mpu.allows(pc, AccessKind::kFetch, privileged(), raised())) {
    number = kMemManage;
    cfsr = kIaccViol;
  } else if ((cfsr & kPrecisErr) != 0 && mpu_denied_) {
    number = kMemManage;
    cfsr = kDaccViol | kMmarValid;
  }
}

bool ArmEngine::raise_fault(int number, std::uint32_t pc, std::uint32_t cfsr, bool has_address,
                            std::uint32_t address) {
  translate_fault(number, cfsr, pc);
  // DDI0553, NOCP: where NSACR is what forbids, the fault is Secure code's.
  const bool by_secure_code = cfsr == kNoCp && system.fpu_withheld();
  if (!by_secure_code) number = system.own(number);
  mpu_denied_ = bus_denied_ = false;
  const std::uint32_t violation = violation_;
  const BankedMasks now = masks();
  if (locked_up_ || !exceptions.may_preempt(hard_fault(), now)) return false;  // B1.5.15
  // B1.5.11: a fault or SVC that can't preempt becomes a HardFault.
  const bool hard = Exceptions::plain(number) == kHardFault;
  const bool able = hard || exceptions.may_preempt(number, now);
  const int taken = able && !hard ? number : hard_fault();
  if (!can_take(taken)) return false;
  violation_ = 0;
  const bool non_secure = system.non_secure();
  if (by_secure_code) system.change_state(false);
  system.report_fault(cfsr, hard ? kDebugEvt : able ? 0U : kForced, has_address, address);
  system.change_state(non_secure);
  if (violation != 0)
    system.report_secure_fault(violation, violation == kAttributionViolation, address);
  return take_exception(taken, pc);
}

}  // namespace mcusim
