/* Double precision: arithmetic, correctly rounded. */
#include "number.h"
extern const uint8_t reciprocals[];
uint32_t reciprocal(uint32_t divisor) {
  const uint32_t first = 255u + reciprocals[divisor >> 16 & 127u];
  const uint32_t product = ((divisor >> 8) + 1) * first; /* about 2^24 */
  return (((1u << 25) - product) >> 4) * first >> 13;
}

struct wide split64(f64 value) {
  const uint32_t high = (uint32_t)(value >> 32);
  struct wide s = {high & 0x80000000u, (int)(high >> 20 & 0x7FFu) - 1023,
                   value << 11 | 0x8000000000000000u};
  if (s.exponent == -1023) s.mantissa = 0;
  if (s.exponent == 1024) s.exponent = INFINITE, s.mantissa = 0x8000000000000000u;
  return s;
}

f64 join64(uint32_t sign, int exponent, uint64_t mantissa) {
  const uint64_t rounded = mantissa + 0x3FFu + (mantissa >> 11 & 1u);
  exponent += 1023;
  if (rounded < mantissa) ++exponent;
  const uint64_t placed = (uint64_t)sign << 32;
  if (exponent >= 2047) return placed | F64_INFINITY;
  if (exponent <= 0 || mantissa == 0) return placed;
  return placed | (uint64_t)(uint32_t)exponent << 52 | (rounded >> 11 & 0xFFFFFFFFFFFFFu);
}

f64 normal64(uint32_t sign, int exponent, uint64_t mantissa) {
  if (mantissa == 0) return (uint64_t)sign << 32;
  const int zeros = clz64(mantissa);
  return join64(sign, exponent - zeros, mantissa << zeros);
}

/* The upper half of a product of 128 bits; `lost` tells whether the lower one is not 0. */
static uint64_t multiply64(uint64_t a, uint64_t b, int *lost) {
  const uint32_t ah = (uint32_t)(a >> 32), al = (uint32_t)a;
  const uint32_t bh = (uint32_t)(b >> 32), bl = (uint32_t)b;
  const uint64_t low = multiply(al, bl), left = multiply(ah, bl), right = multiply(al, bh);
  const uint64_t middle = (low >> 32) + (uint32_t)left + (uint32_t)right;
  *lost = (uint32_t)low != 0 || (uint32_t)middle != 0;
  return multiply(ah, bh) + (left >> 32) + (right >> 32) + (middle >> 32);
}

uint64_t high64(uint64_t a, uint64_t b) {
  int lost;
  return multiply64(a, b, &lost);
}

f64 dadd(f64 a, f64 b) {
  struct wide x = split64(a), y = split64(b);
  if (y.mantissa == 0) return x.mantissa == 0 ? a & b & 0x8000000000000000u : a;
  if (x.mantissa == 0) return b;
  if (x.exponent < y.exponent || (x.exponent == y.exponent && x.mantissa < y.mantissa)) {
    const struct wide swap = x;
    x = y;
    y = swap;
  }
  if (x.exponent == INFINITE) return (uint64_t)x.sign << 32 | F64_INFINITY;
  const uint64_t smaller = shift_sticky64(y.mantissa, x.exponent - y.exponent);
  if (x.sign == y.sign) {
    uint64_t sum = x.mantissa + smaller;
    if (sum < x.mantissa) {
      sum = 0x8000000000000000u | sum >> 1 | (sum & 1u);
      ++x.exponent;
    }
    return join64(x.sign, x.exponent, sum);
  }
  const uint64_t difference = x.mantissa - smaller;
  return difference == 0 ? 0 : normal64(x.sign, x.exponent, difference);
}

f64 dsub(f64 a, f64 b) { return dadd(a, b ^ 0x8000000000000000u); }

