/* Numbers taken apart and put together, for the functions that are series. */
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
