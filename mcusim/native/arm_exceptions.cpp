// Exception entry and return of M-profile cores on Unicorn's register file (DDI0403E B1.5.6 to 8).
#include <bit>

#include "engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kItBits = 0x0600FC00U;  // ITSTATE in xPSR
constexpr std::uint32_t kThumb = 1U << 24;
constexpr std::uint32_t kAligned = 1U << 9;  // the frame was aligned by a word
constexpr std::uint32_t kNumber = 0x1FFU;
constexpr std::uint32_t kBasicFrame = 0x20;
constexpr std::uint32_t kFpuFrame = 0x68;
constexpr int kFpuRegisters = 16;
constexpr std::uint32_t kNoFpuFrame = 1U << 4;  // bits of EXC_RETURN
constexpr std::uint32_t kThread = 1U << 3;
constexpr std::uint32_t kProcessStack = 1U << 2;
constexpr std::uint32_t kUnprivileged = 1U;  // bits of CONTROL
constexpr std::uint32_t kStackSelectBit = 2U;
constexpr int kLowRegisters[] = {UC_ARM_REG_R0, UC_ARM_REG_R1,  UC_ARM_REG_R2,
                                 UC_ARM_REG_R3, UC_ARM_REG_R12, UC_ARM_REG_LR};

}  // namespace

Masks Engine::masks() const {
  return {(reg(UC_ARM_REG_PRIMASK) & 1U) != 0, (reg(UC_ARM_REG_FAULTMASK) & 1U) != 0,
          static_cast<std::uint8_t>(reg(UC_ARM_REG_BASEPRI))};
}

bool Engine::load(std::uint32_t address, std::uint32_t& word) const {
  const Memory* memory = memory_at(address, 4);
  if (memory == nullptr) return false;
  std::memcpy(&word, memory->host + (address - memory->base), 4);
  return true;
}

bool Engine::store(std::uint32_t address, std::uint32_t word) {
  const Memory* memory = memory_at(address, 4);
  if (memory == nullptr || memory->read_only) return false;
  std::memcpy(memory->host + (address - memory->base), &word, 4);
  return true;
}

bool Engine::has_handler(int number) const {
  constexpr std::uint16_t kBranchToSelf = 0xE7FE;
  std::uint32_t vector = 0;
  if (!load(system.vector_table + 4 * static_cast<std::uint32_t>(number), vector)) return false;
  const std::uint32_t entry = vector & ~1U;
  const Memory* memory = memory_at(entry, 2);
  return (vector & 1U) != 0 && entry != 0 && memory != nullptr && memory->executable &&
         halfword(entry) != kBranchToSelf;
}

std::uint32_t Engine::frame_address(bool& align) const {
  const std::uint32_t sp = reg(UC_ARM_REG_SP);
  align = system.stack_align() && (sp & 4U) != 0;
  return (sp - (accountant.fpu_context ? kFpuFrame : kBasicFrame)) &
         ~(system.stack_align() ? 4U : 0U);
}

bool Engine::has_room_for_frame() const {
  bool align = false;
  const std::uint32_t frame = frame_address(align);
  const std::uint32_t last = frame + (accountant.fpu_context ? 0x60U : 28U);
  for (const std::uint32_t at : {frame, last}) {
    const Memory* memory = memory_at(at, 4);
    if (memory == nullptr || memory->read_only) return false;
  }
  return true;
}

void Engine::push_frame(std::uint32_t return_address, std::uint32_t xpsr) {
  bool align = false;
  const std::uint32_t frame = frame_address(align);
  for (std::uint32_t i = 0; i < 6; ++i) store(frame + 4 * i, reg(kLowRegisters[i]));
  store(frame + 24, return_address);
  store(frame + 28, (xpsr & ~kAligned) | (align ? kAligned : 0U));
  if (accountant.fpu_context) {
    for (int i = 0; i < kFpuRegisters; ++i)
      store(frame + 32 + 4 * static_cast<std::uint32_t>(i), reg(UC_ARM_REG_S0 + i));
    store(frame + 0x60, reg(UC_ARM_REG_FPSCR));
  }
  set_reg(UC_ARM_REG_SP, frame);
}

bool Engine::take_exception(int number, std::uint32_t return_address) {
  if (!has_handler(number) || !has_room_for_frame()) return false;
  const std::uint32_t xpsr = reg(UC_ARM_REG_XPSR) | kThumb;
  const auto interrupted = static_cast<int>(xpsr & kNumber);
  const bool process = interrupted == 0 && (reg(UC_ARM_REG_CONTROL) & kStackSelectBit) != 0;
  const std::uint32_t sp = reg(UC_ARM_REG_SP);
  push_frame(return_address, xpsr);
  std::uint32_t exc_return = 0xFFFFFFE1U;
  if (!accountant.fpu_context) exc_return |= kNoFpuFrame;
  if (interrupted == 0) exc_return |= kThread;
  if (process) exc_return |= kProcessStack;
  accountant.enter_exception(return_address, sp);
  accountant.fpu_context = false;
  vector_to(number, xpsr, exc_return);
  accountant.select_stack(0, reg(UC_ARM_REG_SP));
  accountant.charge_exception(kEntryCycles, 8, true);
  return true;
}

