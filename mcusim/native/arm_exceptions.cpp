// Exception entry and return of M-profile cores on Unicorn's register file (DDI0403E B1.5.6 to 8).
#include <bit>

#include "arm_engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kItBits = 0x0600FC00U;  // ITSTATE in xPSR
constexpr std::uint32_t kThumb = 1U << 24;
constexpr std::uint32_t kAligned = 1U << 9;  // the frame was aligned by a word
constexpr std::uint32_t kNumber = 0x1FFU;
constexpr std::uint32_t kBasicWords = 8;
constexpr std::uint32_t kBasicFrame = 0x20;
constexpr std::uint32_t kFpuWords = 17;
constexpr std::uint32_t kFpuFrame = 0x68;
constexpr int kFpuRegisters = 16;
constexpr std::uint32_t kNoFpuFrame = 1U << 4;  // bits of EXC_RETURN
constexpr std::uint32_t kThread = 1U << 3;
constexpr std::uint32_t kProcessStack = 1U << 2;
constexpr std::uint32_t kUnprivileged = 1U;  // bits of CONTROL
constexpr std::uint32_t kStackSelectBit = 2U;
constexpr std::uint32_t kFpuActive = 4U;
constexpr std::uint32_t kSecureFpuActive = 8U;  // SFPA, in Secure state
constexpr int kLowRegisters[] = {0, 1, 2, 3, 12, 14};

// Fault status (B3.2.15, B3.2.16).
constexpr std::uint32_t kIaccViol = 1U << 0, kDaccViol = 1U << 1, kMunstkErr = 1U << 3;
constexpr std::uint32_t kMstkErr = 1U << 4, kMmarValid = 1U << 7, kIbusErr = 1U << 8;
constexpr std::uint32_t kPrecisErr = 1U << 9, kUnstkErr = 1U << 11, kStkErr = 1U << 12;
constexpr std::uint32_t kInvState = 1U << 17, kInvPc = 1U << 18;
constexpr std::uint32_t kStackOverflow = 1U << 20;  // UFSR.STKOF of Armv8-M
constexpr std::uint32_t kVectTbl = 1U << 1, kForced = 1U << 30, kDebugEvt = 1U << 31;
constexpr std::uint32_t kMemManageBits = 0xFFU;

}  // namespace

Masks ArmEngine::masks() const {
  if (special_.complete())
    return {*special_.primask != 0, *special_.faultmask != 0,
            exceptions.implemented(static_cast<std::uint8_t>(*special_.basepri))};
  return {(reg(UC_ARM_REG_PRIMASK) & 1U) != 0, (reg(UC_ARM_REG_FAULTMASK) & 1U) != 0,
          exceptions.implemented(static_cast<std::uint8_t>(reg(UC_ARM_REG_BASEPRI)))};
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
  std::memcpy(&word, memory->host + (address - memory->base), 4);
  return true;
}

bool ArmEngine::store(std::uint32_t address, std::uint32_t word) {
  const Memory* memory = memory_at(address, 4);
  if (memory == nullptr || memory->read_only) return false;
  std::memcpy(memory->host + (address - memory->base), &word, 4);
  return true;
}

bool ArmEngine::has_handler(int number) const {
  constexpr std::uint16_t kBranchToSelf = 0xE7FE;
  std::uint32_t vector = 0;
  const bool read = load(system.vector_table + 4 * static_cast<std::uint32_t>(number), vector);
  const std::uint32_t entry = vector & ~1U;
  const Memory* memory = memory_at(entry, 2);
  const bool code = read && (vector & 1U) != 0 && entry != 0 && memory != nullptr &&
                    (memory->permissions & UC_PROT_EXEC) != 0;
  if (!code) return number > kHardFault && has_handler(kHardFault);
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
  // DDI0553, EXC_RETURN: S and ES are clear without the Security Extension.
  const bool no_security = architecture_.profile == Profile::kV8M && !options_.security;
  return no_security ? 0xFFFFFFA0U : 0xFFFFFFE1U;
}

bool ArmEngine::on_process_stack() const {
  return system.active_exception == 0 && (control() & kStackSelectBit) != 0;
}

