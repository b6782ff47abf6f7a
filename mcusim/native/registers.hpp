// Finds where a Unicorn engine keeps its registers, so that hooks reach them without a call.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>

namespace mcusim {

// Where the engine keeps the special registers; any may be null.
struct SpecialRegisters {
  std::uint32_t* primask = nullptr;
  std::uint32_t* faultmask = nullptr;
  std::uint32_t* basepri = nullptr;
  std::uint32_t* control = nullptr;      // nPRIV and SPSEL
  std::uint32_t* fpu_control = nullptr;  // FPCA

  bool complete() const {
    return primask != nullptr && faultmask != nullptr && basepri != nullptr && control != nullptr &&
           fpu_control != nullptr;
  }
};

// Finds them behind `registers`; unprivileged code could not read them by their numbers.
SpecialRegisters find_special_registers(uc_engine* uc, const std::uint32_t* registers);

// Address of sixteen consecutive 32-bit registers, or nullptr when they can't be found for sure.
const std::uint32_t* find_arm_registers(uc_engine* uc);

}  // namespace mcusim
