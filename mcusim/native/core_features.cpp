#include "core_features.hpp"

#include <bit>

namespace mcusim {

namespace {

// Offsets within the system control space (DDI0403E B3.2.2; Cortex-M7 TRM DDI0489F, 3.3).
constexpr std::uint32_t kFirst = 0xD40, kFeaturesEnd = 0xD74, kEnd = 0xD88;
constexpr std::uint32_t kClidr = 0xD78, kCtr = 0xD7C, kCcsidr = 0xD80, kCsselr = 0xD84;
constexpr std::uint32_t kMvfr0 = 0xF40, kMvfr2 = 0xF48;
constexpr std::uint32_t kItcmcr = 0xF90, kDtcmcr = 0xF94;

constexpr std::uint32_t kWritableTcmBits = 7U;  // EN, RMW, RETEN

}  // namespace

void CoreFeatures::set_caches(const CacheGeometry& instruction, const CacheGeometry& data) {
  caches_ = {data, instruction};
}

void CoreFeatures::set_tcm(std::uint32_t base, std::uint32_t size_bytes) {
  // SZ, TRM 3.3.12 and 3.3.13: 3 for 4 kB, one more for each doubling.
  const auto code = static_cast<std::uint32_t>(std::bit_width(size_bytes >> 10));
  tcm_size_[base == 0 ? 0 : 1] = code << 3;
}

bool CoreFeatures::owns(std::uint32_t offset) {
  return (offset >= kFirst && offset < kEnd) || (offset >= kMvfr0 && offset <= kMvfr2) ||
         offset == kItcmcr || offset == kDtcmcr;
}

std::uint32_t CoreFeatures::cache_size() const {
  const CacheGeometry& cache = caches_[selected_ & 1U];
  if (cache.line_bytes == 0) return 0;
  // All kinds of write and allocation; sets and ways less one; log2 of a line's words less two.
  const auto line = static_cast<std::uint32_t>(std::bit_width(cache.line_bytes / 4) - 3);
  return 0xF0000000U | (cache.sets - 1) << 13 | (cache.ways - 1) << 3 | line;
}

std::uint32_t CoreFeatures::read(std::uint32_t offset) const {
  // Processor, debug, memory model and instruction set features.
  if (offset < kFeaturesEnd) return architecture_->features[(offset - kFirst) / 4];
  if (offset >= kMvfr0 && offset <= kMvfr2)
    return fpu_ ? architecture_->fpu_features[(offset - kMvfr0) / 4] : 0;
  switch (offset) {
    case kClidr:
      return has_caches() ? 0x09000003U : 0;
    case kCtr:
      return has_caches() ? 0x8303C003U : 0;
    case kCcsidr:
      return cache_size();
    case kCsselr:
      return selected_;
    case kItcmcr:
    case kDtcmcr: {
      const std::size_t which = offset == kItcmcr ? 0 : 1;
      return tcm_size_[which] == 0 ? 0 : tcm_size_[which] | tcm_on_[which];
    }
    default:
      return 0;
  }
}

void CoreFeatures::write(std::uint32_t offset, std::uint32_t value) {
  if (offset == kCsselr && has_caches()) selected_ = value & 1U;
  if (offset == kItcmcr || offset == kDtcmcr)
    tcm_on_[offset == kItcmcr ? 0 : 1] = value & kWritableTcmBits;
}

}  // namespace mcusim
