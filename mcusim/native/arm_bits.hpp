// Bits of the registers that exception entry and return work with.
#pragma once

#include <cstdint>

namespace mcusim {

inline constexpr std::uint32_t kItBits = 0x0600FC00U;  // ITSTATE in xPSR
inline constexpr std::uint32_t kThumb = 1U << 24;
inline constexpr std::uint32_t kAligned = 1U << 9;  // the frame was aligned by a word
inline constexpr std::uint32_t kNumber = 0x1FFU;
inline constexpr std::uint32_t kBasicWords = 8;
inline constexpr std::uint32_t kBasicFrame = 0x20;
inline constexpr std::uint32_t kFpuWords = 17;
inline constexpr std::uint32_t kFpuFrame = 0x68;
inline constexpr int kFpuRegisters = 16;
inline constexpr std::uint32_t kNoFpuFrame = 1U << 4;  // bits of EXC_RETURN
inline constexpr std::uint32_t kThread = 1U << 3;
inline constexpr std::uint32_t kProcessStack = 1U << 2;
inline constexpr std::uint32_t kUnprivileged = 1U;  // bits of CONTROL
inline constexpr std::uint32_t kStackSelectBit = 2U;
inline constexpr std::uint32_t kFpuActive = 4U;
inline constexpr std::uint32_t kSecureFpuActive = 8U;  // SFPA, in Secure state
inline constexpr int kLowRegisters[] = {0, 1, 2, 3, 12, 14};

// Fault status (B3.2.15, B3.2.16).
inline constexpr std::uint32_t kIaccViol = 1U << 0, kDaccViol = 1U << 1, kMunstkErr = 1U << 3;
inline constexpr std::uint32_t kMstkErr = 1U << 4, kMmarValid = 1U << 7, kIbusErr = 1U << 8;
inline constexpr std::uint32_t kPrecisErr = 1U << 9, kUnstkErr = 1U << 11, kStkErr = 1U << 12;
inline constexpr std::uint32_t kInvState = 1U << 17, kInvPc = 1U << 18;
inline constexpr std::uint32_t kNoCp = 1U << 19;
inline constexpr std::uint32_t kStackOverflow = 1U << 20;  // UFSR.STKOF of Armv8-M
inline constexpr std::uint32_t kVectTbl = 1U << 1, kForced = 1U << 30, kDebugEvt = 1U << 31;
inline constexpr std::uint32_t kMemManageBits = 0xFFU;
// A frame that attribution forbids, which SFSR tells of: no bit of these registers.
inline constexpr std::uint32_t kStackViolation = 1U << 28;

// With the Security Extension (DDI0553): EXC_RETURN and FNC_RETURN, SFPA in a frame's xPSR, SFSR.
inline constexpr std::uint32_t kSecureStack = 1U << 6, kCalleeNotStacked = 1U << 5, kToSecure = 1U;
inline constexpr std::uint32_t kFunctionReturn = 0xFEFFFFFEU;
inline constexpr std::uint32_t kFrameSecureFpu = 1U << 20;
inline constexpr std::uint32_t kInvEntry = 1U << 0, kInvIntegrity = 1U << 1, kInvReturn = 1U << 2;
inline constexpr std::uint32_t kAttributionViolation = 1U << 3, kInvTransition = 1U << 4;

}  // namespace mcusim
