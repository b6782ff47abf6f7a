#include "mpu.hpp"

namespace mcusim {

namespace {

// Offsets from MPU_TYPE (B3.5.4); RBAR and RASR have three aliases.
constexpr std::uint32_t kType = 0x00, kControl = 0x04, kNumber = 0x08, kBase = 0x0C;
constexpr std::uint32_t kLast = 0x28;
constexpr std::uint32_t kEnable = 1U, kOnInFaults = 2U, kBackground = 4U;
constexpr std::uint32_t kValid = 1U << 4;
constexpr std::uint32_t kExecuteNever = 1U << 28;
constexpr std::uint32_t kAttributes = 0x173FFF3FU;
constexpr std::uint32_t kSmallestWithSubregions = 256;

bool always_open(std::uint32_t address) {
  // The private peripheral bus keeps its default attributes (B3.5.1).
  return address >> 20 == 0xE00U;
}

bool never_executes(std::uint32_t address) {
  // Default memory map, B3.1: peripherals, external devices and the system space.
  return (address >= 0x40000000U && address < 0x60000000U) || address >= 0xA0000000U;
}

Cacheability default_caching(std::uint32_t address) {
  // Default memory map, table B3-1.
  using enum Cacheability;
  static constexpr Cacheability kByHalfGigabyte[] = {
      kWriteThrough, kWriteBackAllocate, kNone, kWriteBackAllocate, kWriteThrough, kNone, kNone,
      kNone};
  return kByHalfGigabyte[address >> 29];
}

Cacheability caching_of(std::uint32_t attributes) {
  // TEX, C and B of RASR (table B3-13); the L1 cache goes by the inner attributes, and does not
  // keep what is shared (Cortex-M7 TRM DDI0489F, 5.9).
  using enum Cacheability;
  static constexpr Cacheability kInner[] = {kNone, kWriteBackAllocate, kWriteThrough, kWriteBack};
  const std::uint32_t tex = attributes >> 19 & 7U;
  const std::uint32_t cb = attributes >> 16 & 3U;
  if ((attributes >> 18 & 1U) != 0) return kNone;
  if (tex >= 4) return kInner[cb];
  if (tex == 1) return cb == 3 ? kWriteBackAllocate : kNone;
  if (tex != 0) return kNone;
  return cb == 2 ? kWriteThrough : cb == 3 ? kWriteBack : kNone;
}

}  // namespace

std::uint32_t Mpu::read(std::uint32_t offset) const {
  const Region& region = regions_[selected()];
  switch (offset) {
    case kType:
      return count_ << 8;
    case kControl:
      return control_;
    case kNumber:
      return number_;
    default:
      if (offset > kLast) return 0;
      return (offset - kBase) % 8 == 0 ? region.base | number_ : region.attributes;
  }
}

void Mpu::write_base(std::uint32_t value) {
  if ((value & kValid) != 0) number_ = value & 15U;
  regions_[selected()].base = value & ~31U;
}

bool Mpu::write(std::uint32_t offset, std::uint32_t value) {
  const bool was = enabled();
  if (offset == kControl) {
    control_ = value & (kEnable | kOnInFaults | kBackground);
    return was || enabled();
  }
  if (offset == kNumber) {
    number_ = value & 0xFFU;
    return false;
  }
  if (offset < kBase || offset > kLast) return false;
  if ((offset - kBase) % 8 == 0)
    write_base(value);
  else
    regions_[selected()].attributes = value & kAttributes;
  return was;
}

bool Mpu::covers(const Region& region, std::uint32_t address) {
  if ((region.attributes & 1U) == 0) return false;
  const std::uint64_t size = size_of(region);
  const auto mask = static_cast<std::uint32_t>(size - 1);
  if ((address & ~mask) != (region.base & ~mask)) return false;
  if (size < kSmallestWithSubregions) return true;
  const auto part = static_cast<std::uint32_t>((address & mask) / (size / 8));
  return (region.attributes >> (8 + part) & 1U) == 0;
}

bool Mpu::permits(const Region& region, AccessKind kind, bool privileged) {
  // B3.5.9, AP: what may be read (bit 0) and written (bit 1), privileged and not.
  static constexpr std::uint8_t kPrivileged[] = {0, 3, 3, 3, 0, 1, 1, 1};
  static constexpr std::uint8_t kUnprivileged[] = {0, 0, 1, 3, 0, 0, 1, 1};
  const std::uint32_t ap = region.attributes >> 24 & 7U;
  const std::uint8_t rights = privileged ? kPrivileged[ap] : kUnprivileged[ap];
  if (kind == AccessKind::kWrite) return (rights & 2U) != 0;
  if (kind == AccessKind::kFetch && (region.attributes & kExecuteNever) != 0) return false;
  return (rights & 1U) != 0;
}

bool Mpu::allows(std::uint32_t address, AccessKind kind, bool privileged, bool raised) const {
  if (kind == AccessKind::kFetch && never_executes(address)) return false;
  if (!enabled() || always_open(address)) return true;
  if (raised && (control_ & kOnInFaults) == 0) return true;
  // The highest region number that covers an address decides.
  for (std::size_t i = count_; i-- > 0;)
    if (covers(regions_[i], address)) return permits(regions_[i], kind, privileged);
  return privileged && (control_ & kBackground) != 0;
}

Cacheability Mpu::cacheability(std::uint32_t address, bool raised) const {
  const bool bypassed = !enabled() || (raised && (control_ & kOnInFaults) == 0);
  for (std::size_t i = count_; i-- > 0 && !bypassed;)
    if (covers(regions_[i], address)) return caching_of(regions_[i].attributes);
  return default_caching(address);
}

std::vector<std::uint64_t> Mpu::boundaries() const {
  std::vector<std::uint64_t> found;
  for (const Region& region : regions_) {
    if ((region.attributes & 1U) == 0) continue;
    const std::uint64_t size = size_of(region);
    const std::uint64_t base = region.base & ~static_cast<std::uint32_t>(size - 1);
    const std::uint64_t step = size < kSmallestWithSubregions ? size : size / 8;
    for (std::uint64_t at = 0; at <= size; at += step) found.push_back(base + at);
  }
  return found;
}

}  // namespace mcusim
