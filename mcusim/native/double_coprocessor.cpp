#include "double_coprocessor.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

namespace mcusim {

namespace {

constexpr int kBias = 1023, kSingleBias = 127;
constexpr int kInfinite = 2047, kSingleInfinite = 255;  // of exponents
constexpr std::uint64_t kOne = 1ULL << 62;              // of mantissas
constexpr int kDoubleLost = 10, kSingleLost = 39;       // bits of a mantissa behind the fraction
constexpr std::int64_t kOffset = (1LL << 52) + (1LL << 32);
constexpr std::uint32_t kNegative = 8, kZero = 4, kInfinity = 2, kNan = 1;

std::uint64_t joined(std::uint32_t low, std::uint32_t high) {
  return std::uint64_t{high} << 32 | low;
}

// Shifts right; what is lost sets the lowest bit.
std::uint64_t shift_sticky(std::uint64_t value, std::uint32_t places) {
  if (places == 0) return value;
  if (places > 63) return value != 0 ? 1 : 0;
  return value >> places | ((value << (64 - places)) != 0 ? 1 : 0);
}

// 2^31 over a mantissa, from its first 8 bits behind the point, in their middle. What the chip's
// table has is not published; the sequences that round exactly do not depend on it.
std::uint32_t reciprocal(std::uint64_t mantissa) {
  const auto index = static_cast<double>(mantissa >> 54 & 255U);
  return static_cast<std::uint32_t>(0x80000000U / (1.0 + (index + 0.5) / 256));
}

// 2^31 over the root of a mantissa between 1 and 4, likewise.
std::uint32_t root_reciprocal(std::uint64_t mantissa) {
  const auto index = static_cast<double>(mantissa >> 54);
  return static_cast<std::uint32_t>(0x80000000U / std::sqrt((index + 0.5) / 256));
}

}  // namespace

std::uint32_t DoubleCoprocessor::Number::flags() const {
  return (negative ? kNegative : 0) | (zero ? kZero : 0) | (infinite ? kInfinity : 0) |
         (nan ? kNan : 0);
}

void DoubleCoprocessor::Number::set_flags(std::uint32_t bits) {
  negative = (bits & kNegative) != 0;
  zero = (bits & kZero) != 0;
  infinite = (bits & kInfinity) != 0;
  nan = (bits & kNan) != 0;
}

// Denormals are zeros (3.6.2.9). The mantissa of a zero is 0 here, so that sums need no exception.
DoubleCoprocessor::Number DoubleCoprocessor::unpack_double(std::uint64_t bits) {
  Number n;
  const std::uint64_t fraction = bits & 0xFFFFFFFFFFFFFULL;
  n.exponent = static_cast<int>(bits >> 52 & 2047U);
  n.negative = bits >> 63 != 0;
  n.zero = n.exponent == 0;
  n.infinite = n.exponent == kInfinite && fraction == 0;
  n.nan = n.exponent == kInfinite && fraction != 0;
  n.mantissa = n.zero ? 0 : kOne | fraction << kDoubleLost;
  return n;
}

DoubleCoprocessor::Number DoubleCoprocessor::unpack_single(std::uint32_t bits) {
  Number n;
  const std::uint64_t fraction = bits & 0x7FFFFFU;
  const int exponent = static_cast<int>(bits >> 23 & 255U);
  n.exponent = exponent + kBias - kSingleBias;
  n.negative = bits >> 31 != 0;
  n.zero = exponent == 0;
  n.infinite = exponent == kSingleInfinite && fraction == 0;
  n.nan = exponent == kSingleInfinite && fraction != 0;
  n.mantissa = n.zero ? 0 : kOne | fraction << kSingleLost;
  return n;
}

DoubleCoprocessor::Number DoubleCoprocessor::sum_with_offset(std::int64_t value) {
  Number n;
  n.exponent = kBias + 52;
  n.mantissa = static_cast<std::uint64_t>(kOffset + value) << kDoubleLost;
  return n;
}

DoubleCoprocessor::Number DoubleCoprocessor::offset() { return sum_with_offset(0); }

std::optional<std::uint64_t> DoubleCoprocessor::execute(std::uint32_t instruction,
                                                        std::uint32_t first, std::uint32_t second) {
  const CoprocessorFields fields(instruction);
  std::optional<std::uint64_t> result = 0;
  if (fields.two_registers && fields.reads)
    return read_pair(fields);
  else if (fields.two_registers)
    result = write(fields, first, second) ? result : std::nullopt;
  else if (fields.data_processing)
    result = compute(fields) ? result : std::nullopt;
  else if (fields.reads)
    return read_word(fields);
  else
    return std::nullopt;
  return result;
}

// --- MCRR (table 109) ---

bool DoubleCoprocessor::write(const CoprocessorFields& fields, std::uint32_t first,
                              std::uint32_t second) {
  const std::uint64_t value = joined(first, second);
  const bool restores = fields.opc1 == 0 && fields.crm == 2;
  if (!restores) engaged_ = true;
  switch (fields.opc1 << 4 | fields.crm) {
    case 0x00:
      x_.mantissa = value;
      return true;  // WXMD
    case 0x01:
      y_.mantissa = value;
      return true;  // WYMD
    case 0x02:
      set_state(value);
      return true;  // WEFD
    case 0x10:
      x_ = unpack_double(value);
      return true;  // WXUP
    case 0x11:
      y_ = unpack_double(value);
      return true;  // WYUP
    case 0x12:      // WXYU
      x_ = unpack_single(first);
      y_ = unpack_single(second);
      return true;
    case 0x60:
      x_ = sum_with_offset(first);
      break;    // WXUC
    case 0x70:  // WXIC
      x_ = sum_with_offset(static_cast<std::int32_t>(first));
      break;
    case 0x80:
      x_ = unpack_double(value);
      break;  // WXDC
    case 0x92:
      x_ = unpack_single(first);
      break;  // WXFC
    default:
      return fields.crm == 0 && write_product(fields.opc1, value);
  }
  y_ = offset();
  return true;
}

// What the core computed of the mantissas: as many bits behind the point as the sequences leave
// there, brought to 62 by the exponent.
bool DoubleCoprocessor::write_product(std::uint32_t opc1, std::uint64_t value) {
  int bits = 0;
  bool multiplies = false, divides = false;
  switch (opc1) {
    case 2:
      x_.mantissa = value != 0 ? 1 : 0;
      return true;  // WXMS
    case 3:
      bits = 60;
      multiplies = true;
      value |= x_.mantissa & 1U;
      break;  // WXMO
    case 4:
      bits = 57;
      divides = true;
      break;  // WXDD
    case 5:
      bits = 60;
      break;  // WXDQ
    case 10:
      bits = 60;
      multiplies = true;
      break;  // WXFM
    case 11:
      bits = 61;
      divides = true;
      break;  // WXFD
    case 12:
      bits = 61;
      break;  // WXFQ
    default:
      return false;
  }
  x_.mantissa = value;
  if (multiplies) x_.exponent += y_.exponent - kBias;
  if (divides) x_.exponent -= y_.exponent - kBias;
  if (multiplies || divides) x_.negative ^= y_.negative;
  x_.exponent += 62 - bits;
  return true;
}

// --- CDP (table 110) ---

bool DoubleCoprocessor::compute(const CoprocessorFields& fields) {
  if (fields.crn != 0) return false;
  engaged_ = true;
  switch (fields.opc1 << 8 | fields.crm << 4 | fields.opc2) {
    case 0x000:
      *this = DoubleCoprocessor();
      return true;  // INIT
    case 0x010:
      compare();
      return true;  // ADD0
    case 0x110:
      add(false);
      return true;  // ADD1
    case 0x111:
      add(true);
      return true;  // SUB1
    case 0x210:
      halve_exponent();
      return true;  // SQR0
    case 0x820:
      normalise();
      return true;  // NORM
    case 0x821:
      round_to(kSingleLost);
      return true;  // NRDF
    case 0x801:
      round_to(kDoubleLost);
      return true;  // NRDD
    case 0x802:
      round_whole(true);
      return true;  // NTDC
    case 0x803:
      round_whole(false);
      return true;  // NRDC
    default:
      return false;
  }
}

void DoubleCoprocessor::compare() {
  const bool equal = x_.exponent == y_.exponent && x_.mantissa == y_.mantissa;
  const bool greater =
      x_.exponent != y_.exponent ? x_.exponent > y_.exponent : x_.mantissa > y_.mantissa;
  // A zero has an exponent, which says nothing.
  const bool both_zero = x_.zero && y_.zero;
  order_ = equal || both_zero ? Order::kEqual : greater ? Order::kGreater : Order::kLess;
  shift_ = static_cast<std::uint32_t>(std::min(std::abs(x_.exponent - y_.exponent), 63));
}

// The signs stay as they were: reading the result looks at both.
void DoubleCoprocessor::add(bool subtract) {
  const bool x_first = order_ != Order::kLess;
  const Number &large = x_first ? x_ : y_, &small = x_first ? y_ : x_;
  const std::uint64_t aligned = shift_sticky(small.mantissa, shift_);
  const bool differ = (x_.negative != y_.negative) != subtract;
  const std::uint64_t mantissa = differ ? large.mantissa - aligned : large.mantissa + aligned;
  x_.exponent = large.exponent;
  x_.mantissa = mantissa;
}

void DoubleCoprocessor::halve_exponent() {
  const int exponent = x_.exponent - kBias;
  if ((exponent & 1) != 0) x_.mantissa <<= 1;
  x_.exponent = (exponent >> 1) + kBias;
}

void DoubleCoprocessor::normalise() {
  if (x_.mantissa == 0) return;
  if (x_.mantissa >> 63 != 0) {
    x_.mantissa = shift_sticky(x_.mantissa, 1);
    ++x_.exponent;
    return;
  }
  const int zeros = std::countl_zero(x_.mantissa) - 1;
  x_.mantissa <<= zeros;
  x_.exponent -= zeros;
}

// To nearest, to even on a tie.
void DoubleCoprocessor::round_to(int bits) {
  normalise();
  const std::uint64_t half = 1ULL << (bits - 1);
  x_.mantissa += half - 1 + (x_.mantissa >> bits & 1U);
  x_.mantissa = x_.mantissa >> bits << bits;
  normalise();
}

// Of a sum with the offset: what a negative number is truncated to, is above it.
void DoubleCoprocessor::round_whole(bool truncate) {
  if (!truncate) return round_to(kDoubleLost);
  normalise();
  if (x_.negative) x_.mantissa += (1ULL << kDoubleLost) - 1;
  x_.mantissa = x_.mantissa >> kDoubleLost << kDoubleLost;
  normalise();
}

// --- MRC, MRRC (table 111) ---

std::optional<std::uint64_t> DoubleCoprocessor::read_pair(const CoprocessorFields& fields) {
  const auto place = fields.crm;
  if (place == 4 || place == 5)  // RXMS, RYMS
    return (place == 4 ? x_ : y_).mantissa >> fields.opc1;
  switch (fields.opc1 << 4 | place) {
    case 0x08:
      return x_.mantissa;  // RXMD
    case 0x11:             // RXYH
      return joined(static_cast<std::uint32_t>(x_.mantissa >> 32),
                    static_cast<std::uint32_t>(y_.mantissa >> 32));
    case 0x21:  // RYMR
      return joined(reciprocal(y_.mantissa), static_cast<std::uint32_t>(y_.mantissa >> 31));
    case 0x41:  // RXMQ
      return joined(root_reciprocal(x_.mantissa), static_cast<std::uint32_t>(x_.mantissa >> 32));
    default:
      break;
  }
  const bool was_engaged = engaged_;
  if (!fields.second_form) engaged_ = false;
  switch (fields.opc1 << 4 | place) {
    case 0x09:
      return y_.mantissa;  // RYMD
    case 0x0A: {           // REFD
      engaged_ = was_engaged;
      const std::uint64_t bits = state();
      if (!fields.second_form) engaged_ = false;
      return bits;
    }
    case 0x10:
      return packed_double(Operation::kAdd);  // RDDA
    case 0x30:
      return packed_double(Operation::kSubtract);  // RDDS
    case 0x50:
      return packed_double(Operation::kMultiply);  // RDDM
    case 0x70:
      return packed_double(Operation::kDivide);  // RDDD
    case 0x90:
      return packed_double(Operation::kRoot);  // RDDQ
    case 0xB0:
      return packed_double(Operation::kNone);  // RDDG
    default:
      engaged_ = was_engaged;
      return std::nullopt;
  }
}

std::optional<std::uint32_t> DoubleCoprocessor::read_word(const CoprocessorFields& fields) {
  if (fields.opc1 != 0 || fields.crn != 0) return std::nullopt;
  std::optional<std::uint32_t> word;
  switch (fields.crm << 4 | fields.opc2) {
    case 0x00:
      word = x_.flags() << 28;
      break;  // RXVD
    case 0x01:
      word = compared();
      break;  // RCMP
    case 0x20:
      word = packed_single(Operation::kAdd);
      break;  // RDFA
    case 0x21:
      word = packed_single(Operation::kSubtract);
      break;  // RDFS
    case 0x22:
      word = packed_single(Operation::kMultiply);
      break;  // RDFM
    case 0x23:
      word = packed_single(Operation::kDivide);
      break;  // RDFD
    case 0x24:
      word = packed_single(Operation::kRoot);
      break;  // RDFQ
    case 0x25:
      word = packed_single(Operation::kNone);
      break;  // RDFG
    case 0x30:
      word = whole(true);
      break;  // RDIC
    case 0x31:
      word = whole(false);
      break;  // RDUC
    default:
      return std::nullopt;
  }
  if (!fields.second_form) engaged_ = false;
  return word;
}

// As flags: N the coprocessor is engaged, Z equal, C greater or equal, V not to be compared
// (pico-sdk, double_aeabi_dcp.S).
std::uint32_t DoubleCoprocessor::compared() const {
  constexpr std::uint32_t kN = 1U << 31, kZ = 1U << 30, kC = 1U << 29, kV = 1U << 28;
  const std::uint32_t engaged = engaged_ ? kN : 0;
  if (x_.nan || y_.nan) return engaged | kV;
  if (x_.zero && y_.zero) return engaged | kZ | kC;
  if (x_.negative != y_.negative) return engaged | (y_.negative ? kC : 0);
  if (order_ == Order::kEqual) return engaged | kZ | kC;
  return engaged | ((order_ == Order::kGreater) != x_.negative ? kC : 0);
}

std::uint32_t DoubleCoprocessor::whole(bool is_signed) const {
  const std::int64_t low = is_signed ? std::numeric_limits<std::int32_t>::min() : 0;
  const std::int64_t high = is_signed ? std::numeric_limits<std::int32_t>::max()
                                      : std::numeric_limits<std::uint32_t>::max();
  if (x_.nan) return 0;
  // A magnitude beyond the offset can leave anything.
  if (order_ != Order::kLess || x_.exponent != kBias + 52)
    return static_cast<std::uint32_t>(x_.negative ? low : high);
  const std::int64_t value = static_cast<std::int64_t>(x_.mantissa >> kDoubleLost) - kOffset;
  return static_cast<std::uint32_t>(std::clamp(value, low, high));
}

// X with what zeros, infinities and NaNs make of it.
DoubleCoprocessor::Number DoubleCoprocessor::result(Operation operation) const {
  Number r = x_;
  const bool either_nan = x_.nan || y_.nan;
  const bool y_negative = y_.negative != (operation == Operation::kSubtract);
  switch (operation) {
    case Operation::kAdd:
    case Operation::kSubtract:
      r.nan = either_nan || (x_.infinite && y_.infinite && x_.negative != y_negative);
      r.infinite = x_.infinite || y_.infinite;
      r.zero = r.mantissa == 0;
      if (r.infinite)
        r.negative = x_.infinite ? x_.negative : y_negative;
      else if (r.zero)
        r.negative = x_.negative && y_negative;
      else
        r.negative = order_ == Order::kLess ? y_negative : x_.negative;
      break;
    case Operation::kMultiply:
      r.nan = either_nan || (x_.infinite && y_.zero) || (x_.zero && y_.infinite);
      r.infinite = x_.infinite || y_.infinite;
      r.zero = x_.zero || y_.zero;
      break;
    case Operation::kDivide:
      r.nan = either_nan || (x_.infinite && y_.infinite) || (x_.zero && y_.zero);
      r.infinite = x_.infinite || y_.zero;
      r.zero = x_.zero || y_.infinite;
      break;
    case Operation::kRoot:
      r.nan = x_.nan || (x_.negative && !x_.zero);
      break;
    case Operation::kNone:
      break;
  }
  return r;
}

std::uint64_t DoubleCoprocessor::packed_double(Operation operation) const {
  const Number r = result(operation);
  const std::uint64_t sign = std::uint64_t{r.negative} << 63;
  constexpr std::uint64_t kInfinityBits = 0x7FFULL << 52;
  if (r.nan) return kInfinityBits | 1ULL << 51;
  if (r.infinite) return sign | kInfinityBits;
  if (r.zero || r.exponent <= 0) return sign;
  if (r.exponent >= kInfinite) return sign | kInfinityBits;
  return sign | static_cast<std::uint64_t>(r.exponent) << 52 |
         (r.mantissa & (kOne - 1)) >> kDoubleLost;
}

std::uint32_t DoubleCoprocessor::packed_single(Operation operation) const {
  const Number r = result(operation);
  const std::uint32_t sign = std::uint32_t{r.negative} << 31;
  constexpr std::uint32_t kInfinityBits = 0xFFU << 23;
  const int exponent = r.exponent - kBias + kSingleBias;
  if (r.nan) return kInfinityBits | 1U << 22;
  if (r.infinite) return sign | kInfinityBits;
  if (r.zero || exponent <= 0) return sign;
  if (exponent >= kSingleInfinite) return sign | kInfinityBits;
  return sign | static_cast<std::uint32_t>(exponent) << 23 |
         static_cast<std::uint32_t>((r.mantissa & (kOne - 1)) >> kSingleLost);
}

// Flags at the top of both words (pico-sdk, double_fma_dcp.S); the rest has no published places.
std::uint64_t DoubleCoprocessor::state() const {
  const auto exponent = [](const Number& n) {
    return static_cast<std::uint32_t>(n.exponent) & 0x3FFFU;
  };
  const std::uint32_t status =
      shift_ | static_cast<std::uint32_t>(order_) << 6 | std::uint32_t{engaged_} << 8;
  return joined(x_.flags() << 28 | exponent(x_) | status << 14, y_.flags() << 28 | exponent(y_));
}

void DoubleCoprocessor::set_state(std::uint64_t bits) {
  const auto low = static_cast<std::uint32_t>(bits), high = static_cast<std::uint32_t>(bits >> 32);
  const auto exponent = [](std::uint32_t word) {
    return static_cast<std::int32_t>(word << 18) >> 18;  // 14 bits with a sign
  };
  x_.set_flags(low >> 28);
  y_.set_flags(high >> 28);
  x_.exponent = exponent(low);
  y_.exponent = exponent(high);
  shift_ = low >> 14 & 63U;
  const std::uint32_t order = low >> 20 & 3U;
  order_ = order == 1 ? Order::kGreater : order == 2 ? Order::kLess : Order::kEqual;
  engaged_ = (low >> 22 & 1U) != 0;
}

}  // namespace mcusim
