// Memory protection unit of Armv7-M (DDI0403E B3.5): which accesses its regions allow.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace mcusim {

// What the memory map or the MPU says of caching an address (B3.1, B3.5.9).
enum class Cacheability : std::uint8_t { kNone, kWriteThrough, kWriteBack, kWriteBackAllocate };

enum class AccessKind : std::uint8_t { kRead, kWrite, kFetch };

class Mpu {
 public:
  static constexpr std::uint32_t kMostRegions = 16;  // Cortex-M7 (DDI0489F, 6); 8 in most chips
  static constexpr std::uint32_t kGranule = 32;

  // From 1 to `kMostRegions`.
  void set_regions(std::uint32_t count) { count_ = count; }
  std::uint32_t regions() const { return count_; }
  std::uint32_t read(std::uint32_t offset) const;
  // Returns whether the rules in force changed.
  bool write(std::uint32_t offset, std::uint32_t value);

  bool enabled() const { return (control_ & 1U) != 0; }
  // `raised`: execution priority is below zero, as in HardFault, NMI or under FAULTMASK.
  bool allows(std::uint32_t address, AccessKind kind, bool privileged, bool raised) const;
  Cacheability cacheability(std::uint32_t address, bool raised) const;
  // Addresses at which the rules may change, a multiple of 32 each.
  std::vector<std::uint64_t> boundaries() const;

 private:
  struct Region {
    std::uint32_t base = 0;
    std::uint32_t attributes = 0;
  };
  static bool covers(const Region& region, std::uint32_t address);
  static std::uint64_t size_of(const Region& region) {
    return std::uint64_t{2} << (region.attributes >> 1 & 31U);
  }
  static bool permits(const Region& region, AccessKind kind, bool privileged);
  std::uint32_t selected() const { return number_ % count_; }
  void write_base(std::uint32_t value);

  std::uint32_t count_ = 8;
  std::uint32_t control_ = 0;
  std::uint32_t number_ = 0;
  std::array<Region, kMostRegions> regions_{};
};

}  // namespace mcusim
