// What a core says of itself: instruction set, FPU, caches and tightly coupled memories.
#pragma once

#include <array>
#include <cstdint>

#include "architecture.hpp"
#include "flash.hpp"

namespace mcusim {

class CoreFeatures {
 public:
  CoreFeatures(const Architecture& architecture, bool fpu)
      : architecture_(&architecture), fpu_(fpu) {}

  void set_caches(const CacheGeometry& instruction, const CacheGeometry& data);
  // A tightly coupled memory; `base` of 0 is the one for instructions.
  void set_tcm(std::uint32_t base, std::uint32_t size_bytes);
  // What the core is stays; what the firmware wrote goes.
  void reset() {
    selected_ = 0;
    tcm_on_ = {1, 1};
  }
  bool has_caches() const { return caches_[0].line_bytes != 0 || caches_[1].line_bytes != 0; }

  // Whether the register at this offset of the system control space is one of these.
  static bool owns(std::uint32_t offset);
  std::uint32_t read(std::uint32_t offset) const;
  void write(std::uint32_t offset, std::uint32_t value);

 private:
  std::uint32_t cache_size() const;

  const Architecture* architecture_;
  bool fpu_;
  std::uint32_t selected_ = 0;               // CSSELR: bit 0 for the instruction cache
  std::array<CacheGeometry, 2> caches_{};    // data, instruction
  std::array<std::uint32_t, 2> tcm_size_{};  // as ITCMCR and DTCMCR tell it
  std::array<std::uint32_t, 2> tcm_on_{1, 1};
};

}  // namespace mcusim
