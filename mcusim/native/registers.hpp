// Finds where a Unicorn engine keeps its registers, so that hooks reach them without a call.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>
#include <span>

namespace mcusim {

// Where the engine keeps the special registers; any may be null.
struct SpecialRegisters {
  std::uint32_t* primask = nullptr;
  std::uint32_t* faultmask = nullptr;
  std::uint32_t* basepri = nullptr;
  std::uint32_t* control = nullptr;      // nPRIV and SPSEL
  std::uint32_t* fpu_control = nullptr;  // FPCA
  std::uint32_t* main_limit = nullptr;   // MSPLIM and PSPLIM, of Armv8-M alone
  std::uint32_t* process_limit = nullptr;
  std::uint32_t* secure = nullptr;  // not 0 in Secure state
  // With the Security Extension: the stack pointer of this state that is not in use, and the other
  // state's two.
  std::uint32_t* unused_stack = nullptr;
  std::uint32_t* other_main = nullptr;
  std::uint32_t* other_process = nullptr;

  bool complete() const {
    return primask != nullptr && faultmask != nullptr && basepri != nullptr && control != nullptr &&
           fpu_control != nullptr;
  }
};

// Finds them behind `registers`; unprivileged code could not read them by their numbers.
SpecialRegisters find_special_registers(uc_engine* uc, const std::uint32_t* registers);

// Adds the stack limits, for which Unicorn has no number, by having the core write them.
bool find_stack_limits(uc_engine* uc, const std::uint32_t* registers, SpecialRegisters& found);

// Adds the word that tells the security state.
bool find_security(uc_engine* uc, SpecialRegisters& found);

// Adds the stack pointers of both states, and lets Non-secure code use the FPU. `found` is the bank
// of Secure state with its stack limits.
bool find_state_stacks(uc_engine* uc, const std::uint32_t* registers, SpecialRegisters& found);

// The Non-secure registers beside the Secure ones.
SpecialRegisters non_secure_bank(const SpecialRegisters& secure);

// Unicorn's Cortex-M33 has the Security Extension and starts in Secure state: makes it one without,
// whose special registers, `found`, are others.
bool remove_security(uc_engine* uc, const std::uint32_t* registers, SpecialRegisters& found);

// Bytes of S0 to S31, or nullptr.
std::uint8_t* find_vector_registers(uc_engine* uc, const std::uint32_t* registers);

// Gives Unicorn's Cortex-M33 double precision, by the bits of MVFR0 that its decoder asks.
bool add_double_precision(uc_engine* uc, const std::uint32_t* registers);

// Where consecutive 32-bit registers live, the first of `numbers` first; nullptr when they can't be
// found for sure.
std::uint32_t* find_registers(uc_engine* uc, std::span<const int> numbers);

// The only word behind `registers` that follows a register between 0 and `value`, or nullptr.
std::uint32_t* find_word_of(uc_engine* uc, const std::uint32_t* registers, int number,
                            std::uint32_t value);

// Address of sixteen consecutive 32-bit registers, or nullptr when they can't be found for sure.
const std::uint32_t* find_arm_registers(uc_engine* uc);

}  // namespace mcusim
