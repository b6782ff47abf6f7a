// Which addresses are Secure: the core's SAU and what the chip's maker fixed (IDAU); DDI0553,
// SecurityCheck() and the registers SAU_CTRL to SAU_RLAR.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

namespace mcusim {

// Exempt: of the state of the code that accesses it; a chip says so, whatever the SAU has.
enum class Security : std::uint8_t { kSecure, kNonSecureCallable, kNonSecure, kExempt };

class Attribution {
 public:
  static constexpr std::uint32_t kRegions = 8;  // Cortex-M33 TRM 100230: 0, 4 or 8
  static constexpr std::uint32_t kGranule = 32;

  struct Answer {
    Security security = Security::kSecure;
    int region = -1;  // of the SAU, where one alone covers the address
  };

  // What the chip says of an address: later ranges cover earlier ones; without one it says
  // Non-secure, which leaves the decision to the SAU.
  void set_chip(std::uint32_t base, std::uint32_t size_bytes, Security security);

  // Registers by their offset from SAU_CTRL; SFSR and SFAR behind them are not its own.
  std::uint32_t read(std::uint32_t offset) const;
  // Returns whether the attribution changed.
  bool write(std::uint32_t offset, std::uint32_t value);
  // The firmware's settings go, the chip's stay.
  void reset();

  // Whether anything is Non-secure.
  bool divided() const { return (control_ & 3U) != 0; }
  // Of an instruction; `at` is fast.
  Security at(std::uint32_t address);
  // Of data, as code of that state sees it: registers of the core belong to both.
  Answer of_data(std::uint32_t address, bool secure) const;
  // Whether Non-secure code may reach any of the granules from `address` on.
  bool any_open(std::uint32_t address, std::uint32_t size_bytes) const;

 private:
  struct Range {
    std::uint32_t base;
    std::uint32_t last;
    Security security;
  };
  struct Region {
    std::uint32_t base = 0;
    std::uint32_t limit = 0;
  };
  struct Known {
    std::uint32_t granule = 0xFFFFFFFFU;
    Security security = Security::kSecure;
  };

  Answer lookup(std::uint32_t address) const;
  Answer of_regions(std::uint32_t address) const;
  Security of_chip(std::uint32_t address) const;
  void forget() { known_.fill({}); }

  std::vector<Range> chip_;
  std::array<Region, kRegions> regions_{};
  std::uint32_t control_ = 0;
  std::uint32_t number_ = 0;
  std::array<Known, 256> known_{};
};

}  // namespace mcusim