std::uint32_t ArmEngine::stack_limit() const {
  if (!architecture_.stack_limits()) return 0;
  return on_process_stack() ? *special_.process_limit : *special_.main_limit;
}

bool ArmEngine::stacks_fpu() const { return (control() & kFpuActive) != 0 && system.stacks_fpu(); }

std::uint32_t ArmEngine::frame_address(bool fpu) const {
  // B1.5.7: an FPU frame is always aligned.
  const bool force = fpu || system.stack_align();
  return (low(13) - (fpu ? kFpuFrame : kBasicFrame)) & ~(force ? 4U : 0U);
}

bool ArmEngine::can_take(int number) const {
  if (!has_handler(number)) return false;
  const bool fpu = stacks_fpu();
  const std::uint32_t frame = frame_address(fpu);
  if (frame < stack_limit()) return has_handler(kUsageFault);
  for (const std::uint32_t at : {frame, frame + (fpu ? kFpuFrame : kBasicFrame) - 4U}) {
    const Memory* memory = memory_at(at, 4);
    if (memory == nullptr || memory->read_only) return has_handler(kHardFault);
  }
  return true;
}

std::uint32_t ArmEngine::push_words(std::uint32_t frame, std::span<const std::uint32_t> words,
                                    bool as_privileged) {
  std::uint32_t status = 0;
  for (const std::uint32_t word : words) {
    if (!system.mpu.allows(frame, AccessKind::kWrite, as_privileged, raised()))
      status |= kMstkErr;
    else if (!store(frame, word))
      status |= kStkErr;
    frame += 4;
  }
  return status;
}

std::uint32_t ArmEngine::push_fpu(std::uint32_t frame, bool as_privileged) {
  std::uint32_t words[kFpuWords];
  for (int i = 0; i < kFpuRegisters; ++i) words[i] = reg(UC_ARM_REG_S0 + i);
  words[kFpuRegisters] = fpscr();
  accountant.charge_exception(kFpuCycles, kFpuWords, true,
                              accountant.data_wait(frame, kFpuWords, true));
  std::uint32_t status = push_words(frame, words, as_privileged);
  if (helium_ != nullptr) status |= push_predicates(frame + 4 * kFpuWords, as_privileged);
  return status;
}

void ArmEngine::pop_fpu(std::uint32_t frame) {
  for (int i = 0; i <= kFpuRegisters; ++i) {
    std::uint32_t word = 0;
    load(frame + 4 * static_cast<std::uint32_t>(i), word);
    if (i == kFpuRegisters)
      set_fpscr(word);
    else
      set_reg(UC_ARM_REG_S0 + i, word);
  }
  if (helium_ != nullptr) load(frame + 4 * kFpuWords, helium_->state.vpr);
  accountant.charge_exception(kFpuCycles, kFpuWords, false,
                              accountant.data_wait(frame, kFpuWords, false));
}

void ArmEngine::preserve_fpu() {
  // The first FPU instruction of a handler has the reserved space filled (B1.5.7).
  system.lazy_active = false;
  push_fpu(system.lazy_frame, true);
}

std::uint32_t ArmEngine::push_frame(std::uint32_t return_address, std::uint32_t xpsr, bool fpu) {
  const std::uint32_t sp = low(13);
  // B1.5.7: an FPU frame is always aligned.
  const bool force = fpu || system.stack_align();
  const bool align = force && (sp & 4U) != 0;
  const std::uint32_t frame = frame_address(fpu);
  // DDI0553, PushStack(): nothing is stored below the limit.
  if (const std::uint32_t limit = stack_limit(); frame < limit) {
    set_low(13, limit);
    return kStackOverflow;
  }
  std::uint32_t words[kBasicWords];
  for (std::size_t i = 0; i < 6; ++i) words[i] = low(kLowRegisters[i]);
  words[6] = return_address;
  words[7] = (xpsr & ~kAligned) | (align ? kAligned : 0U);
  std::uint32_t status = push_words(frame, words, privileged());
  if (fpu && system.stacks_lazily()) {
    system.lazy_active = true;
    system.lazy_frame = frame + kBasicFrame;
  } else if (fpu) {
    status |= push_fpu(frame + kBasicFrame, privileged());
  }
  set_low(13, frame);
  return status;
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
  if (thread && (before & kStackSelectBit) != 0) exc_return |= kProcessStack;
  accountant.stack_frame(frame_address(fpu), return_address);
  accountant.enter_exception(return_address, low(13));
  const std::uint32_t status = push_frame(return_address, xpsr, fpu);
  if (status != 0 && !stacking_failed(number, status)) return false;
  charge_entry(number, low(13));
  // Late arrival (B1.5.12): what became pending during the stacking may take this frame over.
  run_events();
  const int next = exceptions.next(masks());
  return vector_to(has_handler(next) ? next : number, xpsr, exc_return);
}

