#include "attribution.hpp"

#include <algorithm>

namespace mcusim {

namespace {

constexpr std::uint32_t kControl = 0x00, kType = 0x04, kNumber = 0x08, kBase = 0x0C, kLimit = 0x10;
constexpr std::uint32_t kEnable = 1U, kAllNonSecure = 2U;
constexpr std::uint32_t kRegionOn = 1U, kCallable = 2U;  // of RLAR

// DDI0553, SecurityCheck(): ITM, DWT and FPB; the system control space and its Non-secure alias;
// trace; the ROM table.
bool belongs_to_both(std::uint32_t address) {
  return (address >= 0xE0000000U && address < 0xE0003000U) ||
         (address >= 0xE000E000U && address < 0xE000F000U) ||
         (address >= 0xE002E000U && address < 0xE002F000U) ||
         (address >= 0xE0040000U && address < 0xE0042000U) ||
         (address >= 0xE00FF000U && address < 0xE0100000U);
}

}  // namespace

std::uint32_t Attribution::read(std::uint32_t offset) const {
  switch (offset) {
    case kControl:
      return control_;
    case kType:
      return kRegions;
    case kNumber:
      return number_;
    case kBase:
      return number_ < kRegions ? regions_[number_].base : 0;
    case kLimit:
      return number_ < kRegions ? regions_[number_].limit : 0;
    default:
      return 0;
  }
}

bool Attribution::write(std::uint32_t offset, std::uint32_t value) {
  const bool was = divided();
  if (offset == kNumber) number_ = value & 0xFFU;
  if (offset == kControl)
    control_ = value & (kEnable | kAllNonSecure);
  else if (offset == kBase && number_ < kRegions)
    regions_[number_].base = value & ~(kGranule - 1U);
  else if (offset == kLimit && number_ < kRegions)
    regions_[number_].limit = value & ~(kGranule - 1U - kRegionOn - kCallable);
  else
    return false;
  forget();
  return was || divided();
}

void Attribution::set_chip(std::uint32_t base, std::uint32_t size_bytes, Security security) {
  const std::uint32_t last = base + (size_bytes - 1U);
  std::erase_if(chip_, [&](const Range& old) { return old.base >= base && old.last <= last; });
  chip_.push_back({base, last, security});
  forget();
}

void Attribution::reset() {
  regions_ = {};
  control_ = number_ = 0;
  forget();
}

Security Attribution::of_chip(std::uint32_t address) const {
  for (auto range = chip_.rbegin(); range != chip_.rend(); ++range)
    if (address >= range->base && address <= range->last) return range->security;
  return Security::kNonSecure;
}

Attribution::Answer Attribution::of_regions(std::uint32_t address) const {
  if ((control_ & kEnable) == 0)
    return {(control_ & kAllNonSecure) != 0 ? Security::kNonSecure : Security::kSecure, -1};
  Answer found;
  for (std::uint32_t i = 0; i < kRegions; ++i) {
    const Region& region = regions_[i];
    if ((region.limit & kRegionOn) == 0 || address < region.base ||
        address > (region.limit | (kGranule - 1U)))
      continue;
    if (found.region >= 0) return {};  // in two of them: Secure, and no region
    found.security =
        (region.limit & kCallable) != 0 ? Security::kNonSecureCallable : Security::kNonSecure;
    found.region = static_cast<int>(i);
  }
  return found;
}

Attribution::Answer Attribution::lookup(std::uint32_t address) const {
  Answer found = of_regions(address);
  const Security chip = of_chip(address);
  if (chip == Security::kExempt) return {chip, -1};
  // The stricter of the two decides.
  found.security = std::min(found.security, chip);
  return found;
}

Security Attribution::at(std::uint32_t address) {
  if (address >= 0xF0000000U) return Security::kSecure;
  const std::uint32_t granule = address / kGranule;
  Known& known = known_[granule % known_.size()];
  if (known.granule != granule) known = {granule, lookup(address).security};
  return known.security;
}

Attribution::Answer Attribution::of_data(std::uint32_t address, bool secure) const {
  const Answer found = belongs_to_both(address) ? Answer{Security::kExempt, -1} : lookup(address);
  if (found.security != Security::kExempt) return found;
  return {secure ? Security::kSecure : Security::kNonSecure, -1};
}

bool Attribution::any_open(std::uint32_t address, std::uint32_t size_bytes) const {
  for (std::uint32_t at = 0; at < size_bytes; at += kGranule)
    if (of_data(address + at, false).security == Security::kNonSecure) return true;
  return false;
}

}  // namespace mcusim
