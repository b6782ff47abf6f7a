// Physical memory protection of a RISC-V hart: which accesses its entries allow (Privileged
// Architecture 20211203, 3.7).
#pragma once

#include <array>
#include <cstdint>

namespace mcusim {

class Pmp {
 public:
  static constexpr std::uint32_t kMostEntries = 16;
  static constexpr std::uint32_t kGranule = 4;
  static constexpr std::uint8_t kRead = 1, kWrite = 2, kExecute = 4;  // as in pmpcfg

  explicit Pmp(std::uint32_t entries) : count_(entries) {}

  // No entry is in force, nor locked; addresses keep what they hold.
  void reset();
  // Registers by their number from pmpcfg0 and pmpaddr0 on.
  std::uint32_t read_config(std::uint32_t number) const;
  std::uint32_t read_address(std::uint32_t number) const { return address_[number]; }
  void write_config(std::uint32_t number, std::uint32_t value);
  void write_address(std::uint32_t number, std::uint32_t value);

  // Whether code of this level may not do everything.
  bool restricts(bool machine) const { return machine ? locks_ : count_ != 0; }
  // Whether an access of bytes in one granule that needs these rights is allowed.
  bool allows(std::uint32_t address, std::uint8_t rights, bool machine) const;

 private:
  // First byte and last one; none where the first is behind the last.
  struct Range {
    std::uint64_t first = 1;
    std::uint64_t last = 0;
  };

  bool locked(std::uint32_t entry) const;
  void decode();
  Range range_of(std::uint32_t entry) const;

  std::uint32_t count_;
  std::array<std::uint8_t, kMostEntries> config_{};
  std::array<std::uint32_t, kMostEntries> address_{};
  // What follows from these.
  std::array<Range, kMostEntries> ranges_{};
  bool locks_ = false;
};

}  // namespace mcusim
