// The RP2350's redundancy coprocessor (RP2350 datasheet 3.6.3): canaries, counted steps, checks of
// booleans and integers.
//
// A check that fails is here an instruction that does not exist; the chip takes an NMI on both
// cores and stops. Random delays are left out: they make each instruction but the forms 2 up to 127
// cycles longer.
#pragma once

#include "chip_coprocessor.hpp"

namespace mcusim {

class RedundancyCoprocessor : public ChipCoprocessor {
 public:
  // With the salt that the boot ROM has written.
  explicit RedundancyCoprocessor(std::uint64_t salt) : salt_(salt) {}
  std::optional<std::uint64_t> execute(std::uint32_t instruction, std::uint32_t first,
                                       std::uint32_t second) override;

 private:
  bool check_pair(const CoprocessorFields& fields, std::uint32_t first, std::uint32_t second) const;
  bool check_word(const CoprocessorFields& fields, std::uint32_t value);
  std::optional<std::uint32_t> read(const CoprocessorFields& fields);
  std::uint32_t canary(std::uint32_t tag) const;
  std::uint32_t random_byte();

  std::uint64_t salt_;
  std::uint8_t count_ = 0;
};

}  // namespace mcusim
