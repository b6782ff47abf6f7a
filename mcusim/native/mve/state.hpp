// What an interpreted instruction sees of the core: registers, predication, memory.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

namespace mcusim::mve {

// Memory as the core sees it; both throw AccessFault.
class Bus {
 public:
  virtual ~Bus() = default;
  virtual std::uint32_t load(std::uint32_t address, std::uint32_t bytes) = 0;
  virtual void store(std::uint32_t address, std::uint32_t bytes, std::uint32_t value) = 0;
  // Where `bytes` at `address` lie on the host; null unless plain memory that allows the access.
  virtual std::uint8_t* window(std::uint32_t address, std::uint32_t bytes, bool write) = 0;
  // Charges `count` consecutive accesses of a vector instruction; those of scalar instructions are
  // in the record of their block.
  virtual void charge(std::uint32_t address, std::uint32_t bytes, std::uint32_t count,
                      bool write) = 0;
};

struct AccessFault {
  std::uint32_t address;
  bool write;
  bool unaligned;
};

// LE in a loop with tail predication (DDI0553, LE): UsageFault, INVSTATE.
struct InvalidState {};

// An instruction of Secure state, in Non-secure state.
struct Undefined {};

inline constexpr std::uint32_t kNegative = 1U << 31, kZero = 1U << 30, kCarry = 1U << 29;
inline constexpr std::uint32_t kOverflow = 1U << 28, kSaturated = 1U << 27;  // of APSR
inline constexpr std::uint32_t kHalfFlush = 1U << 19;                        // FPSCR.FZ16
inline constexpr std::uint32_t kDefaultNan = 1U << 25;                       // FPSCR.DN
inline constexpr std::uint32_t kAlternativeHalf = 1U << 26;                  // FPSCR.AHP
inline constexpr std::uint32_t kNoTail = 4;                                  // LTPSIZE of no loop

using Vector = std::array<std::uint8_t, 16>;

struct State {
  std::uint32_t* r = nullptr;  // r0 to r15; r15 is not current
  std::uint8_t* q = nullptr;   // Q0 to Q7, the bytes of S0 to S31
  std::uint32_t apsr = 0;      // NZCVQ
  std::uint32_t fpscr = 0;     // without LTPSIZE
  std::uint32_t vpr = 0;       // P0 in 15:0, MASK01 in 19:16, MASK23 in 23:20
  std::uint32_t ltpsize = kNoTail;
  std::uint8_t it = 0;      // ITSTATE
  std::uint32_t pc = 0;     // of the instruction under way
  std::uint32_t next = 0;   // of the one that follows
  bool fpu_context = true;  // CONTROL.FPCA
  // Of a core with the Security Extension.
  bool secure = false;        // in Secure state
  bool secure_fpu = false;    // CONTROL.SFPA
  bool fpu_inactive = false;  // FPCCR.ASPEN, and no context
  bool clears_ge = false;     // APSR.GE, which is the base model's, is to become 0
  Bus* bus = nullptr;

  Vector vector(std::uint32_t number) const {
    Vector value;
    std::memcpy(value.data(), q + 16 * number, 16);
    return value;
  }
  std::uint32_t word(std::uint32_t number) const {
    std::uint32_t value = 0;
    std::memcpy(&value, q + 4 * number, 4);
    return value;
  }
  void set_word(std::uint32_t number, std::uint32_t value) {
    std::memcpy(q + 4 * number, &value, 4);
  }

  // Bytes that the instruction may change, a bit each (DDI0553, GetCurInstrBeat and ElementMask).
  std::uint16_t mask() const {
    std::uint32_t found = vpr & 0xFFFFU;
    if ((vpr & 0x0F0000U) == 0) found |= 0x00FFU;
    if ((vpr & 0xF00000U) == 0) found |= 0xFF00U;
    if (ltpsize < kNoTail && r[14] <= (1U << (4 - ltpsize))) {
      const std::uint32_t bytes = r[14] << ltpsize;
      found &= (1U << bytes) - 1U;
    }
    return static_cast<std::uint16_t>(found);
  }
  // After each vector instruction (DDI0553, VPTAdvance).
  void advance_predication() {
    if ((vpr & 0xFF0000U) == 0) return;
    vpr = advanced(advanced(vpr, 16, 0x00FFU), 20, 0xFF00U);
  }

  bool in_it_block() const { return (it & 0xFU) != 0; }
  void set_flags(std::uint32_t mask_bits, std::uint32_t value) {
    apsr = (apsr & ~mask_bits) | (value & mask_bits);
  }
  void set_nz(std::uint32_t value) {
    set_flags(kNegative | kZero, (value & kNegative) | (value == 0 ? kZero : 0U));
  }
  void raise(std::uint32_t fpu_flags) { fpscr |= fpu_flags; }

 private:
  static std::uint32_t advanced(std::uint32_t vpr, std::uint32_t shift, std::uint32_t half) {
    const std::uint32_t block = vpr >> shift & 0xFU;
    if (block > 8) vpr ^= half;
    return (vpr & ~(0xFU << shift)) | (block << 1 & 0xFU) << shift;
  }
};

// Whether the condition holds (DDI0553, ConditionHolds).
inline bool holds(std::uint32_t apsr, std::uint32_t condition) {
  const bool n = (apsr & kNegative) != 0, z = (apsr & kZero) != 0;
  const bool c = (apsr & kCarry) != 0, v = (apsr & kOverflow) != 0;
  bool found = true;
  switch (condition >> 1) {
    case 0:
      found = z;
      break;
    case 1:
      found = c;
      break;
    case 2:
      found = n;
      break;
    case 3:
      found = v;
      break;
    case 4:
      found = c && !z;
      break;
    case 5:
      found = n == v;
      break;
    case 6:
      found = n == v && !z;
      break;
    default:
      return true;
  }
  return (condition & 1U) != 0 ? !found : found;
}

}  // namespace mcusim::mve
