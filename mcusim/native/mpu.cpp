#include "mpu.hpp"

namespace mcusim {

namespace {

// Offsets from MPU_TYPE (B3.5.4); RBAR and RASR have three aliases.
constexpr std::uint32_t kType = 0x00, kControl = 0x04, kNumber = 0x08, kBase = 0x0C;
constexpr std::uint32_t kLast = 0x28, kMair0 = 0x30, kMair1 = 0x34;
constexpr std::uint32_t kEnable = 1U, kOnInFaults = 2U, kBackground = 4U;
constexpr std::uint32_t kValid = 1U << 4;
constexpr std::uint32_t kExecuteNever = 1U << 28;
constexpr std::uint32_t kAttributes = 0x173FFF3FU, kTypeExtension = 7U << 19;
constexpr std::uint32_t kReservedLimit = 1U << 4;  // of RLAR
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

// An attribute of MAIR (DDI0553, MAIR_ATTR): device memory, or outer and inner policies, of which
// the core's caches go by the inner one.
Cacheability caching_by_mair(std::uint32_t attribute) {
  using enum Cacheability;
  const std::uint32_t inner = attribute & 15U;
  if ((attribute & 0xF0U) == 0 || inner == 4) return kNone;
  if ((inner & 4U) == 0) return kWriteThrough;
  return (inner & 1U) != 0 ? kWriteBackAllocate : kWriteBack;
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

std::uint32_t Mpu::selected(std::uint32_t offset) const {
  // PMSAv8 aliases stand for the regions beside the chosen one, those of PMSAv7 for itself.
  const std::uint32_t alias = (offset - kBase) / 8;
  return v8_ && alias != 0 ? (number_ & ~3U) | alias : number_;
}

std::uint32_t Mpu::read(std::uint32_t offset) const {
  switch (offset) {
    case kType:
      return count_ << 8;
    case kControl:
      return control_;
    case kNumber:
      return number_;
    case kMair0:
    case kMair1:
      return memory_attributes_[(offset - kMair0) / 4];
    default:
      break;
  }
  if (offset > kLast || selected(offset) >= count_) return 0;
  const Region& region = regions_[selected(offset)];
  if ((offset - kBase) % 8 != 0) return region.attributes;
  return v8_ ? region.base : region.base | number_;
}

void Mpu::write_base(std::uint32_t offset, std::uint32_t value) {
  if (!v8_ && (value & kValid) != 0) number_ = value & 15U;
  if (selected(offset) >= count_) return;
  regions_[selected(offset)].base = v8_ ? value : value & ~(smallest_ - 1U);
}

bool Mpu::write(std::uint32_t offset, std::uint32_t value) {
  const bool was = enabled();
  if (count_ == 0) return false;
  if (offset == kControl) {
    control_ = value & (kEnable | kOnInFaults | kBackground);
    return was || enabled();
  }
  if (offset == kNumber) {
    number_ = value & 0xFFU;
    return false;
  }
  if (offset == kMair0 || offset == kMair1) memory_attributes_[(offset - kMair0) / 4] = value;
  if (offset < kBase || offset > kLast) return false;
  if ((offset - kBase) % 8 == 0)
    write_base(offset, value);
  else if (selected(offset) < count_)
    regions_[selected(offset)].attributes = v8_      ? value & ~kReservedLimit
                                            : types_ ? value & kAttributes
                                                     : value & kAttributes & ~kTypeExtension;
  return was;
}

bool Mpu::covers(const Region& region, std::uint32_t address) const {
  if ((region.attributes & 1U) == 0) return false;
  // DDI0553, MPU_RLAR: the limit is the last granule of the region.
  if (v8_) return address >= (region.base & ~31U) && address <= (region.attributes | 31U);
  const std::uint64_t size = size_of(region);
  const auto mask = static_cast<std::uint32_t>(size - 1);
  if ((address & ~mask) != (region.base & ~mask)) return false;
  if (size < kSmallestWithSubregions) return true;
  const auto part = static_cast<std::uint32_t>((address & mask) / (size / 8));
  return (region.attributes >> (8 + part) & 1U) == 0;
}

bool Mpu::permits(const Region& region, AccessKind kind, bool privileged) const {
  // B3.5.9, AP: what may be read (bit 0) and written (bit 1), privileged and not; then PMSAv8's
  // (DDI0553, MPU_RBAR).
  static constexpr std::uint8_t kPrivileged[] = {0, 3, 3, 3, 0, 1, 1, 1, 3, 3, 1, 1};
  static constexpr std::uint8_t kUnprivileged[] = {0, 0, 1, 3, 0, 0, 1, 1, 0, 3, 0, 1};
  const std::uint32_t ap = v8_ ? 8U + (region.base >> 1 & 3U) : region.attributes >> 24 & 7U;
  const std::uint8_t rights = privileged ? kPrivileged[ap] : kUnprivileged[ap];
  const bool never = v8_ ? (region.base & 1U) != 0 : (region.attributes & kExecuteNever) != 0;
  if (kind == AccessKind::kWrite) return (rights & 2U) != 0;
  if (kind == AccessKind::kFetch && never) return false;
  return (rights & 1U) != 0;
}

int Mpu::region_at(std::uint32_t address) const {
  int found = -1;
  for (std::size_t i = 0; enabled() && i < count_; ++i) {
    if (!covers(regions_[i], address)) continue;
    if (found >= 0) return -1;
    found = static_cast<int>(i);
  }
  return found;
}

bool Mpu::allows(std::uint32_t address, AccessKind kind, bool privileged, bool raised) const {
  if (kind == AccessKind::kFetch && never_executes(address)) return false;
  if (!enabled() || always_open(address)) return true;
  if (raised && (control_ & kOnInFaults) == 0) return true;
  // The highest region number that covers an address decides. In PMSAv8 regions may not overlap
  // (DDI0553, rule for an address in more than one region).
  for (std::size_t i = count_; i-- > 0;)
    if (covers(regions_[i], address))
      return permits(regions_[i], kind, privileged) && (!v8_ || region_at(address) >= 0);
  return privileged && (control_ & kBackground) != 0;
}

Cacheability Mpu::cacheability(std::uint32_t address, bool raised) const {
  const bool bypassed = !enabled() || (raised && (control_ & kOnInFaults) == 0);
  for (std::size_t i = count_; i-- > 0 && !bypassed;)
    if (covers(regions_[i], address)) {
      const std::uint32_t attributes = regions_[i].attributes;
      if (!v8_) return caching_of(attributes);
      const std::uint32_t index = attributes >> 1 & 7U;
      return caching_by_mair(memory_attributes_[index / 4] >> (8 * (index % 4)) & 0xFFU);
    }
  return default_caching(address);
}

std::vector<std::uint64_t> Mpu::boundaries() const {
  std::vector<std::uint64_t> found;
  for (const Region& region : regions_) {
    if ((region.attributes & 1U) == 0) continue;
    if (v8_) {
      found.push_back(region.base & ~31U);
      found.push_back((std::uint64_t{region.attributes} | 31U) + 1U);
      continue;
    }
    const std::uint64_t size = size_of(region);
    const std::uint64_t base = region.base & ~static_cast<std::uint32_t>(size - 1);
    const std::uint64_t step = size < kSmallestWithSubregions ? size : size / 8;
    for (std::uint64_t at = 0; at <= size; at += step) found.push_back(base + at);
  }
  return found;
}

}  // namespace mcusim
