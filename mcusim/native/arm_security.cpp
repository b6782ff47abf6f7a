// The Security Extension (DDI0553): attribution of memory, changes of state, and what exceptions of
// one state do to the registers of the other.
//
// Unicorn's core banks its registers by state and executes BXNS, BLXNS and the MSR and MRS of the
// other state. It has no attribution: its address cache asks ours.
#include "arm_bits.hpp"
#include "arm_engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kPage = 1024;
constexpr std::uint16_t kGateway = 0xE97FU;  // SG is twice this
constexpr std::uint32_t kDummyNumber = 1;    // of IPSR, in a Non-secure function of a handler
constexpr std::uint32_t kCalleeFrame = 0x28;
constexpr std::uint32_t kCalleeWords = 10;  // signature, reserved, r4 to r11

// IntegritySignature(): its lowest bit is FTYPE.
std::uint32_t signature_of(std::uint32_t exc_return) {
  return 0xFEFA125AU | ((exc_return & kNoFpuFrame) != 0 ? 1U : 0U);
}

}  // namespace

bool ArmEngine::fill_attributed(std::uint32_t at, uc_mem_type type, uc_tlb_entry& entry) {
  const bool write = type == UC_MEM_WRITE;
  const bool attributed =
      !divided_ || *special_.secure != 0 || system.attribution.any_open(at, kPage);
  const Screen screen = attributed ? screen_of(at, write) : Screen{at, false};
  if (type == UC_MEM_FETCH) {
    Engine::fill_tlb(at, type, entry);
    // Fetches are looked at block by block.
    if (!screen.open || screen.place != at) entry.perms = UC_PROT_EXEC;
    return true;
  }
  if (screen.open) return Engine::fill_tlb(screen.place, type, entry);
  if (attributed)
    bus_denied_ = kept_out(at, write ? BusFilter::Access::kWrite : BusFilter::Access::kRead);
  else
    violation_ = kAttributionViolation;
  stop_.has_address = true;
  stop_.address = at;
  stop_.write = write;
  return false;
}

void ArmEngine::check_attribution(std::uint32_t address, std::uint32_t bytes, bool write) {
  if (!divided_ || !system.non_secure()) return;
  for (const std::uint32_t at : {address, address + bytes - 1U}) {
    if (system.attribution.of_data(at, false).security == Security::kNonSecure) continue;
    violation_ = kAttributionViolation;
    throw mve::AccessFault{at, write, false};
  }
}

bool ArmEngine::admit_state(const Block& block) {
  const bool secure = *special_.secure != 0;
  if (secure == system.non_secure()) adopt_state();
  if (filter.any() && !admit_fetch(block.address)) return false;
  const Security security = system.attribution.at(block.address);
  if (security == Security::kExempt || secure == (security != Security::kNonSecure)) return true;
  const bool gateway = security == Security::kNonSecureCallable &&
                       halfword(block.address) == kGateway &&
                       halfword(block.address + 2) == kGateway;
  if (gateway) {
    enter_by_gateway();
    redirect(block.address, true);
    return false;
  }
  violation_ = secure ? kInvTransition : kInvEntry;
  stop_with(Stop::kError, UC_ERR_FETCH_PROT, block.address);
  return false;
}

void ArmEngine::adopt_state() {
  const bool non_secure = *special_.secure == 0;
  system.change_state(non_secure);
  special_ = banks_[non_secure];
  accountant.stacks.non_secure = non_secure;
  // BLXNS hides the number of a Secure exception.
  system.active_exception = static_cast<int>(reg(UC_ARM_REG_XPSR) & kNumber);
  accountant.select_stack(non_secure || on_process_stack(), low(13), resume_at_);
  accountant.look_soon();
}

void ArmEngine::note_invalid_entry() {
  adopt_state();
  violation_ = kInvEntry;
}

void ArmEngine::switch_state(bool non_secure) {
  if (non_secure == system.non_secure()) return;
  // As BXNS does: the stack pointer in use and the other of the state change places with the other
  // state's two.
  const auto on_process = [this] { return on_process_stack(); };
  const std::uint32_t main = *special_.other_main, process = *special_.other_process;
  const std::uint32_t used = low(13), unused = *special_.unused_stack;
  *special_.other_main = on_process() ? unused : used;
  *special_.other_process = on_process() ? used : unused;
  *special_.secure = non_secure ? 0U : 1U;
  system.change_state(non_secure);
  special_ = banks_[non_secure];
  accountant.stacks.non_secure = non_secure;
  set_low(13, on_process() ? process : main);
  *special_.unused_stack = on_process() ? main : process;
  // Unicorn keeps the state with its translation state; a write to the flags renews it.
  set_reg(UC_ARM_REG_APSR_NZCV, reg(UC_ARM_REG_XPSR) & 0xF0000000U);
  accountant.look_soon();
}

void ArmEngine::enter_by_gateway() {
  // SG: the return address says that it is Non-secure's.
  set_low(14, low(14) & ~1U);
  *banks_[0].control &= ~kSecureFpuActive;
  switch_state(false);
  set_reg(UC_ARM_REG_XPSR_NZCVQG, reg(UC_ARM_REG_XPSR) & ~kItBits);
  accountant.select_stack(on_process_stack(), low(13), resume_at_);
}

bool ArmEngine::returns_function(std::uint32_t pc) const {
  return options_.security && (pc & ~1U) == kFunctionReturn && *special_.secure == 0;
}

