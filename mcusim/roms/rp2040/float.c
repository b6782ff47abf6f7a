/* Single precision: arithmetic, correctly rounded. */
#include "coefficients.h"
#include "number.h"

struct single split32(f32 value) {
  struct single s = {value & 0x80000000u, (int)(value >> 23 & 0xFFu) - 127, value << 8 | 0x80000000u};
  if (s.exponent == -127) s.mantissa = 0;
  if (s.exponent == 128) s.exponent = INFINITE, s.mantissa = 0x80000000u;
  return s;
}

f32 join32(uint32_t sign, int exponent, uint32_t mantissa) {
  uint32_t rounded = mantissa + 0x7Fu + (mantissa >> 8 & 1u);
  exponent += 127;
  if (rounded < mantissa) ++exponent; /* the mantissa is 1.0 then: its bits are 0 */
  if (exponent >= 255) return sign | F32_INFINITY;
  if (exponent <= 0 || mantissa == 0) return sign;
  return sign | (uint32_t)exponent << 23 | (rounded >> 8 & 0x7FFFFFu);
}

f32 normal32(uint32_t sign, int exponent, uint64_t mantissa) {
  if (mantissa == 0) return sign;
  const int zeros = clz64(mantissa);
  mantissa <<= zeros;
  const uint32_t low = (uint32_t)mantissa;
  return join32(sign, exponent - zeros, (uint32_t)(mantissa >> 32) | (low != 0));
}

f32 fadd(f32 a, f32 b) {
  struct single x = split32(a), y = split32(b);
  if (y.mantissa == 0) return x.mantissa == 0 ? a & b & 0x80000000u : a;
  if (x.mantissa == 0) return b;
  if (x.exponent < y.exponent || (x.exponent == y.exponent && x.mantissa < y.mantissa)) {
    const struct single swap = x;
    x = y;
    y = swap;
  }
  if (x.exponent == INFINITE) return x.sign | F32_INFINITY;
  const uint32_t smaller = shift_sticky(y.mantissa, x.exponent - y.exponent);
  if (x.sign == y.sign) {
    uint32_t sum = x.mantissa + smaller;
    if (sum < x.mantissa) {
      sum = 0x80000000u | sum >> 1 | (sum & 1u);
      ++x.exponent;
    }
    return join32(x.sign, x.exponent, sum);
  }
  const uint32_t difference = x.mantissa - smaller;
  if (difference == 0) return 0;
  const uint32_t zeros = clz32(difference);
  return join32(x.sign, x.exponent - (int)zeros, difference << zeros);
}

f32 fsub(f32 a, f32 b) { return fadd(a, b ^ 0x80000000u); }

f32 fmul(f32 a, f32 b) {
  const struct single x = split32(a), y = split32(b);
  const uint32_t sign = x.sign ^ y.sign;
  if (x.exponent == INFINITE || y.exponent == INFINITE) return sign | F32_INFINITY;
  if (x.mantissa == 0 || y.mantissa == 0) return sign;
  const uint64_t product = multiply(x.mantissa, y.mantissa);
  uint32_t high = (uint32_t)(product >> 32) | ((uint32_t)product != 0);
  int exponent = x.exponent + y.exponent + 1;
  if (!(high & 0x80000000u)) {
    high <<= 1;
    --exponent;
  }
  return join32(sign, exponent, high);
}

/* 2^39 over a number of 24 bits with the highest set, from below, to 14 bits or so: a table of nine
 * bits and one step of Newton's. */
uint32_t reciprocal(uint32_t divisor) {
  const uint32_t first = 256u + reciprocals[divisor >> 16 & 127u];
  const uint32_t product = ((divisor >> 8) + 1) * first; /* about 2^24 */
  return (((1u << 25) - product) >> 4) * first >> 13;
}

f32 fdiv(f32 a, f32 b) {
  const struct single x = split32(a), y = split32(b);
  const uint32_t sign = x.sign ^ y.sign;
  if (x.exponent == INFINITE || y.mantissa == 0) return sign | F32_INFINITY;
  if (x.mantissa == 0 || y.exponent == INFINITE) return sign;
  /* 24 bits over 24: a quotient of 26 bits in two digits of 13, and what is left. */
  uint32_t rest = x.mantissa >> 8;
  const uint32_t divisor = y.mantissa >> 8, inverse = reciprocal(divisor);
  int exponent = x.exponent - y.exponent;
  if (rest < divisor) {
    rest <<= 1;
    --exponent;
  }
  const uint32_t high = (rest >> 9) * inverse >> 18;
  rest = (rest << 12) - high * divisor;
  const uint32_t low = (rest >> 10) * inverse >> 16;
  rest = (rest << 13) - low * divisor;
  uint32_t quotient = (high << 13) + low;
  while (rest >= divisor) {
    rest -= divisor;
    ++quotient;
  }
  return join32(sign, exponent, quotient << 6 | (rest != 0));
}

f32 fsqrt(f32 a) {
  const struct single x = split32(a);
  if (x.mantissa == 0) return a & 0x80000000u;
  if (x.sign) return 0x80000000u | F32_INFINITY;
  if (x.exponent == INFINITE) return F32_INFINITY;
  /* 26 bits of the root, from a radicand between 1 and 4. */
  const int odd = x.exponent & 1;
  uint32_t radicand = x.mantissa >> (odd ? 0 : 1), rest = 0, root = 0;
  for (int bit = 0; bit < 26; ++bit) {
    rest = rest << 2 | radicand >> 30;
    radicand <<= 2;
    const uint32_t trial = root << 2 | 1;
    root <<= 1;
    if (rest >= trial) {
      rest -= trial;
      root |= 1;
    }
  }
  return join32(0, (x.exponent - odd) / 2, root << 6 | (rest != 0));
}

int fcmp(f32 a, f32 b) {
  const struct single x = split32(a), y = split32(b);
  if (x.mantissa == 0) a = 0;
  if (y.mantissa == 0) b = 0;
  if (x.exponent == INFINITE) a = x.sign | F32_INFINITY;
  if (y.exponent == INFINITE) b = y.sign | F32_INFINITY;
  if (a == b) return 0;
  const int32_t p = (int32_t)a < 0 ? (int32_t)(0x80000000u - a) : (int32_t)a;
  const int32_t q = (int32_t)b < 0 ? (int32_t)(0x80000000u - b) : (int32_t)b;
  return p < q ? -1 : 1;
}