f64 dmul(f64 a, f64 b) {
  const struct wide x = split64(a), y = split64(b);
  const uint32_t sign = x.sign ^ y.sign;
  if (x.exponent == INFINITE || y.exponent == INFINITE)
    return (uint64_t)sign << 32 | F64_INFINITY;
  if (x.mantissa == 0 || y.mantissa == 0) return (uint64_t)sign << 32;
  int lost;
  uint64_t product = multiply64(x.mantissa, y.mantissa, &lost);
  int exponent = x.exponent + y.exponent + 1;
  if (!(product >> 63)) {
    product <<= 1;
    --exponent;
  }
  return join64(sign, exponent, product | (unsigned)lost);
}

/* The low 64 bits of a product with a number of 16 bits. */
static uint64_t times_digit(uint64_t a, uint32_t digit) {
  return multiply((uint32_t)a, digit) + ((uint64_t)((uint32_t)(a >> 32) * digit) << 32);
}

f64 ddiv(f64 a, f64 b) {
  const struct wide x = split64(a), y = split64(b);
  const uint32_t sign = x.sign ^ y.sign;
  if (x.exponent == INFINITE || y.mantissa == 0) return (uint64_t)sign << 32 | F64_INFINITY;
  if (x.mantissa == 0 || y.exponent == INFINITE) return (uint64_t)sign << 32;
  /* 53 bits over 53: a quotient of 64 bits, the first digit of 12 and four of 13. */
  uint64_t rest = x.mantissa >> 11;
  const uint64_t divisor = y.mantissa >> 11;
  int exponent = x.exponent - y.exponent;
  if (rest < divisor) {
    rest <<= 1;
    --exponent;
  }
  const uint32_t inverse = reciprocal((uint32_t)(divisor >> 29));
  uint32_t digit = (uint32_t)(rest >> 38) * inverse >> 19;
  uint64_t quotient = digit;
  rest = (rest << 11) - times_digit(divisor, digit);
  for (int n = 0; n < 4; ++n) {
    digit = (uint32_t)(rest >> 39) * inverse >> 16;
    rest = (rest << 13) - times_digit(divisor, digit);
    quotient = (quotient << 13) + digit;
  }
  while (rest >= divisor) {
    rest -= divisor;
    ++quotient;
  }
  return join64(sign, exponent, quotient | (rest != 0));
}

f64 dsqrt(f64 a) {
  const struct wide x = split64(a);
  if (x.mantissa == 0) return (uint64_t)x.sign << 32;
  if (x.sign) return 0x8000000000000000u | F64_INFINITY;
  if (x.exponent == INFINITE) return F64_INFINITY;
  const int odd = x.exponent & 1;
  uint64_t radicand = x.mantissa >> (odd ? 0 : 1);
  /* As long as all fits into words, which is quicker. */
  uint32_t high = (uint32_t)(radicand >> 32), short_rest = 0, short_root = 0;
  for (int bit = 0; bit < 16; ++bit) {
    short_rest = short_rest << 2 | high >> 30;
    high <<= 2;
    const uint32_t trial = short_root << 2 | 1;
    short_root <<= 1;
    if (short_rest >= trial) {
      short_rest -= trial;
      short_root |= 1;
    }
  }
  radicand <<= 32;
  uint64_t rest = short_rest, root = short_root;
  for (int bit = 16; bit < 55; ++bit) {
    rest = rest << 2 | radicand >> 62;
    radicand <<= 2;
    const uint64_t trial = root << 2 | 1;
    root <<= 1;
    if (rest >= trial) {
      rest -= trial;
      root |= 1;
    }
  }
  return join64(0, (x.exponent - odd) / 2, root << 9 | (rest != 0));
}

int dcmp(f64 a, f64 b) {
  const struct wide x = split64(a), y = split64(b);
  if (x.mantissa == 0) a = 0;
  if (y.mantissa == 0) b = 0;
  if (x.exponent == INFINITE) a = (uint64_t)x.sign << 32 | F64_INFINITY;
  if (y.exponent == INFINITE) b = (uint64_t)y.sign << 32 | F64_INFINITY;
  if (a == b) return 0;
  const uint64_t top = 0x8000000000000000u;
  const int64_t p = (int64_t)a < 0 ? (int64_t)(top - a) : (int64_t)a;
  const int64_t q = (int64_t)b < 0 ? (int64_t)(top - b) : (int64_t)b;
  return p < q ? -1 : 1;
}
