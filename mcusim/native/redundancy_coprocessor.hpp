// The RP2350's redundancy coprocessor (RP2350 datasheet 3.6.3): canaries, counted steps, checks of
// booleans and integers.
//
// What fails, or has no valid encoding, asserts the NMI of both cores until a reset (3.2, NMI);
// from then on each instruction of it stalls, as the panic does from the beginning (pico-sdk,
// hardware/rcp.h). Random delays are left out: they make each instruction but the forms 2 up to 127
// cycles longer.
#pragma once

#include <functional>
#include <utility>

#include "chip_coprocessor.hpp"

namespace mcusim {

class RedundancyCoprocessor : public ChipCoprocessor {
 public:
  // With the salt that the boot ROM has written. `failed` is told of a failure, and, with true, of
  // an instruction that stalls.
  RedundancyCoprocessor(std::uint64_t salt, std::function<void(bool stalls)> failed)
      : failed_(std::move(failed)), salt_(salt) {}
  std::optional<std::uint64_t> execute(std::uint32_t instruction, std::uint32_t first,
                                       std::uint32_t second) override;
  bool stalls() const override { return stalls_; }

 private:
  // Nothing where it fails.
  std::optional<std::uint64_t> check(const CoprocessorFields& fields, std::uint32_t first,
                                     std::uint32_t second);
  bool check_pair(const CoprocessorFields& fields, std::uint32_t first, std::uint32_t second) const;
  bool check_word(const CoprocessorFields& fields, std::uint32_t value);
  std::optional<std::uint32_t> read(const CoprocessorFields& fields);
  std::uint32_t canary(std::uint32_t tag) const;
  std::uint32_t random_byte();

  std::function<void(bool stalls)> failed_;
  bool has_failed_ = false;
  bool stalls_ = false;
  std::uint64_t salt_;
  std::uint8_t count_ = 0;
};

}  // namespace mcusim
