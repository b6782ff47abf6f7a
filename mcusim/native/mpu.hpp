// Memory protection unit: which accesses its regions allow. PMSAv7 (DDI0403E B3.5), its Armv6-M
// form (DDI0419 B3.5) and PMSAv8 (DDI0553, chapter B10).
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "architecture.hpp"

namespace mcusim {

// What the memory map or the MPU says of caching an address (B3.1, B3.5.9).
enum class Cacheability : std::uint8_t { kNone, kWriteThrough, kWriteBack, kWriteBackAllocate };

enum class AccessKind : std::uint8_t { kRead, kWrite, kFetch };

class Mpu {
 public:
  static constexpr std::uint32_t kMostRegions = 16;  // Cortex-M7 (DDI0489F, 6); 8 in most chips
  static constexpr std::uint32_t kGranule = 32;

  Mpu(const Architecture& architecture, std::uint32_t regions)
      : v8_(architecture.profile == Profile::kV8M),
        types_(architecture.profile == Profile::kV7M),
        smallest_(architecture.smallest_region),
        count_(regions) {}

  std::uint32_t read(std::uint32_t offset) const;
  // Returns whether the rules in force changed.
  bool write(std::uint32_t offset, std::uint32_t value);

  bool enabled() const { return (control_ & 1U) != 0; }
  // `raised`: execution priority is below zero, as in HardFault, NMI or under FAULTMASK.
  bool allows(std::uint32_t address, AccessKind kind, bool privileged, bool raised) const;
  // The one region in force that covers an address, or -1 (the TT instruction's MREGION).
  int region_at(std::uint32_t address) const;
  Cacheability cacheability(std::uint32_t address, bool raised) const;
  // Addresses at which the rules may change, a multiple of 32 each.
  std::vector<std::uint64_t> boundaries() const;

 private:
  // RBAR with RASR, or RBAR with RLAR of PMSAv8.
  struct Region {
    std::uint32_t base = 0;
    std::uint32_t attributes = 0;
  };
  bool covers(const Region& region, std::uint32_t address) const;
  static std::uint64_t size_of(const Region& region) {
    return std::uint64_t{2} << (region.attributes >> 1 & 31U);
  }
  bool permits(const Region& region, AccessKind kind, bool privileged) const;
  // The region that a register at `offset` is of; each pair after the first is an alias.
  std::uint32_t selected(std::uint32_t offset) const;
  void write_base(std::uint32_t offset, std::uint32_t value);

  bool v8_;
  bool types_;  // RASR has TEX
  std::uint32_t smallest_;
  std::uint32_t count_;
  std::uint32_t control_ = 0;
  std::uint32_t number_ = 0;
  std::array<Region, kMostRegions> regions_{};
  std::array<std::uint32_t, 2> memory_attributes_{};  // MAIR0 and MAIR1
};

}  // namespace mcusim
