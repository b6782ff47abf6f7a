// Frames of exceptions on the stacks (DDI0403E B1.5.6 to 8; DDI0553, PushStack()).
#include "arm_bits.hpp"
#include "arm_engine.hpp"

namespace mcusim {

bool ArmEngine::stacks_fpu() const { return (control() & kFpuActive) != 0 && system.stacks_fpu(); }

std::uint32_t ArmEngine::frame_address(bool fpu) const {
  // B1.5.7: an FPU frame is always aligned.
  const bool force = fpu || system.stack_align();
  return (low(13) - (fpu ? kFpuFrame : kBasicFrame)) & ~(force ? 4U : 0U);
}

bool ArmEngine::frame_kept_out(std::uint32_t address, bool write, BusFilter::Master as,
                               std::uint32_t& status) {
  if (!divided_ && !filtered_) return false;
  // DDI0553, ValidateAddress(): the stack is attributed as all memory is.
  const Security found = system.attribution.of_data(address, as.secure).security;
  if (divided_ && !as.secure && found != Security::kNonSecure) {
    status |= kStackViolation;
    return true;
  }
  as.secure = as.secure && found != Security::kNonSecure;
  const auto access = write ? BusFilter::Access::kWrite : BusFilter::Access::kRead;
  if (!kept_out(address, access, as)) return false;
  if ((filter.at(address) & BusFilter::kFaults) != 0) status |= write ? kStkErr : kUnstkErr;
  return true;
}

std::uint32_t ArmEngine::push_words(std::uint32_t frame, std::span<const std::uint32_t> words,
                                    BusFilter::Master as) {
  std::uint32_t status = 0;
  for (const std::uint32_t word : words) {
    if (!system.mpu.allows(frame, AccessKind::kWrite, as.privileged, raised()))
      status |= kMstkErr;
    else if (!frame_kept_out(frame, true, as, status) && !store(frame, word))
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
  std::uint32_t status = push_words(frame, words, stacker(as_privileged));
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
  words[7] = (xpsr & ~kAligned) | (align ? kAligned : 0U) | secure_frame_bits();
  std::uint32_t status = push_words(frame, words, stacker(privileged()));
  if (fpu && system.stacks_lazily()) {
    system.lazy_active = true;
    system.lazy_frame = frame + kBasicFrame;
  } else if (fpu) {
    status |= push_fpu(frame + kBasicFrame, privileged());
  }
  set_low(13, frame);
  return status;
}

void ArmEngine::clear_fpu() {
  // DDI0553, FPCCR.CLRONRET: the caller-saved registers, before any tail-chaining.
  for (int i = 0; i < kFpuRegisters; ++i) set_reg(UC_ARM_REG_S0 + i, 0);
  set_reg(UC_ARM_REG_FPSCR, 0);
}

std::uint32_t ArmEngine::pop_words(std::uint32_t frame, std::span<std::uint32_t> words,
                                   BusFilter::Master as) {
  std::uint32_t status = 0;
  for (std::uint32_t& word : words) {
    if (!system.mpu.allows(frame, AccessKind::kRead, as.privileged, raised()))
      status |= kMunstkErr;
    else if (!frame_kept_out(frame, false, as, status) && !load(frame, word))
      status |= kUnstkErr;
    frame += 4;
  }
  return status;
}

}  // namespace mcusim
