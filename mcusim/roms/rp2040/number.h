/* Floating-point numbers taken apart. Denormals are zeros and NaNs infinities, both ways; rounding is
 * to nearest, to even on a tie (RP2040 datasheet 2.8.3.2.1).
 */
#pragma once

#include <stdint.h>

typedef uint32_t f32;
typedef uint64_t f64;

uint64_t multiply(uint32_t a, uint32_t b);
uint32_t clz32(uint32_t value);

/* value = (-1)^sign * mantissa / 2^31 * 2^exponent; mantissa has its highest bit, or is 0. */
struct single {
  uint32_t sign; /* in its place, bit 31 */
  int exponent;
  uint32_t mantissa;
};

/* The same over 2^63. */
struct wide {
  uint32_t sign;
  int exponent;
  uint64_t mantissa;
};

enum { INFINITE = 1 << 14 }; /* an exponent beyond all */

#define F32_INFINITY 0x7F800000u
#define F64_INFINITY 0x7FF0000000000000u

static inline int clz64(uint64_t value) {
  const uint32_t high = (uint32_t)(value >> 32);
  return (int)(high ? clz32(high) : 32 + clz32((uint32_t)value));
}

/* Shifts right; what is lost sets the lowest bit. */
static inline uint32_t shift_sticky(uint32_t value, int places) {
  if (places == 0) return value;
  if (places >= 32) return value != 0;
  return value >> places | ((value << (32 - places)) != 0);
}

static inline uint64_t shift_sticky64(uint64_t value, int places) {
  if (places == 0) return value;
  if (places >= 64) return value != 0;
  return value >> places | ((value << (64 - places)) != 0);
}

/* The upper half of a product. */
static inline uint32_t high32(uint32_t a, uint32_t b) { return (uint32_t)(multiply(a, b) >> 32); }

struct single split32(f32 value);
struct wide split64(f64 value);
f32 join32(uint32_t sign, int exponent, uint32_t mantissa);
f64 join64(uint32_t sign, int exponent, uint64_t mantissa);
/* Of any mantissa: normalised, then rounded. */
f32 normal32(uint32_t sign, int exponent, uint64_t mantissa);
f64 normal64(uint32_t sign, int exponent, uint64_t mantissa);
uint64_t high64(uint64_t a, uint64_t b);

f64 fix642double(int64_t value, int point);