void Engine::vector_to(int number, std::uint32_t xpsr, std::uint32_t exc_return) {
  exceptions.enter(number);
  system.active_exception = number;
  // Writing the number switches the stack pointer's bank.
  set_reg(UC_ARM_REG_XPSR,
          (xpsr & ~(kNumber | kItBits)) | kThumb | static_cast<std::uint32_t>(number));
  set_reg(UC_ARM_REG_LR, exc_return);
  std::uint32_t vector = 0;
  load(system.vector_table + 4 * static_cast<std::uint32_t>(number), vector);
  resume_at_ = vector & ~1U;
  event_register_ = true;
}

bool Engine::return_from_exception(std::uint32_t exc_return) {
  const int number = system.active_exception;
  exceptions.leave(number);
  // B1.5.8: FAULTMASK falls on return from all but NMI.
  if (number != kNmi) set_reg(UC_ARM_REG_FAULTMASK, 0);
  const bool thread = (exc_return & kThread) != 0;
  const bool process = thread && (exc_return & kProcessStack) != 0;
  const bool fpu = (exc_return & kNoFpuFrame) == 0;

  if (const int next = exceptions.next(masks()); next != 0 && has_handler(next)) {
    // Tail-chaining: the frame stays for the next handler.
    accountant.leave_exception_to_next();
    vector_to(next, reg(UC_ARM_REG_XPSR), exc_return);
    accountant.charge_exception(kTailChainCycles, 0, false);
    return true;
  }
  const std::uint32_t frame = reg(process ? UC_ARM_REG_PSP : UC_ARM_REG_MSP);
  std::uint32_t words[8] = {};
  for (std::uint32_t i = 0; i < 8; ++i)
    if (!load(frame + 4 * i, words[i])) return false;
  const std::uint32_t xpsr = words[7];
  switch_mode(thread, process, xpsr);
  for (std::size_t i = 0; i < 6; ++i) set_reg(kLowRegisters[i], words[i]);
  if (fpu) {
    for (int i = 0; i < kFpuRegisters; ++i) {
      std::uint32_t word = 0;
      load(frame + 32 + 4 * static_cast<std::uint32_t>(i), word);
      set_reg(UC_ARM_REG_S0 + i, word);
    }
    std::uint32_t status = 0;
    load(frame + 0x60, status);
    set_reg(UC_ARM_REG_FPSCR, status);
  }
  accountant.fpu_context = fpu;
  const std::uint32_t sp =
      frame + (fpu ? kFpuFrame : kBasicFrame) + ((xpsr & kAligned) != 0 ? 4U : 0U);
  set_reg(UC_ARM_REG_SP, sp);
  resume_at_ = words[6] & ~1U;
  accountant.charge_exception(kReturnCycles, 8, false);
  accountant.leave_exception(resume_at_, sp);
  accountant.select_stack(process ? 1 : 0, sp);
  if (thread && system.sleep_on_exit()) sleeping_ = true;
  return true;
}

void Engine::switch_mode(bool thread, bool process, std::uint32_t xpsr) {
  const std::uint32_t number = thread ? 0U : xpsr & kNumber;
  system.active_exception = static_cast<int>(number);
  const std::uint32_t control = reg(UC_ARM_REG_CONTROL);
  const std::uint32_t wanted = (control & kUnprivileged) | (process ? kStackSelectBit : 0U);
  if (thread && (control & kUnprivileged) != 0)
    // Unprivileged thread mode could not select its stack: privilege goes last.
    set_reg(UC_ARM_REG_CONTROL, control & ~kUnprivileged);
  set_reg(UC_ARM_REG_XPSR_NZCVQG, (xpsr & ~(kNumber | kAligned)) | kThumb | number);
  if (thread && reg(UC_ARM_REG_CONTROL) != wanted) set_reg(UC_ARM_REG_CONTROL, wanted);
}

int Engine::escalate(int number) const {
  // B1.5.11: a fault that can't preempt becomes a HardFault.
  if (number == kHardFault) return number;
  const Masks now = masks();
  const int priority = exceptions.execution_priority(now);
  Exceptions trial = exceptions;
  trial.set_pending(number);
  const bool able = exceptions.enabled(number) && trial.next(now) == number;
  return able || priority <= -1 ? number : static_cast<int>(kHardFault);
}

bool Engine::raise_fault(int number, std::uint32_t pc, std::uint32_t cfsr, bool has_address,
                         std::uint32_t address) {
  const Masks now = masks();
  if (exceptions.execution_priority(now) <= -1) return false;  // lock-up
  const int taken = escalate(number);
  if (!take_exception(taken, pc)) return false;
  system.report_fault(cfsr, taken != number ? 1U << 30 : 0U, has_address, address);
  return true;
}

}  // namespace mcusim
