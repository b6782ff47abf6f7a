#include "architecture.hpp"

namespace mcusim {

namespace {

// SVCall, PendSV and SysTick; MemManage, BusFault, UsageFault and the debug monitor beside them.
constexpr std::uint32_t kHandlersV6 = 1U << 11 | 1U << 14 | 1U << 15;
constexpr std::uint32_t kHandlersV7 = kHandlersV6 | 7U << 4 | 1U << 12;
constexpr std::uint32_t kStackAlign = 0x200U, kTrapUnaligned = 8U, kThreadFromNested = 1U;

// Interrupt latency: DDI0484C 3.6.1. Return and tail-chaining are assumed: that of POP of eight
// registers with PC (3 + N, table 3.1), and the entry without its eight stores.
constexpr Architecture kCortexM0PlusArchitecture = {
    .profile = Profile::kV6M,
    .interrupts = 32,
    .priority_masks = false,
    .configurable_faults = false,
    .one_bus = true,
    .handlers = kHandlersV6,
    .narrow_accesses = false,
    .vector_table_bits = 0xFFFFFF00U,  // core_cm0plus.h: TBLOFF is bits 31 to 8
    .fixed_configuration = kStackAlign | kTrapUnaligned,
    .configuration_bits = 0,
    .smallest_region = 256,
    .lowest_return = 0xF0000000U,
    .entry_cycles = 15,
    .return_cycles = 11,
    .tail_chain_cycles = 7,
    .features = {},
    .fpu_features = {},
};

// TRM 100166, 3.9, 4.1 and 7.3.
constexpr Architecture kCortexM4Architecture = {
    .profile = Profile::kV7M,
    .interrupts = 240,
    .priority_masks = true,
    .configurable_faults = true,
    .one_bus = false,
    .handlers = kHandlersV7,
    .narrow_accesses = true,
    .vector_table_bits = 0xFFFFFF80U,
    .fixed_configuration = 0,
    .configuration_bits = 0x31BU,
    .smallest_region = 32,
    .lowest_return = 0xF0000000U,
    .entry_cycles = 12,
    .return_cycles = 10,
    .tail_chain_cycles = 6,
    .features = {0x00000030U, 0x00000200U, 0x00100000U, 0x00000000U, 0x00100030U, 0x00000000U,
                 0x01000000U, 0x00000000U, 0x01101110U, 0x02112000U, 0x21232231U, 0x01111131U,
                 0x01310132U},
    .fpu_features = {0x10110021U, 0x11000011U, 0U},
};

// Other features, DDI0489F 3.2 and 3.3; the same exception model.
constexpr Architecture cortex_m7() {
  Architecture found = kCortexM4Architecture;
  found.features[10] = 0x20232231U;  // ISAR2
  found.fpu_features = {0x10110221U, 0x12000011U, 0x00000040U};
  return found;
}
constexpr Architecture kCortexM7Architecture = cortex_m7();

// Cycles are assumed to be those of the Cortex-M4: the TRM (100230) gives none. Features: 100230,
// system control register summary.
constexpr Architecture kCortexM33Architecture = {
    .profile = Profile::kV8M,
    .interrupts = 240,
    .priority_masks = true,
    .configurable_faults = true,
    .one_bus = false,
    .handlers = kHandlersV7 | 1U << 7,
    .narrow_accesses = true,
    .vector_table_bits = 0xFFFFFF80U,
    .fixed_configuration = kStackAlign | kThreadFromNested,
    .configuration_bits = 0x51AU,
    .smallest_region = 32,
    .lowest_return = 0xFF000000U,
    .entry_cycles = 12,
    .return_cycles = 10,
    .tail_chain_cycles = 6,
    .features = {0x00000030U, 0x00000200U, 0x00200000U, 0x00000000U, 0x00101F40U, 0x00000000U,
                 0x01000000U, 0x00000000U, 0x01101110U, 0x02212000U, 0x20232232U, 0x01111131U,
                 0x01310132U},
    .fpu_features = {0x10110021U, 0x11000011U, 0x00000040U},
};

// As the Cortex-M33, with what QEMU's model of this core has for features (target/arm/cpu_tcg.c,
// cortex_m55_initfn).
constexpr Architecture cortex_m55() {
  Architecture found = kCortexM33Architecture;
  found.features = {0x20000030U, 0x00000210U, 0x10200000U, 0x00000000U, 0x00111040U,
                    0x00000000U, 0x01000000U, 0x00000011U, 0x01103110U, 0x02212000U,
                    0x20232232U, 0x01111131U, 0x01310132U};
  found.fpu_features = {0x10110221U, 0x12100211U, 0x00000040U};
  return found;
}
constexpr Architecture kCortexM55Architecture = cortex_m55();

}  // namespace

const Architecture& architecture_of(CoreKind core) {
  switch (core) {
    case CoreKind::kCortexM0Plus:
      return kCortexM0PlusArchitecture;
    case CoreKind::kCortexM7:
      return kCortexM7Architecture;
    case CoreKind::kCortexM33:
      return kCortexM33Architecture;
    case CoreKind::kCortexM55:
      return kCortexM55Architecture;
    default:
      return kCortexM4Architecture;
  }
}

}  // namespace mcusim
