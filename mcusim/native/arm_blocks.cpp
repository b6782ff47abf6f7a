// What a new block of Thumb code is looked at for.
#include <algorithm>
#include <array>

#include "arm_engine.hpp"

namespace mcusim {

namespace {

// Conditional-execution bits of xPSR (IT[7:0]).
constexpr std::uint32_t kItMask = 0x0600FC00U;

// B in its encodings T2 and T4 (ARM DDI0403E A7.7.12) with an offset of -4.
bool is_branch_to_itself(std::span<const std::uint8_t> code) {
  constexpr std::array<std::uint8_t, 2> kNarrow{0xFE, 0xE7};
  constexpr std::array<std::uint8_t, 4> kWide{0xFF, 0xF7, 0xFE, 0xBF};
  return std::ranges::equal(code, kNarrow) || std::ranges::equal(code, kWide);
}

}  // namespace

void ArmEngine::inspect(Block& block, std::span<const std::uint8_t> host) {
  constexpr std::uint16_t kSev = 0xBF40U;
  constexpr std::uint16_t kMoveToSpMask = 0xFF87U, kMoveToSp = 0x4685U;  // MOV SP, Rm
  constexpr std::uint16_t kLoadMask = 0xFF70U, kLoad = 0xF850U;          // LDR Rt, all wide forms
  constexpr std::uint8_t kMsp = 8;                                       // SYSm of MSR
  for (const Instruction& i : block.code) {
    const auto half =
        static_cast<std::uint16_t>(host[i.offset] | std::uint32_t{host[i.offset + 1U]} << 8);
    if (half == kSev) block.sends_event = true;
    const bool moved = (half & kMoveToSpMask) == kMoveToSp;
    const bool loaded = (half & kLoadMask) == kLoad && host[i.offset + 3U] >> 4 == 13U;
    if (moved || loaded) block.sets_stack = true;
    // CPS and MSR end a block, and may let a pending exception through at once.
    const bool change = (half & 0xFFE8U) == 0xB660U, move = (half & 0xFFF0U) == 0xF380U;
    if (change || (move && (host[i.offset + 3U] & 0xD0U) == 0x80U)) block.flags |= kStackSelect;
    block.sets_main = move && (host[i.offset + 3U] & 0xD0U) == 0x80U && host[i.offset + 2U] == kMsp;
  }
  block.spins = is_branch_to_itself(host);
  block.needs_care = block.sends_event || block.spins ? kCareAlways : 0;
  if (block.has(kUsesFpu)) block.needs_care |= kCareForFpu;
  find_test_targets(block);
  if (helium_ != nullptr)
    for (const std::uint32_t page : {block.address >> 10, (block.fallthrough() - 1) >> 10})
      helium_->code_pages[page >> 6] |= std::uint64_t{1} << (page & 63U);
}

std::uint32_t ArmEngine::decode_state() const { return reg(UC_ARM_REG_XPSR) & kItMask; }

}  // namespace mcusim
