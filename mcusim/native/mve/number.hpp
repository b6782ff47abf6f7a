// Floating-point numbers of 16 and 32 bits as the vector instructions see them: default NaN, single
// precision flushed to zero, rounded to nearest (DDI0553, StandardFPSCRValue and chapter E1.3).
// Scalar half precision follows FPSCR instead.
#pragma once

#include <cstdint>
#include <initializer_list>

#include "state.hpp"

namespace mcusim::mve {

enum FpuFlag : std::uint32_t {
  kInvalid = 1,
  kDividedByZero = 2,
  kOverflowed = 4,
  kUnderflowed = 8,
  kInexact = 16,
  kInputDenormal = 128,
};

enum class Rounding : std::uint8_t { kNearest, kAway, kUp, kDown, kTowardZero };

struct Number {
  enum Kind : std::uint8_t { kFinite, kInfinite, kQuiet, kSignalling } kind = kFinite;
  double value = 0;        // exact, with the sign of a zero; infinite if the kind is
  std::uint32_t bits = 0;  // of a NaN

  bool is_nan() const { return kind >= kQuiet; }
};

// One lane's arithmetic; its flags count if the lane is active.
class Arithmetic {
 public:
  // `size`: 1 is half precision, 2 single.
  Arithmetic(State& s, std::uint32_t size, bool active) : s_(s), size_(size), active_(active) {}

  // Takes rounding and NaNs from FPSCR.
  void follow_fpscr();
  Rounding mode() const { return mode_; }

  std::uint32_t add(std::uint32_t a, std::uint32_t b);
  std::uint32_t subtract(std::uint32_t a, std::uint32_t b);
  std::uint32_t multiply(std::uint32_t a, std::uint32_t b);
  std::uint32_t divide(std::uint32_t a, std::uint32_t b);
  std::uint32_t square_root(std::uint32_t a);
  // a * b + c, rounded once.
  std::uint32_t fused(std::uint32_t a, std::uint32_t b, std::uint32_t c);
  // The number, if only one operand is one.
  std::uint32_t extreme(std::uint32_t a, std::uint32_t b, bool largest);
  // -1, 0, 1, or 2 for unordered; a quiet NaN is invalid if `signals`.
  int compare(std::uint32_t a, std::uint32_t b, bool signals);
  std::uint32_t to_integral(std::uint32_t a, Rounding mode, bool exact);
  // Fixed-point numbers of the lane's width, or of `bits`.
  std::uint32_t to_fixed(std::uint32_t a, int fraction_bits, bool is_unsigned, Rounding mode,
                         int bits = 0);
  std::uint32_t from_fixed(std::int64_t value, int fraction_bits);
  std::uint32_t to_half(std::uint32_t single);
  std::uint32_t to_single(std::uint32_t half);
  // A signalling NaN made quiet.
  std::uint32_t silenced(std::uint32_t a);

  std::uint32_t sign_bit() const { return size_ == 1 ? 0x8000U : 0x80000000U; }
  std::uint32_t negated(std::uint32_t a) const { return a ^ sign_bit(); }
  std::uint32_t magnitude(std::uint32_t a) const { return a & ~sign_bit(); }

 private:
  Number unpack(std::uint32_t bits);
  std::uint32_t round(double value);
  std::uint32_t infinity(bool negative) const;
  std::uint32_t default_nan() const { return size_ == 1 ? 0x7E00U : 0x7FC00000U; }
  // The NaN that operands give, earlier ones first; none of them need be one.
  std::uint32_t nan_of(std::initializer_list<Number> operands);
  std::uint32_t default_or(const Number& chosen) const;
  double signed_zero(double sum, const Number& a, const Number& b) const;
  void raise(std::uint32_t flags) {
    if (active_) s_.raise(flags);
  }
  bool flushes_results() const { return size_ == 2 || (s_.fpscr & kHalfFlush) != 0; }

  State& s_;
  std::uint32_t size_;
  bool active_;
  Rounding mode_ = Rounding::kNearest;
  bool keeps_nans_ = false;
};

}  // namespace mcusim::mve
