#include "number.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace mcusim::mve {

namespace {

struct Format {
  int fraction_bits;
  int lowest_exponent;  // of a normal number
  int highest_exponent;
};

constexpr Format kHalf{10, -14, 15}, kSingle{23, -126, 127};

const Format& format(std::uint32_t size) { return size == 1 ? kHalf : kSingle; }

// The sum, with its last bit set where it is not exact: rounding that to fewer bits rounds once.
double odd_sum(double a, double b) {
  const double sum = a + b;
  const double part = sum - a;
  const double error = (a - (sum - part)) + (b - part);
  if (error == 0) return sum;
  auto bits = std::bit_cast<std::uint64_t>(sum);
  if ((error > 0) != (sum > 0)) --bits;
  return std::bit_cast<double>(bits | 1U);
}

double rounded(double value, Rounding mode) {
  switch (mode) {
    case Rounding::kNearest:
      return std::nearbyint(value);
    case Rounding::kAway:
      return std::round(value);
    case Rounding::kUp:
      return std::ceil(value);
    case Rounding::kDown:
      return std::floor(value);
    default:
      return std::trunc(value);
  }
}

// A magnitude, rounded in the direction that the mode has for numbers of its sign.
double rounded_magnitude(double units, Rounding mode, bool negative) {
  if (mode == Rounding::kUp) return negative ? std::floor(units) : std::ceil(units);
  if (mode == Rounding::kDown) return negative ? std::ceil(units) : std::floor(units);
  return rounded(units, mode);
}

}  // namespace

void Arithmetic::follow_fpscr() {
  constexpr Rounding kModes[] = {Rounding::kNearest, Rounding::kUp, Rounding::kDown,
                                 Rounding::kTowardZero};
  mode_ = kModes[s_.fpscr >> 22 & 3U];
  keeps_nans_ = (s_.fpscr & kDefaultNan) == 0;
}

std::uint32_t Arithmetic::infinity(bool negative) const {
  return (negative ? sign_bit() : 0U) | (size_ == 1 ? 0x7C00U : 0x7F800000U);
}

Number Arithmetic::unpack(std::uint32_t bits) {
  const Format& f = format(size_);
  const std::uint32_t fraction = bits & ((1U << f.fraction_bits) - 1);
  const std::uint32_t highest = size_ == 1 ? 0x1FU : 0xFFU;
  const std::uint32_t exponent = bits >> f.fraction_bits & highest;
  const double sign = (bits & sign_bit()) != 0 ? -1.0 : 1.0;
  if (exponent == highest) {
    if (fraction == 0) return {Number::kInfinite, sign * HUGE_VAL, 0};
    const bool quiet = (fraction >> (f.fraction_bits - 1) & 1U) != 0;
    return {quiet ? Number::kQuiet : Number::kSignalling, 0, bits};
  }
  if (exponent == 0) {
    if (fraction != 0 && flushes_results()) {
      if (size_ == 2) raise(kInputDenormal);
      return {Number::kFinite, sign * 0.0, 0};
    }
    return {Number::kFinite, sign * std::ldexp(fraction, f.lowest_exponent - f.fraction_bits), 0};
  }
  const int power = static_cast<int>(exponent) - 1 + f.lowest_exponent - f.fraction_bits;
  return {Number::kFinite, sign * std::ldexp(fraction | 1U << f.fraction_bits, power), 0};
}

std::uint32_t Arithmetic::round(double value) {
  const std::uint32_t sign = std::signbit(value) ? sign_bit() : 0U;
  if (value == 0) return sign;
  const Format& f = format(size_);
  const int exponent = std::ilogb(value);
  const bool tiny = exponent < f.lowest_exponent;
  if (tiny && flushes_results()) {
    raise(kUnderflowed);
    return sign;
  }
  const int power = std::max(exponent, f.lowest_exponent);
  const double units = std::ldexp(std::fabs(value), f.fraction_bits - power);
  const double whole = rounded_magnitude(units, mode_, sign != 0);
  if (whole != units) raise(tiny ? kInexact | kUnderflowed : std::uint32_t{kInexact});
  if (std::ldexp(whole, power - f.fraction_bits) >= std::ldexp(1.0, f.highest_exponent + 1)) {
    raise(kOverflowed | kInexact);
    // The largest number, where rounding leads away from infinity.
    const bool stays =
        mode_ == Rounding::kTowardZero || mode_ == (sign != 0 ? Rounding::kUp : Rounding::kDown);
    return infinity(sign != 0) - (stays ? 1U : 0U);
  }
  // A number that is not normal has no implicit bit to take off, and the same power.
  const auto biased = static_cast<std::uint32_t>(power - f.lowest_exponent);
  return sign | ((biased << f.fraction_bits) + static_cast<std::uint32_t>(whole));
}

