// Instructions of coprocessors that the chip's maker added to the core (DDI0553, B3.15: CP0 to
// CP7).
#include "arm_engine.hpp"

namespace mcusim {

namespace {

constexpr std::uint32_t kItBits = 0x0600FC00U;  // ITSTATE in xPSR
constexpr std::uint32_t kFlags = 0xF0000000U;   // N, Z, C and V in xPSR

}  // namespace

bool ArmEngine::run_coprocessor(std::uint32_t pc) {
  const std::uint32_t head = halfword(pc), tail = halfword(pc + 2);
  const std::uint32_t number = tail >> 8 & 15U;
  const bool transfers_two = (head & 0xEFE0U) == 0xEC40U;  // MCRR, MRRC
  if ((!transfers_two && (head & 0xEF00U) != 0xEE00U) || number > 7) return false;
  if ((system.coprocessor_access >> 2 * number & 3U) == 0) return false;
  const bool data_processing = !transfers_two && (tail & 0x10U) == 0;  // CDP
  const bool reads = (head & 0x10U) != 0 && !data_processing;
  const auto first = static_cast<int>(tail >> 12), second = static_cast<int>(head & 15U);
  const std::optional<std::uint64_t> result = execute_coprocessor(
      number, head << 16 | tail, first == 15 || data_processing ? 0 : low(first),
      transfers_two ? low(second) : 0);
  if (!result) return false;
  const ChipCoprocessor* own = chip_coprocessors[number].get();
  resume_at_ = pc;
  if (own != nullptr && own->stalls()) return true;
  resume_at_ += 4;
  if (reads && first == 15) {
    // MRC with PC as its register sets the flags.
    const std::uint32_t flags = static_cast<std::uint32_t>(*result) & kFlags;
    set_reg(UC_ARM_REG_XPSR, (reg(UC_ARM_REG_XPSR) & ~kFlags) | flags);
  } else if (reads) {
    set_low(first, static_cast<std::uint32_t>(*result));
    if (transfers_two) set_low(second, static_cast<std::uint32_t>(*result >> 32));
  }
  advance_it_state();
  return true;
}

std::optional<std::uint64_t> ArmEngine::execute_coprocessor(std::uint32_t number,
                                                            std::uint32_t instruction,
                                                            std::uint32_t first,
                                                            std::uint32_t second) {
  if (ChipCoprocessor* own = chip_coprocessors[number].get())
    return own->execute(instruction, first, second);
  if (!coprocessor) return std::nullopt;
  if (follower_runs()) catch_up(accountant.cycles);
  return coprocessor(instruction, first, second);
}

void ArmEngine::advance_it_state() {
  // DDI0403E A7.3.2.
  const std::uint32_t xpsr = reg(UC_ARM_REG_XPSR);
  if ((xpsr & kItBits) == 0) return;
  std::uint32_t state = (xpsr >> 8 & 0xFCU) | (xpsr >> 25 & 3U);
  state = (state & 7U) == 0 ? 0U : (state & 0xE0U) | (state << 1 & 0x1FU);
  set_reg(UC_ARM_REG_XPSR, (xpsr & ~kItBits) | (state & 0xFCU) << 8 | (state & 3U) << 25);
}

}  // namespace mcusim
