#include "pmp.hpp"

#include <bit>

namespace mcusim {

namespace {

// Fields of pmpcfg (3.7.1).
constexpr std::uint32_t kImplemented = 0x9FU;  // bits 5 and 6 are zero
constexpr std::uint8_t kLocked = 0x80;
constexpr std::uint8_t kRights = 7;
enum Matching : std::uint8_t { kOff, kTopOfRange, kFourBytes, kPowerOfTwo };

std::uint8_t matching(std::uint8_t config) { return config >> 3 & 3U; }

// A write permission without the one to read is reserved; such a write has neither, as in Rocket
// (rocket-chip, CSR.scala: newCfg.w && newCfg.r).
std::uint8_t legal(std::uint32_t config) {
  if ((config & Pmp::kRead) == 0) config &= ~std::uint32_t{Pmp::kWrite};
  return static_cast<std::uint8_t>(config & kImplemented);
}

}  // namespace

void Pmp::reset() {
  config_ = {};
  decode();
}

std::uint32_t Pmp::read_config(std::uint32_t number) const {
  std::uint32_t value = 0;
  for (std::uint32_t i = 0; i < 4; ++i) value |= std::uint32_t{config_[4 * number + i]} << 8 * i;
  return value;
}

void Pmp::write_config(std::uint32_t number, std::uint32_t value) {
  for (std::uint32_t i = 0; i < 4; ++i) {
    const std::uint32_t entry = 4 * number + i;
    if (entry < count_ && (config_[entry] & kLocked) == 0) config_[entry] = legal(value >> 8 * i);
  }
  decode();
}

void Pmp::write_address(std::uint32_t number, std::uint32_t value) {
  if (number >= count_ || locked(number)) return;
  address_[number] = value;
  decode();
}

bool Pmp::locked(std::uint32_t entry) const {
  // A locked range locks where it begins, too.
  if ((config_[entry] & kLocked) != 0) return true;
  if (entry + 1 >= count_) return false;
  const std::uint8_t next = config_[entry + 1];
  return (next & kLocked) != 0 && matching(next) == kTopOfRange;
}

void Pmp::decode() {
  locks_ = false;
  for (std::uint32_t i = 0; i < count_; ++i) {
    ranges_[i] = range_of(i);
    if ((config_[i] & kLocked) != 0 && ranges_[i].first <= ranges_[i].last) locks_ = true;
  }
}

Pmp::Range Pmp::range_of(std::uint32_t entry) const {
  // Registers hold bits 33 to 2 of an address.
  const std::uint64_t address = std::uint64_t{address_[entry]} << 2;
  switch (matching(config_[entry])) {
    case kTopOfRange: {
      const std::uint64_t bottom = entry == 0 ? 0 : std::uint64_t{address_[entry - 1]} << 2;
      return address > bottom ? Range{bottom, address - 1} : Range{};
    }
    case kFourBytes:
      return {address, address + kGranule - 1};
    case kPowerOfTwo: {
      // As many ones at the end as the size has zeros more than eight bytes have.
      const std::uint64_t size = std::uint64_t{8} << std::countr_one(address_[entry]);
      const std::uint64_t base = address & ~(size - 1);
      return {base, base + size - 1};
    }
    default:
      return {};
  }
}

bool Pmp::allows(std::uint32_t address, std::uint8_t rights, bool machine) const {
  for (std::uint32_t i = 0; i < count_; ++i) {
    // The first entry that matches decides (3.7.1.3).
    if (address < ranges_[i].first || address > ranges_[i].last) continue;
    const bool binds = !machine || (config_[i] & kLocked) != 0;
    return !binds || (config_[i] & kRights & rights) == rights;
  }
  return machine || count_ == 0;
}

}  // namespace mcusim