void ArmEngine::charge_entry(int number, std::uint32_t frame) {
  // The vector is fetched while the frame is stored: a wait of one hides behind the other when the
  // memories differ (TRM 100166, 3.9).
  const std::uint32_t vector = system.vector_table + 4 * static_cast<std::uint32_t>(number);
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
  if (number <= kHardFault) return false;
  const int fault = (status & kStackOverflow) != 0   ? kUsageFault
                    : (status & kMemManageBits) != 0 ? kMemManage
                                                     : kBusFault;
  const bool able = exceptions.may_preempt(fault, masks());
  system.report_fault(status, able ? 0U : kForced, false, 0);
  exceptions.set_pending(able ? fault : static_cast<int>(kHardFault));
  return true;
}

bool ArmEngine::vector_to(int number, std::uint32_t xpsr, std::uint32_t exc_return) {
  std::uint32_t vector = 0;
  if (!load(system.vector_table + 4 * static_cast<std::uint32_t>(number), vector)) {
    if (number <= kHardFault) return false;
    system.report_fault(0, kVectTbl, false, 0);
    exceptions.set_pending(kHardFault);
    return vector_to(kHardFault, xpsr, exc_return);
  }
  exceptions.enter(number);
  system.active_exception = number;
  const std::uint32_t was = control();
  const std::uint32_t now =
      (xpsr & ~(kNumber | kItBits)) | kThumb | static_cast<std::uint32_t>(number);
  // Writing the number switches the stack pointer's bank.
  set_reg(UC_ARM_REG_XPSR_NZCVQG, now);
  set_control(was & kUnprivileged);  // ExceptionTaken(): SPSEL and FPCA are cleared
  if ((was & kUnprivileged) != 0) refresh_mode(now);
  set_low(14, exc_return);
  event_register_ = true;
  resume_at_ = vector & ~1U;
  accountant.select_stack(false, low(13), resume_at_);
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
  set_control(0);
  refresh_mode(kThumb);
  set_reg(UC_ARM_REG_FPSCR, 0);
  set_low(14, 0xFFFFFFFFU);
}

void ArmEngine::refresh_mode(std::uint32_t xpsr) {
  // Unicorn keeps the privilege with its translation state; a write to the flags renews it.
  set_reg(UC_ARM_REG_APSR_NZCV, xpsr & 0xF0000000U);
  if (system.mpu.enabled()) flush_tlb();
}