bool ArmEngine::return_from_function() {
  // FunctionReturn(): address and IPSR are on the Secure stack of this mode.
  accountant.settle();
  if (!system.non_secure()) adopt_state();
  const std::uint32_t number = reg(UC_ARM_REG_XPSR) & kNumber;
  const bool process = number == 0 && (*banks_[0].control & kStackSelectBit) != 0;
  std::uint32_t& stack = process ? *special_.other_process : *special_.other_main;
  std::uint32_t address = 0, state = 0;
  const std::uint32_t from = resume_at_;
  if (!load(stack, address) || !load(stack + 4, state)) {
    switch_state(false);
    return raise_fault(kBusFault, from, kPrecisErr, true, stack);
  }
  const bool consistent =
      number == 0 ? (state & kNumber) == 0 : number == kDummyNumber && (state & kNumber) != 0;
  if (!consistent) {
    switch_state(false);
    return raise_fault(kUsageFault, from, kInvPc, false, 0);
  }
  stack += 8;
  switch_state(false);
  const std::uint32_t flags = reg(UC_ARM_REG_XPSR) & ~(kItBits | kNumber);
  set_reg(UC_ARM_REG_XPSR_NZCVQG, flags | kThumb | (state & kNumber));
  system.active_exception = static_cast<int>(state & kNumber);
  if ((state & kFrameSecureFpu) != 0) *banks_[0].control |= kSecureFpuActive;
  resume_at_ = address & ~1U;
  accountant.select_stack(process, low(13), resume_at_);
  if ((address & 1U) != 0) return true;
  return raise_fault(kUsageFault, resume_at_, kInvState, false, 0);
}

// --- exceptions ---

std::uint32_t ArmEngine::secure_frame_bits() const {
  const bool secure = options_.security && !system.non_secure();
  return secure && (*banks_[0].control & kSecureFpuActive) != 0 ? kFrameSecureFpu : 0U;
}

std::uint32_t ArmEngine::enter_target(int number, std::uint32_t exc_return, bool chained,
                                      std::uint32_t& status) {
  // ExceptionTaken(): S is of the state that the frame belongs to, ES of the handler's.
  const bool to_secure = !exceptions.targets_non_secure(number);
  const bool stacked_before = chained && (exc_return & kToSecure) == 0;
  if ((exc_return & kSecureStack) != 0) {
    if (to_secure && stacked_before) exc_return &= ~kCalleeNotStacked;
    if (!to_secure) {
      if ((exc_return & kCalleeNotStacked) != 0 && !stacked_before)
        status = push_callee_registers(exc_return, chained);
      exc_return |= kCalleeNotStacked;
    }
  }
  const bool process = (*banks_[!to_secure].control & kStackSelectBit) != 0;
  exc_return &= ~(kToSecure | kProcessStack);
  return exc_return | (to_secure ? kToSecure : 0U) | (process ? kProcessStack : 0U);
}

std::uint32_t ArmEngine::push_callee_registers(std::uint32_t exc_return, bool chained) {
  // PushCalleeStack(): below the frame, on the Secure stack that has it.
  const bool thread = (exc_return & kThread) != 0;
  const bool process = thread && (*banks_[0].control & kStackSelectBit) != 0;
  // In a chain the handler's stack is in use, and the frame's may be the process stack.
  std::uint32_t* other = nullptr;
  if (chained && system.non_secure())
    other = process ? special_.other_process : special_.other_main;
  else if (chained && process)
    other = special_.unused_stack;
  const std::uint32_t frame = (other != nullptr ? *other : low(13)) - kCalleeFrame;
  const std::uint32_t limit = process ? *banks_[0].process_limit : *banks_[0].main_limit;
  if (frame < limit) return kStackOverflow;
  std::uint32_t words[kCalleeWords] = {signature_of(exc_return), 0};
  for (int i = 4; i < 12; ++i) words[i - 2] = low(i);
  const std::uint32_t status = push_words(frame, words, {true, !thread || privileged()});
  if (other != nullptr)
    *other = frame;
  else
    set_low(13, frame);
  accountant.charge_exception(kCalleeWords, kCalleeWords, true,
                              accountant.data_wait(frame, kCalleeWords, true));
  return status;
}

void ArmEngine::hide_registers(std::uint32_t exc_return) {
  // Those that a Secure frame holds read as zero in a Non-secure handler.
  for (int i = 0; i < 13; ++i)
    if (i < 4 || i == 12 || (exc_return & kSecureStack) != 0) set_low(i, 0);
  set_reg(UC_ARM_REG_XPSR_NZCVQG, reg(UC_ARM_REG_XPSR) & (kThumb | kNumber));
}

bool ArmEngine::violates_return(std::uint32_t& exc_return) {
  // Non-secure code can't end a Secure exception.
  const bool wrong = system.non_secure() &&
                     ((exc_return & kToSecure) != 0 || (exc_return & kCalleeNotStacked) == 0);
  if (wrong) exc_return &= ~kToSecure;
  return wrong;
}

bool ArmEngine::pop_callee_registers(std::uint32_t exc_return, std::uint32_t& frame) {
  const bool stacked = (exc_return & kToSecure) == 0 || (exc_return & kCalleeNotStacked) == 0;
  if ((exc_return & kSecureStack) == 0 || !stacked) return true;
  std::uint32_t words[kCalleeWords] = {};
  if (pop_words(frame, words, stacker(true)) != 0 || words[0] != signature_of(exc_return))
    return false;
  for (int i = 4; i < 12; ++i) set_low(i, words[i - 2]);
  accountant.charge_exception(kCalleeWords, kCalleeWords, false,
                              accountant.data_wait(frame, kCalleeWords, false));
  frame += kCalleeFrame;
  return true;
}

bool ArmEngine::chain_security_fault(std::uint32_t status, std::uint32_t exc_return) {
  system.report_secure_fault(status, false, 0);
  return chain_fault(kSecureFault, 0, exc_return);
}

}  // namespace mcusim