std::uint32_t Arithmetic::default_or(const Number& chosen) const {
  const std::uint32_t quiet = size_ == 1 ? 0x200U : 0x400000U;
  return keeps_nans_ ? chosen.bits | quiet : default_nan();
}

std::uint32_t Arithmetic::nan_of(std::initializer_list<Number> operands) {
  for (const Number& each : operands)
    if (each.kind == Number::kSignalling) {
      raise(kInvalid);
      return default_or(each);
    }
  for (const Number& each : operands)
    if (each.is_nan()) return default_or(each);
  return default_nan();
}

// Numbers that cancel give a negative zero only where rounding leads down.
double Arithmetic::signed_zero(double sum, const Number& a, const Number& b) const {
  const bool cancels = sum == 0 && std::signbit(a.value) != std::signbit(b.value);
  return cancels && mode_ == Rounding::kDown ? -0.0 : sum;
}

std::uint32_t Arithmetic::add(std::uint32_t a, std::uint32_t b) {
  const Number x = unpack(a), y = unpack(b);
  if (x.is_nan() || y.is_nan()) return nan_of({x, y});
  if (x.kind == Number::kInfinite || y.kind == Number::kInfinite) {
    const double sum = x.value + y.value;
    if (!std::isnan(sum)) return infinity(std::signbit(sum));
    raise(kInvalid);
    return default_nan();
  }
  return round(signed_zero(odd_sum(x.value, y.value), x, y));
}

std::uint32_t Arithmetic::subtract(std::uint32_t a, std::uint32_t b) {
  const Number y = unpack(b);
  // A NaN keeps its sign.
  return add(a, y.is_nan() ? b : negated(b));
}

std::uint32_t Arithmetic::divide(std::uint32_t a, std::uint32_t b) {
  const Number x = unpack(a), y = unpack(b);
  if (x.is_nan() || y.is_nan()) return nan_of({x, y});
  const double quotient = x.value / y.value;
  if (std::isnan(quotient)) {
    raise(kInvalid);
    return default_nan();
  }
  if (y.value == 0 && x.kind == Number::kFinite) raise(kDividedByZero);
  // A double has more than twice the bits of a half: rounding it again changes nothing.
  return std::isinf(quotient) ? infinity(std::signbit(quotient)) : round(quotient);
}

std::uint32_t Arithmetic::square_root(std::uint32_t a) {
  const Number x = unpack(a);
  if (x.is_nan()) return nan_of({x});
  if (x.value < 0) {
    raise(kInvalid);
    return default_nan();
  }
  return x.kind == Number::kInfinite ? infinity(false) : round(std::sqrt(x.value));
}

std::uint32_t Arithmetic::multiply(std::uint32_t a, std::uint32_t b) {
  const Number x = unpack(a), y = unpack(b);
  if (x.is_nan() || y.is_nan()) return nan_of({x, y});
  const double product = x.value * y.value;
  if (std::isnan(product)) {
    raise(kInvalid);
    return default_nan();
  }
  return std::isinf(product) ? infinity(std::signbit(product)) : round(product);
}

std::uint32_t Arithmetic::fused(std::uint32_t a, std::uint32_t b, std::uint32_t c) {
  const Number x = unpack(a), y = unpack(b), z = unpack(c);
  const bool nan = x.is_nan() || y.is_nan();
  const double product = nan ? 0 : x.value * y.value;
  // Infinity times zero is invalid even where the addend is a quiet NaN (FPMulAdd).
  if (!nan && std::isnan(product) && z.kind != Number::kSignalling) {
    raise(kInvalid);
    return default_nan();
  }
  if (nan || z.is_nan()) return nan_of({z, x, y});
  if (std::isinf(product) || z.kind == Number::kInfinite) {
    const double sum = product + z.value;
    if (!std::isnan(sum)) return infinity(std::signbit(sum));
    raise(kInvalid);
    return default_nan();
  }
  const Number exact{Number::kFinite, product, 0};
  return round(signed_zero(odd_sum(product, z.value), exact, z));
}

std::uint32_t Arithmetic::extreme(std::uint32_t a, std::uint32_t b, bool largest) {
  const Number x = unpack(a), y = unpack(b);
  if (x.kind == Number::kSignalling || y.kind == Number::kSignalling) return nan_of({x, y});
  if (x.is_nan() && y.is_nan()) return nan_of({x, y});
  const bool first =
      y.is_nan() || (!x.is_nan() && (x.value == y.value ? std::signbit(x.value) != largest
                                                        : (x.value > y.value) == largest));
  const Number& chosen = first ? x : y;
  if (chosen.kind == Number::kInfinite) return infinity(chosen.value < 0);
  return round(chosen.value);
}