bool ArmEngine::may_return(std::uint32_t exc_return, int nested) const {
  // B1.5.8, ExceptionReturn(): integrity checks.
  const std::uint32_t expected = exc_return_base();
  const std::uint32_t variable = kThread | kProcessStack | (options_.fpu ? kNoFpuFrame : 0U);
  if (((exc_return ^ expected) & ~(variable | kNoFpuFrame)) != 0) return false;
  if (!options_.fpu && (exc_return & kNoFpuFrame) == 0) return false;
  if (!exceptions.active(system.active_exception)) return false;
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

bool ArmEngine::return_from_exception(std::uint32_t exc_return) {
  const int number = system.active_exception;
  const bool valid = may_return(exc_return, exceptions.active_count());
  if (exceptions.active(number)) exceptions.leave(number);
  // DeActivate(): FAULTMASK falls on return from all but NMI.
  if (number != kNmi) clear_faultmask();
  event_register_ = true;
  accountant.settle();
  if (system.clears_fpu_on_return() && (control() & kFpuActive) != 0) clear_fpu();
  if (!valid) return chain_fault(kUsageFault, kInvPc, exc_return);
  run_events();
  const int next = exceptions.anything_ready() ? exceptions.next(masks()) : 0;
  if (next != 0 && has_handler(next)) return chain(exc_return);
  return unstack(exc_return);
}

void ArmEngine::clear_fpu() {
  // DDI0553, FPCCR.CLRONRET: the caller-saved registers, before any tail-chaining.
  for (int i = 0; i < kFpuRegisters; ++i) set_reg(UC_ARM_REG_S0 + i, 0);
  set_reg(UC_ARM_REG_FPSCR, 0);
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
  const std::uint32_t vector = system.vector_table + 4 * static_cast<std::uint32_t>(next);
  accountant.charge_exception(architecture_.tail_chain_cycles, 0, false,
                              accountant.data_wait(vector, 1, false));
  return vector_to(next, reg(UC_ARM_REG_XPSR), exc_return);
}

bool ArmEngine::chain_fault(int fault, std::uint32_t status, std::uint32_t exc_return) {
  const Masks now = masks();
  if (exceptions.execution_priority(now) <= -1) return false;
  const bool able = exceptions.may_preempt(fault, now);
  const int taken = able ? fault : static_cast<int>(kHardFault);
  if (!has_handler(taken)) return false;
  system.report_fault(status, able ? 0U : kForced, false, 0);
  exceptions.set_pending(taken);
  return chain(exc_return | 0xF0000000U);
}

std::uint32_t ArmEngine::pop_words(std::uint32_t frame, std::span<std::uint32_t> words,
                                   bool as_privileged) const {
  std::uint32_t status = 0;
  for (std::uint32_t& word : words) {
    if (!system.mpu.allows(frame, AccessKind::kRead, as_privileged, raised()))
      status |= kMunstkErr;
    else if (!load(frame, word))
      status |= kUnstkErr;
    frame += 4;
  }
  return status;
}

bool ArmEngine::unstack(std::uint32_t exc_return) {
  const bool thread = (exc_return & kThread) != 0;
  const bool process = thread && (exc_return & kProcessStack) != 0;
  const std::uint32_t frame = process ? reg(UC_ARM_REG_PSP) : low(13);
  std::uint32_t words[kBasicWords] = {};
  const bool to_privileged = !thread || (control() & kUnprivileged) == 0;
  const std::uint32_t status = pop_words(frame, words, to_privileged);
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
  accountant.select_stack(process, sp, resume_at_);
}

void ArmEngine::switch_mode(bool process, bool fpu, std::uint32_t xpsr) {
  const std::uint32_t privilege = control() & kUnprivileged;
  system.active_exception = static_cast<int>(xpsr & kNumber);
  const std::uint32_t context = kFpuActive | (options_.security ? kSecureFpuActive : 0U);
  set_control(privilege | (process ? kStackSelectBit : 0U) | (fpu ? context : 0U));
  const std::uint32_t now = (xpsr & ~kAligned) | kThumb;
  set_reg(UC_ARM_REG_XPSR_NZCVQG, now);
  if (privilege != 0) refresh_mode(now);
}

void ArmEngine::translate_fault(int& number, std::uint32_t& cfsr, std::uint32_t pc) const {
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
  mpu_denied_ = false;
  const Masks now = masks();
  if (locked_up_ || exceptions.execution_priority(now) <= -1) return false;  // B1.5.15
  // B1.5.11: a fault or SVC that can't preempt becomes a HardFault.
  const bool able = number == kHardFault || exceptions.may_preempt(number, now);
  const int taken = able ? number : static_cast<int>(kHardFault);
  if (!can_take(taken)) return false;
  const std::uint32_t hard = number == kHardFault ? kDebugEvt : able ? 0U : kForced;
  system.report_fault(cfsr, hard, has_address, address);
  return take_exception(taken, pc);
}

}  // namespace mcusim
