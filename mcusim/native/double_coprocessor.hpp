// The RP2350's double-precision coprocessor (RP2350 datasheet 3.6.2).
//
// It holds two numbers taken apart, X and Y, and adds, normalises and rounds; products come from
// the core's multiplier. Meant for the sequences of pico-sdk's dcp_canned.inc.S, from which the
// formats of what the core reads and writes follow where the datasheet is silent.
#pragma once

#include "chip_coprocessor.hpp"

namespace mcusim {

class DoubleCoprocessor : public ChipCoprocessor {
 public:
  std::optional<std::uint64_t> execute(std::uint32_t instruction, std::uint32_t first,
                                       std::uint32_t second) override;

 private:
  // value = mantissa / 2^62 * 2^(exponent - 1023)
  struct Number {
    std::uint64_t mantissa = 0;
    std::int32_t exponent = 0;
    bool negative = false, zero = false, infinite = false, nan = false;

    std::uint32_t flags() const;
    void set_flags(std::uint32_t bits);
  };
  enum class Order : std::uint32_t { kEqual, kGreater, kLess };  // of X's magnitude against Y's
  enum class Operation { kAdd, kSubtract, kMultiply, kDivide, kRoot, kNone };

  static Number unpack_double(std::uint64_t bits);
  static Number unpack_single(std::uint32_t bits);
  static Number offset();  // 2^52 + 2^32
  static Number sum_with_offset(std::int64_t value);

  bool write(const CoprocessorFields& fields, std::uint32_t first, std::uint32_t second);
  bool write_product(std::uint32_t opc1, std::uint64_t value);
  bool compute(const CoprocessorFields& fields);
  void compare();
  void add(bool subtract);
  void halve_exponent();
  void normalise();
  void round_to(int bits);
  void round_whole(bool truncate);
  std::optional<std::uint64_t> read_pair(const CoprocessorFields& fields);
  std::optional<std::uint32_t> read_word(const CoprocessorFields& fields);
  std::uint32_t compared() const;
  std::uint32_t whole(bool is_signed) const;
  Number result(Operation operation) const;
  std::uint64_t packed_double(Operation operation) const;
  std::uint32_t packed_single(Operation operation) const;
  std::uint64_t state() const;
  void set_state(std::uint64_t bits);

  Number x_, y_;
  std::uint32_t shift_ = 0;
  Order order_ = Order::kEqual;
  bool engaged_ = false;
};

}  // namespace mcusim
