// Finds where a Unicorn engine keeps r0 to r12, so that hooks read them without a call.
#pragma once

#include <unicorn/unicorn.h>

#include <cstdint>

namespace mcusim {

// Address of sixteen consecutive 32-bit registers, or nullptr when they can't be found for sure.
const std::uint32_t* find_arm_registers(uc_engine* uc);

}  // namespace mcusim