int Arithmetic::compare(std::uint32_t a, std::uint32_t b, bool signals) {
  const Number x = unpack(a), y = unpack(b);
  if (x.is_nan() || y.is_nan()) {
    if (signals) raise(kInvalid);
    nan_of({x, y});
    return 2;
  }
  return x.value < y.value ? -1 : x.value > y.value ? 1 : 0;
}

std::uint32_t Arithmetic::to_integral(std::uint32_t a, Rounding mode, bool exact) {
  const Number x = unpack(a);
  if (x.is_nan()) return nan_of({x});
  if (x.kind == Number::kInfinite) return infinity(x.value < 0);
  const double whole = rounded(x.value, mode);
  if (exact && whole != x.value) raise(kInexact);
  return round(std::copysign(whole, x.value));
}

std::uint32_t Arithmetic::to_fixed(std::uint32_t a, int fraction_bits, bool is_unsigned,
                                   Rounding mode, int bits) {
  if (bits == 0) bits = size_ == 1 ? 16 : 32;
  const double highest = std::ldexp(1.0, is_unsigned ? bits : bits - 1) - 1;
  const double lowest = is_unsigned ? 0 : -highest - 1;
  const Number x = unpack(a);
  if (x.is_nan()) {
    raise(kInvalid);
    return 0;
  }
  const double scaled = std::ldexp(x.value, fraction_bits);
  double whole = rounded(scaled, mode);
  if (whole > highest || whole < lowest) {
    raise(kInvalid);
    whole = whole > highest ? highest : lowest;
  } else if (whole != scaled) {
    raise(kInexact);
  }
  return static_cast<std::uint32_t>(static_cast<std::int64_t>(whole));
}

std::uint32_t Arithmetic::from_fixed(std::int64_t value, int fraction_bits) {
  return round(std::ldexp(static_cast<double>(value), -fraction_bits));
}

std::uint32_t Arithmetic::to_half(std::uint32_t single) {
  Arithmetic wide(s_, 2, active_);
  const Number x = wide.unpack(single);
  const std::uint32_t sign = single >> 16 & 0x8000U;
  const bool alternative = (s_.fpscr & kAlternativeHalf) != 0;
  if (alternative && x.kind != Number::kFinite) {
    // Without infinities and NaNs: the largest number, and zero.
    raise(kInvalid);
    return x.is_nan() ? sign : sign | 0x7FFFU;
  }
  if (x.is_nan()) return nan_of({x});
  if (x.kind == Number::kInfinite) return infinity(sign != 0);
  if (alternative && std::fabs(x.value) >= 65536.0) {
    const double units = std::ldexp(std::fabs(x.value), -6), whole = std::nearbyint(units);
    if (whole >= 2048.0) {
      raise(kInvalid);
      return sign | 0x7FFFU;
    }
    if (whole != units) raise(kInexact);
    return sign | (0x7C00U + static_cast<std::uint32_t>(whole) - 0x400U);
  }
  // FPConvert does not flush halves, whatever FZ16 says.
  const std::uint32_t before = s_.fpscr & kHalfFlush;
  s_.fpscr &= ~kHalfFlush;
  std::uint32_t found = 0;
  if (alternative && std::fabs(x.value) >= 65520.0) {
    raise(kInexact);  // rounds to 65536, which there is
    found = sign | 0x7C00U;
  } else {
    found = round(x.value);
  }
  s_.fpscr |= before;
  return found;
}

std::uint32_t Arithmetic::to_single(std::uint32_t half) {
  Arithmetic narrow(s_, 1, active_);
  if ((s_.fpscr & kAlternativeHalf) != 0 && (half & 0x7C00U) == 0x7C00U) {
    const double value = std::ldexp(static_cast<double>((half & 0x3FFU) | 0x400U), 6);
    return round((half & 0x8000U) != 0 ? -value : value);
  }
  const std::uint32_t before = s_.fpscr & kHalfFlush;
  s_.fpscr &= ~kHalfFlush;
  const Number x = narrow.unpack(half);
  s_.fpscr |= before;
  if (x.is_nan()) return nan_of({x});
  if (x.kind == Number::kInfinite) return infinity(x.value < 0);
  return round(x.value);
}

std::uint32_t Arithmetic::silenced(std::uint32_t a) {
  if (unpack(a).kind != Number::kSignalling) return a;
  raise(kInvalid);
  return default_nan();
}

}  // namespace mcusim::mve
