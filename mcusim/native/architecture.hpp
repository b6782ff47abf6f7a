// What the architecture profiles, the cores and a chip's options differ in: data for the exception
// model, which has no other way to ask.
#pragma once

#include <array>
#include <cstdint>

#include "core_rules.hpp"

namespace mcusim {

// Armv6-M (DDI0419), Armv7-M (DDI0403E) and Armv8-M Mainline (DDI0553).
enum class Profile : std::uint8_t { kV6M, kV7M, kV8M };

struct Architecture {
  Profile profile;
  int interrupts;                     // at most
  bool priority_masks;                // BASEPRI and FAULTMASK
  bool configurable_faults;           // MemManage, BusFault, UsageFault, and all status of faults
  bool one_bus;                       // instructions and data take turns
  std::uint32_t handlers;             // system handlers with a priority, a bit each
  bool narrow_accesses;               // bytes and halfwords reach priorities and fault status
  std::uint32_t vector_table_bits;    // of VTOR
  std::uint32_t fixed_configuration;  // bits of CCR that read as one
  std::uint32_t configuration_bits;   // those that can be written
  std::uint32_t smallest_region;      // of the MPU, in bytes
  std::uint32_t lowest_return;        // addresses from here on are EXC_RETURN in handler mode
  std::uint32_t entry_cycles;         // at zero wait states
  std::uint32_t return_cycles;
  std::uint32_t tail_chain_cycles;
  std::array<std::uint32_t, 13> features;  // ID registers from 0xE000ED40 on
  std::array<std::uint32_t, 3> fpu_features;

  bool stack_limits() const { return profile == Profile::kV8M; }
};

const Architecture& architecture_of(CoreKind core);

// What a chip's maker chose for the core.
struct CoreOptions {
  int interrupts = 240;
  std::uint32_t mpu_regions = 8;
  bool fpu = true;
  bool systick = true;
  bool vector_table_register = true;  // VTOR: an option of Armv6-M
  bool unprivileged = true;           // CONTROL.nPRIV: an option of Armv6-M
  bool security = false;              // the Security Extension of Armv8-M
  std::uint32_t coprocessors = 0;     // CPACR's bits of those that the chip adds
};

}  // namespace mcusim
